"""The import of a file that was dropped, from where it stopped when a process ended (C2)."""

import csv
import io
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from bot import audit, imports
from bot.desk import Desk
from bot.drops import Dropped, held, is_stopped, save
from bot.imports import AT_ONCE, BREATH, Also, RowResult
from bot.rejects import heads, lines
from bot.sheets import Sheet, open_sheet
from bot.texts import Words
from rules.fields import Defaults
from rules.money import read_money
from rules.words import Kind
from storage import reps
from storage.unit import Unit

EVERY = timedelta(seconds=3)
MOST_REJECTS = 8 * 1024 * 1024
"""How often it is shown, and the letters of the rejects that are kept."""


class Elsewhere(Exception):
    """Raised when somebody else works on a file meanwhile: what was in hand is taken back."""


class Run:
    """One import under way: the file's rows, how far it came, the rows that were rejected."""

    def __init__(self, desk: Desk, drop: Dropped, sheet: Sheet) -> None:
        """Begin with what came of the file before."""
        self._desk, self._sheet, self.drop = desk, sheet, drop
        self._came, self._told = drop, desk.clock()
        self._words = _words(desk, drop)
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
            self._taken([row for row, _ in some])

    def is_stopped(self) -> bool:
        """Say whether somebody wants no more of it."""
        with self._desk.store.view() as view:
            return is_stopped(view, self.drop)

    def take_some(self) -> bool:
        """Take in the next rows; False where there are none. Raises Elsewhere."""
        some = list(islice(self._sheet.rows, AT_ONCE))
        if some:
            self._taken([row for row, _ in some], partial(self._keep, read=some[-1][1]))
            self.drop = self._came
        return bool(some)

    def _taken(self, rows: list[dict[str, str]], also: Also | None = None) -> None:
        results = imports.import_rows(
            self._desk,
            rows,
            defaults=defaults_of(self._desk, self.drop),
            mapping=self.drop.mapping,
            post=self.drop.post,
            dry_run=also is None,
            also=also,
        )
        if self._out.tell() < MOST_REJECTS:
            self._writer.writerows(lines(self._sheet.columns, results, self._words))

    def _keep(self, unit: Unit, results: list[RowResult], *, read: int) -> None:
        """Keep how far it came in the rows' own commit; it is shown every few seconds at most."""
        now, drop = self._desk.clock(), self.drop
        if not held(unit, drop):
            raise Elsewhere
        counts = Counter(drop.counts) + Counter(one.status for one in results)
        rows = drop.rows + len(results)
        self._came = replace(drop, counts=dict(counts), read=read, rows=rows)
        tell = now - self._told >= EVERY
        save(unit, self._came, now=now, tell=tell)
        self._told = now if tell else self._told


def import_all(desk: Desk, drop: Dropped, path: Path) -> tuple[Run, bool]:
    """Take the rows in; gives how far it came, and whether somebody stopped it.

    Raises Refused for a file that can't be read, Elsewhere where another process has it.
    """
    with open_sheet(path, mapping=drop.mapping) as sheet, audit.comes_from(audit.SLACK):
        run = Run(desk, drop, sheet)
        run.pass_by()
        while not (stopped := run.is_stopped()) and run.take_some():
            time.sleep(BREATH)  # lets the others write to the database
    return run, stopped


def defaults_of(desk: Desk, drop: Dropped) -> Defaults:
    """Give what holds for each of a file's leads that says nothing else."""
    settings = desk.settings
    return Defaults(
        region=settings.default_region,
        currency=settings.currency,
        kind=Kind(drop.kind) if drop.kind else Kind.COLD,
        campaign=drop.campaign,
        vendor=drop.vendor,
        cost=read_money(drop.cost, currency=settings.currency) if drop.cost else None,
    )


def _words(desk: Desk, drop: Dropped) -> Words:
    with desk.store.view() as view:
        rep = reps.get(view, drop.rep)
    return Words(rep.locale if rep else desk.settings.locale, desk.settings.zone, mrkdwn=False)
