"""Calls summed by the hour and by what the digest asks of them, from the calls themselves (L6).

What was undone, and refunds, are no calls; those of a lead that became another moved to that one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, or_, select

from rules.countries import country_of
from storage.marks import hour_of
from storage.tables import attempts, leads
from storage.unit import View

Key = tuple[str, ...]
Slot = tuple[datetime, str, Key]
"""An hour (UTC), a cut and its key."""
IS_CALL = and_(
    attempts.c.undone_at.is_(None),
    or_(attempts.c.amount_minor.is_(None), attempts.c.amount_minor >= 0),
)
_CALLS = (
    select(
        *(attempts.c.at, attempts.c.by, attempts.c.answered, attempts.c.local_hour),
        *(attempts.c.nth, attempts.c.talk_seconds, leads.c.campaign, leads.c.banner),
        *(leads.c.kind, leads.c.phone_e164, leads.c.region, leads.c.zone, leads.c.tier),
    )
    .join_from(attempts, leads)
    .where(attempts.c.at >= bindparam("since"), attempts.c.at < bindparam("until"), IS_CALL)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls, those answered, those whose length is known (`talked`), and their seconds of talk."""

    calls: int = 0
    answered: int = 0
    talked: int = 0
    talk_seconds: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Give both together."""
        return Counts(
            self.calls + other.calls,
            self.answered + other.answered,
            self.talked + other.talked,
            self.talk_seconds + other.talk_seconds,
        )


def _here(call: Any, zone: ZoneInfo) -> datetime:
    """Give when a call was by the customer's clock."""
    return call.at.astimezone(_zone(call.zone) if call.zone else zone)  # type: ignore[no-any-return]


def _hour(call: Any, zone: ZoneInfo) -> str:
    """Give the customer's hour as it was noted; the oldest calls have no note of it."""
    return str(_here(call, zone).hour if call.local_hour is None else call.local_hour)


def _week(call: Any, zone: ZoneInfo) -> Key:
    return call.kind, str(_here(call, zone).weekday()), _hour(call, zone)


_zone = lru_cache(maxsize=1024)(ZoneInfo)
CUTS: Mapping[str, Callable[[Any, ZoneInfo], Key]] = {
    "campaign": lambda call, _: (
        *(call.campaign, call.banner, call.kind),
        country_of(call.phone_e164),
    ),
    "rep": lambda call, _: (call.by,),
    "rep_kind_hour": lambda call, zone: (call.by, call.kind, _hour(call, zone)),
    "place": lambda call, _: (country_of(call.phone_e164), call.region),
    "week": _week,
    "week_nth": lambda call, zone: (*_week(call, zone), str(call.nth or 0)),
    "nth": lambda call, _: (call.tier, str(call.nth or 0)),
}
"""What calls are summed by, each with the texts of its keys; another key is another cut's name.

campaign: the lead's campaign, banner and kind, the number's country ("" unknown); rep: who called;
rep_kind_hour: who, the lead's kind, the hour by the customer's clock; place: the number's country
and the lead's region; week: the lead's kind, the weekday (0 is Monday) and the hour, both by the
customer's clock; week_nth: these, and which of the lead's calls it was (0: not counted); nth: the
lead's tier, and which of its calls it was.
"""


def sum_calls(
    view: View, *, since: datetime, until: datetime, zone: ZoneInfo, cuts: Collection[str] = ()
) -> dict[Slot, list[int]]:
    """Sum the calls from `since` up to `until` (UTC) by these cuts, all where none is named (L6).

    Each sum is what Counts is made of. `zone` is the team's, for weekdays of leads that have none
    of their own.
    """
    asked = [(cut, CUTS[cut]) for cut in cuts or CUTS]
    found: dict[Slot, list[int]] = {}
    hours: dict[datetime, datetime] = {}
    for call in view.execute(_CALLS, {"since": since, "until": until}):
        hour, talk = hour_of(call.at), call.talk_seconds
        hour = hours.setdefault(hour, hour)  # one object for all its slots: it is written once
        answered, talked, seconds = int(call.answered), int(talk is not None), talk or 0
        for cut, key_of in asked:
            slot = hour, cut, key_of(call, zone)
            sums = found.get(slot)
            if sums is None:
                found[slot] = [1, answered, talked, seconds]
            else:
                sums[0] += 1
                sums[1] += answered
                sums[2] += talked
                sums[3] += seconds
    return found
