"""Changes of a lead's stage: when, from which to which, by whom and why (S1)."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from rules.lead import Lead
from rules.stages import BELOW_SQO, came_to_stage
from rules.words import Stage
from storage import pastlines
from storage.lead_rows import COLUMNS, to_lead
from storage.outbox import CANCELLED, IS_WAITING
from storage.pastlines import COLUMNS as LINE
from storage.pastlines import Written
from storage.rows import is_just
from storage.tables import history, leads, outbox, stages
from storage.unit import Unit, View

MOVED, ASKED = "staged", "sqo_asked"
"""What a change of stage, and a rep's question for an SQO, are called in a lead's history."""
OPEN, WITHDRAWN = "open", "withdrawn"
"""A question that waits, and one whose lead was closed or became an SQO without it."""
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


RULE = Cause()
_COLUMNS = [stages.c[one.name] for one in fields(Change)]


def keep(unit: Unit, lead: Lead, cause: Cause, *, was: str) -> None:
    """Write down that a lead `was` at another stage before; what was asked of it may end so."""
    at = cause.at or came_to_stage(lead)
    row = {"lead_id": lead.id, "at": at, "was": was, "stage": lead.stage}
    unit.execute(insert(stages), row | {"actor": cause.by, "reason": cause.reason})
    asked = None if lead.stage in BELOW_SQO else newest_asked(unit, lead.id)
    if asked and asked.data["state"] == OPEN:
        pastlines.rewrite(unit, asked.id, {**asked.data, "state": WITHDRAWN})


_STORED = select(leads.c.stage).where(leads.c.id == bindparam("lead"))


def stored(view: View, lead_id: int) -> str:
    """Give the stage at which a lead is stored."""
    return str(view.execute(_STORED, {"lead": lead_id}).scalar())


def newest(view: View, lead_id: int) -> Change | None:
    """Give a lead's newest change of stage, None where it never changed."""
    query = select(*_COLUMNS).where(stages.c.lead_id == lead_id).order_by(stages.c.id.desc())
    row = view.execute(query.limit(1)).first()
    if row is None:
        return None
    return Change(row.id, row.lead_id, row.at, Stage(row.was), Stage(row.stage), *row[5:])


def newest_asked(view: View, lead_id: int) -> Written | None:
    """Give the newest question for an SQO of a lead, decided or not."""
    query = select(*LINE).where(history.c.lead_id == lead_id, history.c.what == ASKED)
    row = view.execute(query.order_by(history.c.id.desc()).limit(1)).first()
    return Written(*row) if row else None


def undecided(view: View, *, among: int) -> list[tuple[Written, Lead]]:
    """Give the questions for an SQO that nobody decided, oldest first, and their leads.

    Of all questions the newest `among` are looked at.
    """
    newest = select(*LINE).where(is_just(history.c.what, ASKED))
    asked = newest.order_by(history.c.id.desc()).limit(among).subquery()
    query = select(*asked.c, *COLUMNS).join(leads, leads.c.id == asked.c.lead_id)
    query = query.where(
        asked.c.data["state"].as_string() == OPEN,
        leads.c.stage.in_(BELOW_SQO),
        leads.c.merged_into.is_(None),
    )
    rows = view.execute(query.order_by(asked.c.id))
    return [(Written(*row[: len(LINE)]), to_lead(row[len(LINE) :])) for row in rows]


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
