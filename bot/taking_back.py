"""A change of somebody's own taken back, by the line of history that keeps it."""

from collections.abc import Sequence
from datetime import datetime

from bot.desk import Desk
from bot.leads import workable
from bot.team import member
from rules.lead import Lead
from rules.refusals import Refused
from storage import calls, inbox, leads, pastlines
from storage.pastlines import Written
from storage.unit import Unit


def own_change(
    desk: Desk, unit: Unit, line_id: int, *what: str, by: str, key: str, now: datetime
) -> tuple[Lead, Written]:
    """Give a change that this person made and may take back, and its lead, held.

    The line is one of the kinds `what`, `now` is UTC. Raises Refused when it was taken back or is
    another's.
    """
    actor = member(unit, by, admins=desk.settings.admin_slack_ids)
    if not inbox.first_time(unit, key, at=now):
        raise Refused("undo.done")
    change = pastlines.written(unit, line_id, *what, lock=True)
    if change is None or change.actor != by:
        raise Refused("undo.nothing")
    lead = workable(unit, change.lead_id, by=actor)
    if not change.data["undo"]:
        raise Refused("undo.done")
    return lead, change


def put_back(unit: Unit, lead: Lead, change: Written, *, changed: Sequence[str]) -> Lead:
    """Give a lead the fields that it had before a change, once.

    Raises Refused when any of the fields `changed` became another since.
    """
    undo = change.data["undo"]
    left = calls.as_before(lead, undo["after"])
    if any(getattr(left, name) != getattr(lead, name) for name in changed):
        raise Refused("undo.later", lead_id=lead.id)
    restored = leads.save(unit, calls.as_before(lead, undo["before"]), before=lead)
    pastlines.rewrite(unit, change.id, {**change.data, "undo": None})
    return restored
