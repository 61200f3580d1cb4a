"""`import FILE`: rows with a progress bar, a sum at the end, rejects that can be mended."""

import csv
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import Progress

from bot import imports
from bot.desk import Desk
from bot.imports import RowResult, Sheet
from bot.texts import Words
from rules.fields import FIELDS, Defaults
from rules.money import read_money
from rules.refusals import Refused
from rules.words import Kind

FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def import_file(desk: Desk, path: Path, options: Options, console: Console) -> str:
    """Import a file and give its closing line; raises Refused for a file that can't be used."""
    mapping, defaults = _mapping(options.mapping), _defaults(desk, options)
    words = Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)
    take = partial(
        imports.import_rows,
        desk,
        defaults=defaults,
        mapping=mapping,
        post=options.post,
        dry_run=options.dry_run,
    )
    with imports.open_sheet(path) as sheet, Progress(console=console, transient=True) as bar:
        imports.check_kind(sheet, mapping, options.kind)
        task = bar.add_task(path.name, total=sheet.size)
        counts: Counter[str] = Counter()
        with _rejects(options.rejects) as out:
            for rows, read in _batches(sheet):
                results = take(rows)
                time.sleep(imports.BREATH)  # lets the running bot write to the database
                counts.update(result.status for result in results)
                _write_rejects(out, sheet, results, words)
                bar.update(task, completed=read)
    if not counts:
        raise Refused("import.empty", file=path.name)
    return _close(desk, path, options, counts)


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
    return {column: field for column, _, field in split}


def _batches(sheet: Sheet) -> Iterator[tuple[list[dict[str, str]], int]]:
    rows: list[dict[str, str]] = []
    read = 0
    for row, read in sheet.rows:
        rows.append(row)
        if len(rows) >= imports.AT_ONCE:
            yield rows, read
            rows = []
    if rows:
        yield rows, read


def _rejects(path: Path | None) -> AbstractContextManager[IO[str] | None]:
    return path.open("w", encoding="utf-8", newline="") if path else nullcontext(None)


def _write_rejects(
    out: IO[str] | None, sheet: Sheet, results: list[RowResult], words: Words
) -> None:
    if out is None:
        return
    writer = csv.writer(out)
    if out.tell() == 0:
        writer.writerow([*sheet.columns, "reason"])
    for result in results:
        if result.status == "rejected":
            cells = [_tame(result.row.get(name, "")) for name in sheet.columns]
            writer.writerow([*cells, words.say(f"reject.{result.reason}")])


def _tame(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
