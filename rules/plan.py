"""Layer 1: when a lead is called again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.answering import Hours, best_hour
from rules.cadence import Slot
from rules.hours import DayWindow, inside
from rules.lead import Lead
from rules.playbook import Playbook
from rules.rest import Rest, next_calling

_MOST_DAYS = 60
_SPREAD = 17


@dataclass(frozen=True, slots=True)
class Phoning:
    """When the phone may ring: the playbook, the days of rest, the customer's own zone.

    `hours` says at which local hours leads of this kind answer (L6.1).
    """

    playbook: Playbook
    rest: Rest
    zone: ZoneInfo
    hours: Hours

    def soonest(self, at: datetime) -> datetime:
        """Give the soonest moment from `at` on that is in calling hours and not in rest (UTC)."""
        return next_calling(self.playbook.calling, self.rest, at=at, zone=self.zone)


def next_attempt(lead: Lead, *, now: datetime, phoning: Phoning) -> datetime | None:
    """Give the moment (UTC) of the attempt after the lead's `plan_step`-th; None: plan exhausted.

    It lies in calling hours of the customer's zone. On a day without a part of its own the hour
    varies toward those at which such leads answer (L1.5).
    """
    plan = phoning.playbook.plan(lead.tier)
    if lead.plan_step >= len(plan):
        return None
    slot = plan[lead.plan_step]
    if slot.after is not None:
        return phoning.soonest(now + slot.after)
    return _on_a_day(slot, lead, now=now, phoning=phoning)


def _on_a_day(slot: Slot, lead: Lead, *, now: datetime, phoning: Phoning) -> datetime:
    tomorrow = now.astimezone(phoning.zone).date() + timedelta(days=1)
    began = (lead.plan_at or now).astimezone(phoning.zone).date()
    first = max(tomorrow, began + timedelta(days=slot.day))
    clock = _clock_of(slot, lead, phoning)
    for later in range(_MOST_DAYS):
        day = first + timedelta(days=later)
        at = datetime.combine(day, datetime.min.time(), phoning.zone) + clock
        if not phoning.rest.covers(at):
            return phoning.soonest(at)
    return phoning.soonest(datetime.combine(first, datetime.min.time(), phoning.zone) + clock)


def _clock_of(slot: Slot, lead: Lead, phoning: Phoning) -> timedelta:
    """Choose the hour, and a minute that differs from lead to lead, so that they don't pile up."""
    book = phoning.playbook
    minute = lead.id * _SPREAD % 60
    window = book.parts[slot.part] if slot.part else book.calling
    allowed = _hours_within(window, book.calling, minute) or _hours_within(window, window, minute)
    if not allowed:
        return timedelta(hours=window.start.hour, minutes=window.start.minute)
    hour = best_hour(phoning.hours, allowed=allowed, tried=lead.tried)
    return timedelta(hours=hour, minutes=minute)


@lru_cache(maxsize=1000)
def _hours_within(window: DayWindow, calling: DayWindow, minute: int) -> tuple[int, ...]:
    zone = ZoneInfo("UTC")  # any: a window is the same every day
    days = (datetime(2000, 1, 1, hour, minute, tzinfo=zone) for hour in range(24))
    return tuple(
        at.hour
        for at in days
        if inside(window, at=at, zone=zone) and inside(calling, at=at, zone=zone)
    )


def first_call(*, now: datetime, phoning: Phoning) -> datetime:
    """Give the moment (UTC) of a new lead's first call: now, or when calling hours begin (L1.5)."""
    return phoning.soonest(now)


def retry_unavailable(*, tries: int, now: datetime, phoning: Phoning) -> datetime | None:
    """Give the moment (UTC) to try a number again whose tone may pass, or None: enough (L5.3)."""
    if tries > phoning.playbook.unavailable_tries:
        return None
    return phoning.soonest(now + timedelta(days=phoning.playbook.unavailable_days))


def hour_bit(at: datetime, zone: ZoneInfo) -> int:
    """Give the bit of a moment's local hour, as `Lead.tried` keeps it (L1.5)."""
    return 1 << at.astimezone(zone).hour
