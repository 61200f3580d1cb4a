"""Layer 1: when a lead is called again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.hours import next_inside
from rules.playbook import Playbook


def next_attempt(
    *, step: int, now: datetime, playbook: Playbook, zone: ZoneInfo
) -> datetime | None:
    """Give the moment (UTC) of the call after the plan's `step`-th, or None: plan exhausted.

    The moment lies in the calling hours of the customer's own `zone` (L1.5).
    """
    if not 0 < step <= len(playbook.spacing):
        return None
    return next_inside(playbook.calling, at=now + playbook.spacing[step - 1], zone=zone)


def first_call(*, now: datetime, playbook: Playbook, zone: ZoneInfo) -> datetime:
    """Give the moment (UTC) of a new lead's first call: now, or when calling hours begin (L1.5)."""
    return next_inside(playbook.calling, at=now, zone=zone)


def retry_unavailable(
    *, tries: int, now: datetime, playbook: Playbook, zone: ZoneInfo
) -> datetime | None:
    """Give the moment (UTC) to try a number again whose tone may pass, or None: enough (L5.3)."""
    if tries > playbook.unavailable_tries:
        return None
    later = now + timedelta(days=playbook.unavailable_days)
    return next_inside(playbook.calling, at=later, zone=zone)
