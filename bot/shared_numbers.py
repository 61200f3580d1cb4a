"""The mark that several people share a number: taken off, and put back (C2)."""

from bot import audit
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.one_person import hold_people
from bot.team import member
from rules.lead import Lead
from rules.permissions import Act
from rules.refusals import Refused
from storage import inbox, leads, people
from storage.unit import Unit


def unshare(desk: Desk, lead_id: int, *, by: str, key: str = "") -> tuple[Lead, Lead]:
    """Take the mark off a lead's number; gives the lead, and the one the number leads to now (C2).

    Leads that are there stay as they are. Raises Refused for all but managers and the lead's
    owner, and where there is no mark.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead = _held(desk, unit, lead_id, by)
        first = inbox.first_time(unit, key, at=now)
        if not (first and people.unshare(unit, lead.phone_e164)):
            raise Refused("near.not_shared", lead_id=lead.id, name=lead.name)
        audit.write(desk, unit, by, "unshare", audit.of_lead(lead.id))
        known = leads.find_person(unit, phone=lead.phone_e164, email="")
        oldest = leads.load(unit, known) if known else None
        unit.commit()
    return lead, oldest or lead


def share(desk: Desk, lead_id: int, *, by: str, key: str = "") -> Lead:
    """Mark a lead's number as shared by several people; gives the lead (C2).

    One without a number stays as it is. Raises Refused for all but managers and the lead's owner.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead = _held(desk, unit, lead_id, by)
        if inbox.first_time(unit, key, at=now) and lead.phone_e164:
            people.share(unit, lead.phone_e164, actor=by, at=now)
            audit.write(desk, unit, by, "share", audit.of_lead(lead.id))
        unit.commit()
    return lead


def _held(desk: Desk, unit: Unit, lead_id: int, by: str) -> Lead:
    """Give a lead that this person may merge and part, its person held against forms."""
    actor = member(unit, by, admins=desk.settings.admin_slack_ids)
    hold_people(unit, lead_id)
    lead = open_lead(unit, lead_id, by=actor)
    check_workable(unit, lead, by=actor, act=Act.MERGE)
    return lead
