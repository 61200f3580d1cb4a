"""A follow-up that was agreed: ended, made silent, opened again (L4.1, L4.3)."""

from datetime import datetime

from bot.desk import Desk
from rules.effect import Effect
from rules.effects import RetireNudge
from rules.lead import FollowUp, Lead
from rules.nags import due_of, reopened
from storage import calls, outbox
from storage.unit import Unit


def end(unit: Unit, agreed: FollowUp, *, now: datetime, state: str = "ended") -> tuple[Effect, ...]:
    """End a follow-up and its reminders; gives what takes the buttons off those that stand.

    `now` is UTC.
    """
    calls.end_followup(unit, agreed.id, state=state)
    return silence(unit, agreed, now=now)


def silence(unit: Unit, agreed: FollowUp, *, now: datetime) -> tuple[Effect, ...]:
    """Cancel the reminders of a follow-up that wait; gives what `end` gives. `now` is UTC."""
    outbox.cancel_nudges(unit, agreed.id, now=now)
    return (RetireNudge(agreed.id, agreed.lead_id),) if agreed.nags else ()


def reopen(desk: Desk, unit: Unit, lead: Lead, followup_id: int | None, *, now: datetime) -> None:
    """Open a lead's follow-up again, where it had one, with its reminders from `now` (UTC) on."""
    agreed = calls.followup(unit, followup_id) if followup_id else None
    if agreed:
        due, playbook = due_of(lead, agreed), desk.playbook
        calls.save_followup(unit, reopened(agreed, due=due, now=now, playbook=playbook))
