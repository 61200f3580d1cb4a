"""Leads from a file: rows taken in by some hundreds (C2)."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache, lru_cache

from bot import audit
from bot.desk import Desk
from bot.newcomers import Newcomers
from bot.rehearsal import Rehearsal
from bot.rotation import Rotation
from bot.sources import Batch, fingerprint
from bot.taking import take_in
from bot.texts import LOCALES, load
from rules.cells import is_lead_id, is_test, read_date, tidy
from rules.fields import Defaults, Draft, read_cells
from rules.headers import completed
from rules.lead import Lead
from rules.money import Money
from rules.refusals import Refused
from rules.reports import PostImport
from storage import inbox, leads, outbox
from storage.inbox import Kept
from storage.unit import Unit

AT_ONCE = 500
BREATH = 0.002
SOURCE = "import"
REASON = "reason"
REASONS = ("no_way_to_reach", "test_lead")

_JSON = json.JSONEncoder(ensure_ascii=False)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: created, merged or rejected with a reason."""

    status: str
    row: Row
    reason: str = ""


Also = Callable[[Unit, list[RowResult]], None]
"""What is kept in the same commit as the rows, by what became of them."""


def check_kind(mapping: Mapping[str, str], kind: str | None) -> None:
    """Refuse a file that says neither in a column nor by option which kind its leads are."""
    if kind is None and "kind" not in mapping.values():
        raise Refused("import.needs_kind")


def import_rows(
    desk: Desk,
    rows: Iterable[Row],
    *,
    defaults: Defaults,
    mapping: Mapping[str, str],
    post: bool,
    dry_run: bool,
    rehearsal: Rehearsal | None = None,
    also: Also | None = None,
) -> list[RowResult]:
    """Take in rows in one commit; `mapping` gives fields for columns, names do for the others.

    What `also` keeps stands in that commit; what it raises takes the rows back. A dry run keeps
    nothing; its `rehearsal` is what the rows before would have made, and learns of these.
    """
    taken = [_without_reason(row) for row in rows]
    fields = completed(dict.fromkeys(name for row in taken for name in row), mapping)
    drafts = [read_row(row, fields, defaults=defaults, zone=desk.settings.zone) for row in taken]
    memory = (rehearsal or Rehearsal()) if dry_run else None
    with desk.store.unit() as unit:
        intake = _Intake(desk, unit, Batch(SOURCE, post=post, imported=True), memory)
        results = intake.take_all(list(zip(taken, drafts, strict=True)))
        if not dry_run:
            became = Counter(one.status for one in results)
            audit.write(desk, unit, "", "import", SOURCE, after=became)
            if also is not None:
                also(unit, results)
            unit.commit()
    return results


def read_row(row: Row, fields: Mapping[str, str], *, defaults: Defaults, zone: tzinfo) -> Draft:
    """Make a draft of a row; a cell of a column without a field is kept under `extra`.

    Of two columns with one field the first that is filled counts, the other is extra. Meta's own
    number of a lead is known by its cell. A moment without an offset is in `zone`.
    """
    named: dict[str, str] = {}
    extra: dict[str, str] = {}
    for column, cell in row.items():
        field, text = fields.get(column, ""), tidy(cell)
        if not field and is_lead_id(cell):
            field = "external_id"
        if field == "received_at" and text:
            text = read_date(text, zone=zone) or text
        if text and field and field not in named:
            named[field] = text
        elif text:
            extra[column] = text
    return read_cells(named, extra, defaults=defaults)


class _Intake:
    """Rows taken in within one unit of work."""

    def __init__(self, desk: Desk, unit: Unit, batch: Batch, memory: Rehearsal | None) -> None:
        self._desk, self._unit, self._batch, self._memory = desk, unit, batch, memory
        self._now = now = desk.clock()
        self._rotation = Rotation(desk, unit, now=now, many=True)
        self._newcomers = Newcomers(desk, unit, self._rotation, batch, now=now)
        self._kept = set[int]()
        self._settled = list[tuple[int, str, int]]()

    def take_all(self, rows: list[tuple[Row, Draft]]) -> list[RowResult]:
        """Make each row a lead, or say why it is none; all are kept raw."""
        drafts = [draft for _, draft in rows]
        leads.lock_people(self._unit, list(map(_person, drafts)))
        faults = [_fault(row, draft) for row, draft in rows]
        keys = [_once_key(row, draft) for row, draft in rows]
        fresh = self._fresh(keys, [row for row, _ in rows], faults)
        unknown = self._newcomers.among(drafts)
        self._keep(_odd(fresh, keys, unknown))
        results = []
        for (row, draft), key, fault, new in zip(rows, keys, faults, unknown, strict=True):
            status, kept = "rejected" if fault else "merged", fresh.pop(key, None)
            if kept and not (self._memory and self._memory.knows(draft)):
                status = self._take_in(draft, kept, new=new)
            results.append(RowResult(status, row, fault))
        self._newcomers.write()
        inbox.settle_many(self._unit, self._settled)
        return results

    def _fresh(self, keys: list[str], rows: list[Row], faults: list[str]) -> dict[str, Kept]:
        """Give what comes for the first time, by its key, as it is to be kept."""
        good = {key: row for key, row, fault in zip(keys, rows, faults, strict=True) if not fault}
        if self._memory:
            good = {key: row for key, row in good.items() if self._memory.first_time(key)}
        known = inbox.known_keys(self._unit, SOURCE, good)
        fresh = [(key, row) for key, row in good.items() if key not in known]
        numbers = inbox.next_numbers(self._unit, len(fresh))
        return {
            key: Kept(number, SOURCE, key, "application/json", _body(row))
            for number, (key, row) in zip(numbers, fresh, strict=True)
        }

    def _keep(self, found: list[Kept]) -> None:
        self._kept |= inbox.keep_as(self._unit, found, at=self._now)

    def _take_in(self, draft: Draft, kept: Kept, *, new: bool) -> str:
        if new and self._newcomers.take(draft, kept):
            if self._memory:
                self._memory.learn_new(draft)
            return "created"
        if new:
            self._keep([kept])
        if kept.id not in self._kept:
            return "merged"  # another program that imports the same row was first
        self._newcomers.write()
        status, lead = self._take_in_one(draft, kept.id)
        self._settled.append((kept.id, status, lead.id))
        if self._memory:
            self._memory.learn(lead)
        return status

    def _take_in_one(self, draft: Draft, kept: int) -> tuple[str, Lead]:
        desk, unit, now = self._desk, self._unit, self._now
        return take_in(desk, unit, draft, self._rotation, self._batch, intake_id=kept, now=now)


def _odd(fresh: Mapping[str, Kept], keys: list[str], unknown: list[bool]) -> list[Kept]:
    """Give what comes for the first time of somebody who is known, or who has to be looked for."""
    first = dict(zip(reversed(keys), reversed(unknown), strict=True))
    return [one for key, one in fresh.items() if not first[key]]


def _body(row: Row) -> bytes:
    return _JSON.encode(row).encode("utf-8", errors="replace")


def _once_key(row: Row, draft: Draft) -> str:
    of = [draft.campaign, draft.vendor, draft.kind, draft.cost and _written(draft.cost)]
    return fingerprint({"row": row, "of": of})


@lru_cache(maxsize=16)
def _written(cost: Money) -> str:
    return str(cost)


def _fault(row: Row, draft: Draft) -> str:
    if is_test(row.values()):
        return "test_lead"
    return "" if draft.reachable else "no_way_to_reach"


def _person(draft: Draft) -> tuple[str, str]:
    """Give the number and the address by which a person is known."""
    return draft.phone.e164 if draft.phone and draft.phone.valid else "", draft.email


def _without_reason(row: Row) -> Row:
    """Give a row without the reason for which it was rejected before."""
    if row.get(REASON) not in _reasons():
        return row
    return {name: cell for name, cell in row.items() if name != REASON}


@cache
def _reasons() -> frozenset[str]:
    return frozenset(load(locale)[f"reject.{one}"] for locale in LOCALES for one in REASONS)


def post_summary(desk: Desk, *, file: str, created: int, merged: int, rejected: int) -> None:
    """Post one summary of an imported file in the leads channel (contract: Assignment)."""
    now = desk.clock()
    summary = PostImport(now.isoformat(), file, created, merged, rejected)
    with desk.store.unit() as unit:
        outbox.add(unit, (summary,), now=now)
        unit.commit()
