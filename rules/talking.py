"""A call that runs: whom it keeps from others (C1), and how long it took (L6.6)."""

from datetime import datetime, timedelta

from rules.acts import LogOutcome
from rules.lead import Lead
from rules.words import ANSWERED

LONGEST_CALL = timedelta(hours=4)
IN_HAND = timedelta(minutes=30)


def is_on_the_phone(lead: Lead, *, now: datetime) -> bool:
    """Say whether somebody talks with a lead at `now` (UTC): nobody else is given it (C1, L4.3).

    After half an hour without an outcome it is given and reminded of as any other.
    """
    return in_call(lead.talking_at, now=now)


def in_call(since: datetime | None, *, now: datetime) -> bool:
    """Say whether a call that began at a moment, None for none, is in hand at `now` (UTC)."""
    return since is not None and timedelta(0) <= now - since < IN_HAND


def talk_seconds(lead: Lead, act: LogOutcome, *, by: str, now: datetime) -> int | None:
    """Give the seconds that a call took, None where nobody knows (L6.6).

    What the rep says goes first; else a call that the same person began on this lead, and that
    was answered, ran until `now` (UTC).
    """
    told = act.talk_seconds is not None
    if told or act.outcome not in ANSWERED or lead.talking_by != by:
        return act.talk_seconds
    running = running_for(lead, now=now)
    return None if running is None else int(running.total_seconds())


def running_for(lead: Lead, *, now: datetime) -> timedelta | None:
    """Give how long a call with this lead has been running at `now` (UTC), None where none is.

    After four hours it was forgotten.
    """
    if not lead.talking_by or lead.talking_at is None:
        return None
    running = now - lead.talking_at
    return running if timedelta(0) <= running <= LONGEST_CALL else None
