"""Follow-ups that come due: remind, put off, tell the managers (L4.3)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.assign import addressed
from bot.desk import Desk
from bot.leads import workable
from bot.team import member
from rules.effects import RefreshCard
from rules.lead import FollowUp, Lead
from rules.nags import nag, snooze
from rules.refusals import Refused
from storage import calls, inbox, leads, outbox

AT_ONCE = 100


def nag_due(desk: Desk) -> int:
    """Carry out every nag that is due now; gives how many."""
    now = desk.clock()
    with desk.store.view() as view:
        if not calls.any_due(view, now=now):
            return 0
    with desk.store.unit() as unit:
        due = calls.due_nags(unit, now=now, most=AT_ONCE)
        for agreed in due:
            step = nag(agreed, now=now, playbook=desk.playbook)
            calls.save_followup(unit, step.followup)
            outbox.add(unit, addressed(desk, unit, step.effects), now=now)
        unit.commit()
    return len(due)


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A follow-up that was put off."""

    lead: Lead
    followup: FollowUp


def put_off(desk: Desk, followup_id: int, *, minutes: int, by: str, key: str = "") -> Snoozed:
    """Remind again in some minutes; raises Refused when it has ended or is somebody else's."""
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        agreed = calls.followup(unit, followup_id)
        if agreed is None or agreed.state != "open":
            raise Refused("followup.ended")
        lead = workable(unit, agreed.lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Snoozed(lead, agreed)
        step = snooze(agreed, now=now, minutes=minutes)
        outbox.cancel_nudges(unit, followup_id, now=now)
        calls.save_followup(unit, step.followup)
        moved = leads.save(unit, replace(lead, next_at=now + timedelta(minutes=minutes)))
        leads.add_line(unit, lead.id, at=now, actor=by, what="snoozed", minutes=minutes)
        desk.send(unit, moved, (*step.effects, RefreshCard(lead.id)), now=now)
        unit.commit()
    return Snoozed(moved, step.followup)


def lead_of(desk: Desk, followup_id: int) -> int:
    """Give the lead of an open follow-up; raises Refused when it has ended."""
    with desk.store.view() as view:
        agreed = calls.followup(view, followup_id)
    if agreed is None or agreed.state != "open":
        raise Refused("followup.ended")
    return agreed.lead_id
