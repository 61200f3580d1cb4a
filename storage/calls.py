"""Attempts and follow-ups: what was done with a lead and what was agreed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from rules.lead import STATE, Attempt, FollowUp, Lead
from rules.money import Money
from rules.playbook import Wave
from rules.words import Importance, Step
from storage import marks
from storage.lead_rows import COLUMNS as LEAD_COLUMNS
from storage.lead_rows import to_lead
from storage.rows import is_just, plain
from storage.tables import attempts, followups, leads
from storage.unit import Unit, View
from storage.wave import NO_WAVE, is_called

IS_OPEN = is_just(followups.c.state, "open")
FOLLOWUP = [followups.c[one.name] for one in fields(FollowUp)]
_OPEN = select(*FOLLOWUP).where(followups.c.lead_id == bindparam("lead"), IS_OPEN)
_ADD_ATTEMPT = insert(attempts)
_ADD_FOLLOWUP = insert(followups)
_SAVED = ("rep", "importance", "due_at", "note", "state", "nags", "nag_at", "snoozes")
PASSING = frozenset({"held_by", "held_until", "zone", "talking_by", "talking_at"})


def to_followup(row: Any) -> FollowUp:
    """Make a follow-up of its columns' values, by name."""
    return FollowUp(**{**row, "importance": Importance(row["importance"])})


def snapshot(lead: Lead, names: Iterable[str] = STATE) -> dict[str, Any]:
    """Give fields of a lead as JSON keeps them; `as_before` reads them back."""
    return {name: _frozen(getattr(lead, name)) for name in names}


def _frozen(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else plain(value)


def add_attempt(
    unit: Unit, before: Lead, attempt: Attempt, *, after: Lead, ended_followup: int | None
) -> int:
    """Add an attempt and what it changed of its lead, so that it can be undone; gives its id.

    Its hour is marked, to be summed anew (L6).
    """
    changed = [name for name in STATE if getattr(before, name) != getattr(after, name)]
    values = {
        "lead_id": before.id,
        "outcome": attempt.outcome,
        "by": attempt.by,
        "at": attempt.at,
        "answered": attempt.answered,
        "local_hour": attempt.local_hour,
        "nth": after.attempts if after.attempts > before.attempts else None,
        "talk_seconds": attempt.talk_seconds,
        "note": attempt.note,
        "amount_minor": attempt.amount.minor if attempt.amount else None,
        "currency": attempt.amount.currency if attempt.amount else "",
        "ended_followup": ended_followup,
        "before": snapshot(before),
        "after": snapshot(after, changed),
    }
    key = unit.execute(_ADD_ATTEMPT, values).inserted_primary_key
    marks.mark(unit, attempt.at)
    return int(key[0]) if key else 0


def last_attempt(view: View, *, by: str) -> Any | None:
    """Give a person's newest attempt that was not undone, as a row."""
    query = select(attempts).where(attempts.c.by == by, attempts.c.undone_at.is_(None))
    return view.execute(query.order_by(attempts.c.id.desc()).limit(1)).mappings().first()


def newest_of_lead(view: View, lead_id: int) -> Any | None:
    """Give the lead's newest attempt that was not undone, as a row."""
    query = select(attempts).where(attempts.c.lead_id == lead_id, attempts.c.undone_at.is_(None))
    return view.execute(query.order_by(attempts.c.id.desc()).limit(1)).mappings().first()


def sales(view: View, lead_id: int) -> tuple[Money, ...]:
    """Give what a lead bought, refunds taken off, per currency."""
    query = select(attempts.c.currency, func.sum(attempts.c.amount_minor)).where(
        attempts.c.lead_id == lead_id,
        attempts.c.amount_minor.is_not(None),
        attempts.c.undone_at.is_(None),
    )
    rows = view.execute(query.group_by(attempts.c.currency).order_by(attempts.c.currency))
    return tuple(Money(int(minor), currency) for currency, minor in rows)


def as_before(lead: Lead, before: dict[str, Any]) -> Lead:
    """Give the lead with what a snapshot has: as it stood before an attempt."""
    moments = {name for name in STATE if name.endswith(("_at", "_until"))}
    row = {one.name: getattr(lead, one.name) for one in fields(Lead)} | {
        name: datetime.fromisoformat(value) if name in moments and value else value
        for name, value in before.items()
    }
    return replace(to_lead(row.values()), version=lead.version)


def stands_as_left(lead: Lead, attempt: Mapping[str, Any]) -> bool:
    """Say whether nothing has changed a lead since an attempt, which is given as a row.

    What `next` and the look-up of time zones write comes and goes; it does not count.
    """
    left = as_before(lead, {**attempt["before"], **attempt["after"]})
    return all(getattr(left, name) == getattr(lead, name) for name in STATE if name not in PASSING)


def mark_undone(unit: Unit, attempt_id: int, *, at: datetime) -> None:
    """Take an attempt back, with the follow-up it agreed."""
    unit.execute(update(attempts).where(attempts.c.id == attempt_id).values(undone_at=at))
    marks.mark_attempt(unit, attempt_id)
    agreed = update(followups).where(followups.c.attempt_id == attempt_id)
    unit.execute(agreed.values(state="undone", nag_at=None))


def open_followup(view: View, lead_id: int) -> FollowUp | None:
    """Give the lead's agreed follow-up, if one is open."""
    row = view.execute(_OPEN, {"lead": lead_id}).mappings().first()
    return to_followup(row) if row else None


def followup(view: View, followup_id: int) -> FollowUp | None:
    """Give a follow-up, open or ended."""
    query = select(*FOLLOWUP).where(followups.c.id == followup_id)
    row = view.execute(query).mappings().first()
    return to_followup(row) if row else None


def followup_of(view: View, attempt_id: int) -> FollowUp | None:
    """Give the follow-up that an attempt agreed, if it did."""
    query = select(*FOLLOWUP).where(followups.c.attempt_id == attempt_id)
    row = view.execute(query).mappings().first()
    return to_followup(row) if row else None


def add_followup(unit: Unit, agreed: FollowUp, *, attempt_id: int | None) -> int:
    """Write an agreed follow-up down, None for one without a call; gives its id."""
    values = {one.name: getattr(agreed, one.name) for one in fields(FollowUp)}
    del values["id"]
    key = unit.execute(_ADD_FOLLOWUP, values | {"attempt_id": attempt_id}).inserted_primary_key
    return int(key[0]) if key else 0


def end_followup(unit: Unit, followup_id: int, *, state: str) -> None:
    """End a follow-up as kept or moved."""
    ended = update(followups).where(followups.c.id == followup_id)
    unit.execute(ended.values(state=state, nag_at=None))


def save_followup(unit: Unit, changed: FollowUp) -> None:
    """Save a follow-up's state: whose, when, and its nags."""
    values = {name: getattr(changed, name) for name in _SAVED}
    unit.execute(update(followups).where(followups.c.id == changed.id).values(values))


def _with_followups() -> Any:
    joined = leads.outerjoin(followups, (followups.c.lead_id == leads.c.id) & IS_OPEN)
    return select(*LEAD_COLUMNS, followups.c.importance).select_from(joined)


def agenda(
    view: View, *, owner: str, until: datetime, most: int, wave: Wave = NO_WAVE
) -> Sequence[tuple[Lead, str]]:
    """Give the owner's living leads with a next step up to `until` (UTC), soonest first.

    Those that get no call for now are left out (C1).
    """
    query = _with_followups().where(
        leads.c.owner == owner,
        leads.c.working.is_(True),
        or_(leads.c.next_at <= until, leads.c.next_what.in_((Step.WAIT_FOR_PHONE, Step.EMAIL))),
        is_called(wave),
    )
    rows = view.execute(query.order_by(leads.c.next_at.nulls_last(), leads.c.id).limit(most))
    return [_with_importance(row) for row in rows]


def _with_importance(row: Any) -> tuple[Lead, str]:
    *values, importance = row
    return to_lead(values), importance or ""
