"""The work on files that were dropped: looked at, then imported by the hundred (C2)."""

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path, PurePath

from bot import audit, imports
from bot.desk import Desk
from bot.drops import (
    ASKS,
    DONE,
    FAILED,
    MOST_BYTES,
    NEW,
    STOPPED,
    Dropped,
    is_stopped,
    save,
    waiting,
)
from bot.imports import AT_ONCE, BREATH, RowResult
from bot.orders import DeliveryFailed
from bot.rejects import heads, lines
from bot.sheets import Sheet, mapping_of, open_sheet
from bot.texts import Words
from rules.drops import SendRejects
from rules.fields import Defaults
from rules.headers import guess_mapping
from rules.money import read_money
from rules.refusals import Refused
from rules.words import Kind
from storage import inbox, outbox, reps

REJECTS, BUSY = "import:rejects", "desk.busy"
EVERY, PATIENCE = timedelta(seconds=3), timedelta(days=1)
MOST_EXAMPLE, MOST_REJECTS = 60, 8 * 1024 * 1024
"""Letters of a cell that is shown, and of the rejects that are kept."""
GONE = frozenset({"file_not_found", "file_deleted", "missing_scope", "not_authed"})
SEEN = 100

Fetch = Callable[[str, Path, int], None]
"""Brings a file of Slack's by its id into a path; raises DeliveryFailed, Refused where too big."""


def work(desk: Desk, fetch: Fetch, folder: Path) -> bool:
    """Do what waits to be done with files that were dropped; says whether there was any.

    One that can't be fetched or read, or meets a busy database, is tried again for a day while
    others go on: its fault is raised at the end, DeliveryFailed where Slack can't be reached.
    """
    found, faults = waiting(desk), list[Exception]()
    for drop in found:
        path = folder / f"{drop.file}{PurePath(drop.name).suffix[:8]}"
        try:
            _fetch(fetch, drop, path)
            _look(desk, drop, path) if drop.state == NEW else _import(desk, drop, path)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
            if isinstance(fault, Refused) and fault.key != BUSY:
                _refused(desk, drop, path, fault)
                continue
            faults.append(fault)
            if desk.clock() - datetime.fromisoformat(drop.asked) > PATIENCE:
                _refused(desk, drop, path, Refused("drop.gone", file=drop.name))
    if faults:
        raise faults[0]
    return bool(found)


def _refused(desk: Desk, drop: Dropped, path: Path, refused: Refused) -> None:
    params = {name: str(value) for name, value in refused.params.items()}
    params |= {"file": drop.name} if "file" in params else {}
    _end(desk, _now(desk, drop), FAILED, fault=refused.key, params=params)
    _clear(path)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _clear(path: Path) -> None:
    """Keep nothing of a file that is over."""
    for one in (path, _part(path)):
        with suppress(OSError):
            one.unlink()


def _fetch(fetch: Fetch, drop: Dropped, path: Path) -> None:
    if path.exists():
        return
    part = _part(path)
    try:
        fetch(drop.file, part, MOST_BYTES)
    except DeliveryFailed as failed:
        if failed.failure.code in GONE:
            raise Refused("drop.gone", file=drop.name) from None
        raise
    part.rename(path)


def _now(desk: Desk, drop: Dropped) -> Dropped:
    return next((one for one in waiting(desk) if one.file == drop.file), drop)


def _look(desk: Desk, drop: Dropped, path: Path) -> None:
    """Guess the columns and try the first rows, then ask."""
    region = desk.settings.default_region
    with open_sheet(path, mapping=_by_place(path)) as sheet:
        mapping = guess_mapping(sheet.columns, sheet.sample, region=region)
        if _reaches(mapping):
            mapping_of(sheet, mapping, file=drop.name, region=region)  # a header that is shifted
        first = [row for row, _ in islice(sheet.rows, SEEN)]
        columns, size = sheet.columns, sheet.size
    asks = replace(drop, state=ASKS, columns=columns, mapping=mapping, size=size)
    example = next(iter(first), {})
    tried = _tried(desk, asks, first) if _reaches(mapping) else {}
    cells = {name: cell[:MOST_EXAMPLE] for name, cell in example.items() if name and cell}
    now = desk.clock()
    with desk.store.unit() as unit:
        ended = STOPPED if is_stopped(unit, drop) else ASKS
        save(unit, replace(asks, state=ended, examples=cells, tried=tried), now=now)
        unit.commit()
    if ended == STOPPED:
        _clear(path)


def _by_place(path: Path) -> dict[str, str]:
    """Give what names the columns of a file without a header by their places, else nothing."""
    try:
        with open_sheet(path):
            return {}
    except Refused as refused:
        if refused.key != "import.no_header":
            raise
    return {"1": ""}


def _reaches(mapping: Mapping[str, str]) -> bool:
    return bool({"phone", "email"} & set(mapping.values()))


def _tried(desk: Desk, drop: Dropped, rows: list[dict[str, str]]) -> dict[str, int]:
    results = imports.import_rows(
        desk,
        rows,
        defaults=_defaults(desk, drop),
        mapping=drop.mapping,
        post=False,
        dry_run=True,
    )
    return dict(Counter(one.status for one in results))


def _defaults(desk: Desk, drop: Dropped) -> Defaults:
    settings = desk.settings
    return Defaults(
        region=settings.default_region,
        currency=settings.currency,
        kind=Kind(drop.kind) if drop.kind else Kind.COLD,
        campaign=drop.campaign,
        vendor=drop.vendor,
        cost=read_money(drop.cost, currency=settings.currency) if drop.cost else None,
    )


def _import(desk: Desk, drop: Dropped, path: Path) -> None:
    """Take the rows in, from where it stopped when the process ended."""
    with open_sheet(path, mapping=drop.mapping) as sheet, audit.comes_from(audit.SLACK):
        run = _Run(desk, drop, sheet)
        run.pass_by()
        while run.goes_on() and run.take_some():
            time.sleep(BREATH)  # lets the others write to the database
    over = run.drop.state if run.drop.state == STOPPED else DONE
    _end(desk, run.drop, over, rejects=run.rejects)
    _clear(path)


class _Run:
    """One import under way: the file's rows, how far it came, the rows that were rejected."""

    def __init__(self, desk: Desk, drop: Dropped, sheet: Sheet) -> None:
        self._desk, self._sheet, self.drop = desk, sheet, drop
        self._words, self._told = _words(desk, drop), desk.clock()
        self._out = io.StringIO()
        self._writer = csv.writer(self._out)
        self._writer.writerow(heads(sheet.columns))

    @property
    def rejects(self) -> str:
        """What was rejected, as a table."""
        return self._out.getvalue()

    def pass_by(self) -> None:
        """Leave out the rows that were taken in before; name those that were rejected again."""
        left = self.drop.rows
        while left and (some := list(islice(self._sheet.rows, min(left, AT_ONCE)))):
            left -= len(some)
            self._taken([row for row, _ in some], dry_run=True)

    def goes_on(self) -> bool:
        """Say whether nobody has stopped it."""
        with self._desk.store.view() as view:
            if is_stopped(view, self.drop):
                self.drop = replace(self.drop, state=STOPPED)
        return self.drop.state != STOPPED

    def take_some(self) -> bool:
        """Take in the next rows; False where there are none."""
        some = list(islice(self._sheet.rows, AT_ONCE))
        if some:
            self._progress(self._taken([row for row, _ in some], dry_run=False), some[-1][1])
        return bool(some)

    def _taken(self, rows: list[dict[str, str]], *, dry_run: bool) -> list[RowResult]:
        results = imports.import_rows(
            self._desk,
            rows,
            defaults=_defaults(self._desk, self.drop),
            mapping=self.drop.mapping,
            post=self.drop.post,
            dry_run=dry_run,
        )
        if self._out.tell() < MOST_REJECTS:
            self._writer.writerows(lines(self._sheet.columns, results, self._words))
        return results

    def _progress(self, results: list[RowResult], read: int) -> None:
        """Keep how far it came; it is shown every few seconds at most."""
        now, drop = self._desk.clock(), self.drop
        counts = Counter(drop.counts) + Counter(one.status for one in results)
        tell = now - self._told >= EVERY
        came = replace(drop, counts=dict(counts), read=read, rows=drop.rows + len(results))
        with self._desk.store.unit() as unit:
            save(unit, came, now=now, tell=tell)
            unit.commit()
        self._told = now if tell else self._told
        self.drop = came


def _end(
    desk: Desk,
    drop: Dropped,
    state: str,
    *,
    fault: str = "",
    params: dict[str, str] | None = None,
    rejects: str = "",
) -> None:
    """Sum it up: shown to who dropped it, with the rejects as a file, and once in the channel."""
    now, counts = desk.clock(), Counter(drop.counts)
    with desk.store.unit() as unit:
        over = replace(drop, state=state, fault=fault, params=params or {}, examples={})
        save(unit, over, now=now)
        if counts["rejected"] and rejects:
            key, body = f"{drop.file}:{drop.asked}", rejects.encode()
            kept = inbox.keep(
                unit, source=REJECTS, body=body, content_type="text/csv", once_key=key, at=now
            )
            inbox.settle(unit, kept or 0, state="kept", lead_id=None)
            outbox.add(unit, (SendRejects(drop.file, drop.rep, drop.asked),), now=now)
        unit.commit()
    if counts["created"] and not drop.post:
        imports.post_summary(
            desk,
            file=drop.name,
            created=counts["created"],
            merged=counts["merged"],
            rejected=counts["rejected"],
        )


def _words(desk: Desk, drop: Dropped) -> Words:
    with desk.store.view() as view:
        rep = reps.get(view, drop.rep)
    return Words(rep.locale if rep else desk.settings.locale, desk.settings.zone, mrkdwn=False)
