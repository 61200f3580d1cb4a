"""On the phone: the clock of a call, from its start to its outcome (L6.6)."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit
from bot.desk import Desk
from bot.leads import workable
from bot.team import member
from rules import ladder
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.refusals import Refused
from rules.talking import running_for
from storage import inbox, kept, leads
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Started:
    """A call whose clock runs, and the lead whose clock it `stopped`."""

    lead: Lead
    stopped: Lead | None = None


def start(desk: Desk, lead_id: int, *, by: str, key: str = "") -> Started:
    """Begin a call: its clock runs until its outcome is logged (L6.6).

    A clock that runs for this person on another lead stops, one on this lead goes on; `key` names
    the click for redelivery. Raises Refused: no such lead, somebody else's, closed.
    """
    now, name = desk.clock(), f"call:{by}"
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        last = (kept.get(unit, name) or {}).get("lead", lead_id)
        for one in sorted({lead_id, last}):
            leads.hold(unit, one)
        lead = workable(unit, lead_id, by=actor)
        if not lead.living:
            raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
        first = inbox.first_time(unit, key, at=now)
        runs = lead.talking_by == by and running_for(lead, now=now) is not None
        if not first or runs:
            return Started(lead)
        stopped = _stop(desk, unit, last, by=by, now=now) if last != lead_id else None
        rung = ladder.begun(replace(lead, talking_by=by, talking_at=now))
        begun = leads.save(unit, rung, before=lead)
        kept.put(unit, name, {"lead": lead_id}, at=now)
        audit.write(desk, unit, by, "call", audit.of_lead(lead_id))
        desk.send(unit, begun, (RefreshCard(lead_id),), now=now)
        unit.commit()
    return Started(begun, stopped)


def _stop(desk: Desk, unit: Unit, lead_id: int, *, by: str, now: datetime) -> Lead | None:
    """Stop this person's clock on a lead; gives the lead where it was running."""
    lead = leads.load(unit, lead_id, lock=True)
    if lead is None or lead.talking_by != by:
        return None
    stopped = leads.save(unit, replace(lead, talking_by="", talking_at=None), before=lead)
    desk.send(unit, stopped, (RefreshCard(lead_id),), now=now)
    return stopped if running_for(lead, now=now) is not None else None
