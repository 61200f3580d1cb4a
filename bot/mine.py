"""A rep's leads of the day, as `/lead mine` lists them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.desk import Desk
from bot.team import member
from rules.lead import Lead
from storage import calls, wave

AGENDA, MOST_HELD = 500, 10_000


@dataclass(frozen=True, slots=True)
class MyLeads:
    """A rep's leads: what is due now, what comes later today, what waits without a time.

    So many more are `held`: they get no call for now (C1).
    """

    due: list[tuple[Lead, str]]
    today: list[tuple[Lead, str]]
    waiting: list[Lead]
    now: datetime
    held: int = 0


def my_leads(desk: Desk, *, by: str) -> MyLeads:
    """Give a rep's leads of the day in the rep's own time zone."""
    now = desk.clock()
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        tomorrow = now.astimezone(actor.zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), actor.zone)
        bar = desk.playbook.wave
        found = calls.agenda(view, owner=by, until=midnight, most=AGENDA, wave=bar)
        held = wave.waiting(view, bar, by, most=MOST_HELD)
    timed = [(lead, why) for lead, why in found if lead.next_at is not None]
    return MyLeads(
        due=[one for one in timed if one[0].next_at and one[0].next_at <= now],
        today=[one for one in timed if one[0].next_at and one[0].next_at > now],
        waiting=[lead for lead, _ in found if lead.next_at is None],
        now=now,
        held=held,
    )
