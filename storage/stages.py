"""Changes of a lead's stage: when, from which to which, by whom and why (S1)."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from rules.lead import Lead
from rules.stages import came_to_stage
from rules.words import Stage
from storage.outbox import CANCELLED, IS_WAITING
from storage.tables import history, leads, outbox, stages
from storage.unit import Unit, View

MOVED, ASKED = "staged", "sqo_asked"
"""What a change of stage, and a rep's question for an SQO, are called in a lead's history."""
DROPPED = "disqualified"
"""Why a message to a customer was cancelled that waited when its lead was disqualified."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changes a lead's stage ("" a rule), why, and at which moment (UTC).

    None: from the moment since which the lead stands there.
    """

    by: str = ""
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of stage; the moment is UTC, `actor` "" for a rule."""

    id: int
    lead_id: int
    at: datetime
    was: Stage
    stage: Stage
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """A line of history about a stage; the moment is UTC."""

    id: int
    lead_id: int
    at: datetime
    actor: str
    data: dict[str, Any]


RULE = Cause()
_COLUMNS = [stages.c[one.name] for one in fields(Change)]
_LINE = [history.c[one.name] for one in fields(Written)]


def keep(unit: Unit, lead: Lead, cause: Cause, *, was: str) -> None:
    """Write down that a lead `was` at another stage before."""
    at = cause.at or came_to_stage(lead)
    add(unit, lead.id, at=at, was=was, stage=lead.stage, actor=cause.by, reason=cause.reason)


def stored(view: View, lead_id: int) -> str:
    """Give the stage at which a lead is stored."""
    query = select(leads.c.stage).where(leads.c.id == lead_id)
    return str(view.execute(query).scalar())


def add(
    unit: Unit,
    lead_id: int,
    *,
    at: datetime | None,
    was: str,
    stage: str,
    actor: str,
    reason: str,
) -> None:
    """Write a change of stage down."""
    row = {"lead_id": lead_id, "at": at, "was": was, "stage": stage}
    unit.execute(insert(stages), row | {"actor": actor, "reason": reason})


def of_lead(view: View, lead_id: int) -> list[Change]:
    """Give a lead's changes of stage, oldest first."""
    query = select(*_COLUMNS).where(stages.c.lead_id == lead_id).order_by(stages.c.id)
    return [_change(row) for row in view.execute(query)]


def newest(view: View, lead_id: int) -> Change | None:
    """Give a lead's newest change of stage, None where it never changed."""
    query = select(*_COLUMNS).where(stages.c.lead_id == lead_id).order_by(stages.c.id.desc())
    row = view.execute(query.limit(1)).first()
    return _change(row) if row else None


def _change(row: Any) -> Change:
    return Change(row.id, row.lead_id, row.at, Stage(row.was), Stage(row.stage), *row[5:])


def write(
    unit: Unit, lead_id: int, *, at: datetime, actor: str, what: str, data: dict[str, Any]
) -> int:
    """Write a line about a stage in a lead's history; gives its number."""
    row = {"lead_id": lead_id, "at": at, "actor": actor, "what": what, "data": data}
    return int(unit.execute(insert(history).returning(history.c.id), row).scalar_one())


def written(view: View, line_id: int, *, what: str) -> Written | None:
    """Give a line about a stage; None where the line is of something else."""
    query = select(*_LINE).where(history.c.id == line_id, history.c.what == what)
    row = view.execute(query).first()
    return Written(*row) if row else None


def newest_asked(view: View, lead_id: int) -> Written | None:
    """Give the newest question for an SQO of a lead, decided or not."""
    query = select(*_LINE).where(history.c.lead_id == lead_id, history.c.what == ASKED)
    row = view.execute(query.order_by(history.c.id.desc()).limit(1)).first()
    return Written(*row) if row else None


def rewrite(unit: Unit, line_id: int, data: dict[str, Any]) -> None:
    """Put other data in a line about a stage: what was decided, or that it was taken back."""
    unit.execute(update(history).where(history.c.id == line_id).values(data=data))


def cancel_messages(unit: Unit, lead_id: int, *, now: datetime) -> list[str]:
    """Cancel what waits to leave for a lead's customer; gives the keys of what was cancelled."""
    waiting = update(outbox).where(
        IS_WAITING,
        outbox.c.kind.in_(("sms", "email")),
        outbox.c.payload["lead_id"].as_integer() == lead_id,
    )
    values = {"state": CANCELLED, "done_at": now, "error": DROPPED}
    keys = unit.execute(waiting.values(values).returning(outbox.c.once_key)).scalars()
    return sorted(key for key in keys if key)
