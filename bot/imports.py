"""Leads from a file: rows taken in by the hundred (C2)."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from bot import audit
from bot.desk import Desk
from bot.intake import take_in
from bot.rehearsal import Rehearsal
from bot.rotation import Rotation
from bot.sources import Batch, fingerprint
from bot.texts import LOCALES, load
from rules.cells import is_lead_id, is_test, read_date, tidy
from rules.fields import Defaults, Draft, read_draft
from rules.headers import completed
from rules.lead import Lead
from rules.refusals import Refused
from rules.reports import PostImport
from storage import inbox, leads, outbox
from storage.unit import Unit

AT_ONCE = 100
BREATH = 0.01
SOURCE = "import"
REASON = "reason"
REASONS = ("no_way_to_reach", "test_lead")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: created, merged or rejected with a reason."""

    status: str
    row: Row
    reason: str = ""


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
) -> list[RowResult]:
    """Take in rows in one commit; `mapping` gives fields for columns, names do for the others.

    A dry run does all of it and keeps nothing; its `rehearsal` is what the rows before would have
    made, and learns of these.
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
            unit.commit()
    return results


def read_row(row: Row, fields: Mapping[str, str], *, defaults: Defaults, zone: tzinfo) -> Draft:
    """Make a draft of a row; a cell of a column without a field is kept under `extra`.

    Of two columns with one field the first that is filled counts, the other is extra. Meta's own
    number of a lead is known by its cell. A moment without an offset is in `zone`.
    """
    named: dict[str, object] = {}
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
    return read_draft(named | {"extra": extra}, defaults=defaults)


class _Intake:
    """Rows taken in within one unit of work."""

    def __init__(self, desk: Desk, unit: Unit, batch: Batch, memory: Rehearsal | None) -> None:
        self._desk, self._unit, self._batch, self._memory = desk, unit, batch, memory
        self._now = desk.clock()
        self._rotation = Rotation(desk, unit, now=self._now)

    def take_all(self, rows: list[tuple[Row, Draft]]) -> list[RowResult]:
        """Make each row a lead, or say why it is none; all are kept raw first."""
        leads.lock_people(self._unit, [_person(draft) for _, draft in rows])
        keys = [_once_key(row, draft) for row, draft in rows]
        faults = [_fault(row, draft) for row, draft in rows]
        fresh = self._keep(
            {key: row for key, (row, _), fault in zip(keys, rows, faults, strict=True) if not fault}
        )
        results, settled = [], []
        for key, fault, (row, draft) in zip(keys, faults, rows, strict=True):
            status, kept = "rejected" if fault else "merged", fresh.pop(key, 0)
            if kept and not (self._memory and self._memory.knows(draft)):
                status, lead = self._take_in(draft, kept)
                settled.append((kept, status, lead.id))
            results.append(RowResult(status, row, fault))
        inbox.settle_many(self._unit, settled)
        return results

    def _keep(self, rows: dict[str, Row]) -> dict[str, int]:
        memory = self._memory
        bodies = {
            key: json.dumps(row, ensure_ascii=False).encode("utf-8", errors="replace")
            for key, row in rows.items()
            if memory is None or memory.first_time(key)
        }
        return inbox.keep_many(
            self._unit,
            source=SOURCE,
            bodies=bodies,
            content_type="application/json",
            at=self._now,
        )

    def _take_in(self, draft: Draft, kept: int) -> tuple[str, Lead]:
        desk, unit, now = self._desk, self._unit, self._now
        status, lead = take_in(
            desk, unit, draft, self._rotation, self._batch, intake_id=kept, now=now
        )
        if self._memory:
            self._memory.learn(lead)
        return status, lead


def _once_key(row: Row, draft: Draft) -> str:
    of = [draft.campaign, draft.vendor, draft.kind, draft.cost]
    return fingerprint({"row": row, "of": of})


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
