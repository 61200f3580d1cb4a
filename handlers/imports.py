"""`import FILE`: rows with a progress bar, a sum at the end, rejects that can be mended."""

import csv
import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot import imports
from bot.desk import Desk
from bot.imports import Row, RowResult
from bot.rehearsal import Rehearsal
from bot.rejects import heads, lines
from bot.sheets import Sheet, mapping_of, open_sheet
from bot.texts import Words
from rules.cleaning import clean_text
from rules.fields import FIELDS, Defaults
from rules.money import read_money
from rules.refusals import Refused
from rules.words import Kind

SELDOM = 20_000
"""Rows make no rings of objects, so whoever looks for such looks after some batches."""

Take = Callable[[list[Row]], list[RowResult]]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of a file."""

    campaign: str
    vendor: str
    kind: str | None
    cost: str
    mapping: tuple[str, ...]
    post: bool
    dry_run: bool
    rejects: Path | None
    sheet: str = ""


class _Speed(ProgressColumn):
    """How many rows are through, and how many a second."""

    def render(self, task: Task) -> Text:
        rows = task.fields["rows"]
        return Text(f"{rows:,} ({rows / (task.elapsed or 1):,.0f}/s)")


def import_file(desk: Desk, path: Path, options: Options, console: Console) -> str:
    """Import a file and give its closing line.

    Raises Refused for a file that can't be used, and where somebody stopped it: with how far it
    came. What was taken in until then stays.
    """
    given, defaults = _mapping(options.mapping), _defaults(desk, options)
    counts: Counter[str] = Counter()
    with _settled(), open_sheet(path, sheet=options.sheet, mapping=given) as sheet:
        mapping = mapping_of(sheet, given, file=path.name, region=defaults.region)
        imports.check_kind(mapping, options.kind)
        take = partial(
            imports.import_rows,
            desk,
            defaults=defaults,
            mapping=mapping,
            post=options.post,
            dry_run=options.dry_run,
            rehearsal=Rehearsal(),
        )
        with (
            _told_if_stopped(desk, path, options, counts, console),
            _rejects(path, options.rejects) as out,
        ):
            for results in _shown(path.name, sheet, take, console):
                counts.update(result.status for result in results)
                _write_rejects(out, sheet, results, _words(desk))
    if not counts:
        raise Refused("import.empty", file=path.name)
    return _close(desk, path, options, counts)


@contextmanager
def _settled() -> Iterator[None]:
    """Let what the program was made of stay as it is while many rows come and go."""
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


def _words(desk: Desk) -> Words:
    return Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)


def _shown(name: str, sheet: Sheet, take: Take, console: Console) -> Iterator[list[RowResult]]:
    """Take all rows in under a progress bar."""
    named = TextColumn("{task.description}", markup=False)
    columns = (named, BarColumn(), _Speed(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(clean_text(name), total=sheet.size or None, rows=0)
        for results, read in _taken(sheet, take):
            yield results
            bar.update(task, completed=read)
            bar.tasks[task].fields["rows"] += len(results)


@contextmanager
def _told_if_stopped(
    desk: Desk, path: Path, options: Options, counts: Counter[str], console: Console
) -> Iterator[None]:
    """Sum up what is in where the import ends early: by Ctrl-C, or by the file."""
    try:
        yield
    except KeyboardInterrupt:
        raise Refused("import.stopped", done=_close(desk, path, options, counts)) from None
    except Refused:
        if counts:
            console.print(_close(desk, path, options, counts))
        raise


def _taken(sheet: Sheet, take: Take) -> Iterator[tuple[list[RowResult], int]]:
    """Take rows in by some hundreds; give what became of them, and how much was read so far."""
    while some := list(islice(sheet.rows, imports.AT_ONCE)):
        yield take([row for row, _ in some]), some[-1][1]
        time.sleep(imports.BREATH)  # lets the running bot write to the database


def _close(desk: Desk, path: Path, options: Options, counts: Counter[str]) -> str:
    created, merged, rejected = counts["created"], counts["merged"], counts["rejected"]
    if created and not (options.post or options.dry_run):
        imports.post_summary(
            desk, file=path.name, created=created, merged=merged, rejected=rejected
        )
    total = created + merged + rejected
    return f"rows {total} = created {created} + merged {merged} + rejected {rejected}"


def _defaults(desk: Desk, options: Options) -> Defaults:
    if options.kind is not None and options.kind not in set(Kind):
        raise Refused("import.bad_kind")
    settings = desk.settings
    cost = read_money(options.cost, currency=settings.currency) if options.cost else None
    if options.cost and (cost is None or cost.minor < 0):
        raise Refused("import.bad_cost")
    return Defaults(
        region=settings.default_region,
        currency=settings.currency,
        kind=Kind(options.kind) if options.kind else Kind.COLD,
        campaign=options.campaign,
        vendor=options.vendor,
        cost=cost,
    )


def _mapping(pairs: tuple[str, ...]) -> Mapping[str, str]:
    split = [pair.rpartition("=") for pair in pairs]
    if any(not column or field not in FIELDS for column, _, field in split):
        raise Refused("import.bad_map")
    return {column.strip(): field for column, _, field in split}


def _rejects(path: Path, out: Path | None) -> AbstractContextManager[IO[str] | None]:
    if out is None:
        return nullcontext(None)
    if out.resolve() == path.resolve():
        raise Refused("import.same_file", file=path.name)
    return out.open("w", encoding="utf-8-sig", newline="")


def _write_rejects(
    out: IO[str] | None, sheet: Sheet, results: list[RowResult], words: Words
) -> None:
    """Write rejected rows with their reasons."""
    if out is None:
        return
    writer = csv.writer(out)
    if out.tell() == 0:
        writer.writerow(heads(sheet.columns))
    writer.writerows(lines(sheet.columns, results, words))
