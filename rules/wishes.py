"""When a customer asks to be called: now, or in a part of the day (L3.3)."""

from datetime import datetime

from rules.cadence import PARTS
from rules.hours import inside, next_inside
from rules.plan import Phoning, first_call

NOW = "now"
WISHES = (NOW, *PARTS)
_MOST_TURNS = 30


def wished_time(wish: str, *, now: datetime, phoning: Phoning) -> datetime:
    """Give the soonest moment (UTC) as the customer wishes, in calling hours and not in rest.

    A part of the day that never lies in calling hours, or that is not known, is as soon as may be.
    """
    window = phoning.playbook.parts.get(wish)
    soonest = first_call(now=now, phoning=phoning)
    if window is None:
        return soonest
    at = soonest
    for _ in range(_MOST_TURNS):
        begins = next_inside(window, at=at, zone=phoning.zone)
        at = phoning.soonest(begins)
        if inside(window, at=at, zone=phoning.zone):
            return at
    return soonest
