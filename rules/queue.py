"""The best lead to call now: a rank that sorts, smallest first; whether a phone may ring (L1.4)."""

from datetime import datetime, timedelta
from typing import Protocol

from rules.lead import Lead
from rules.plan import Phoning
from rules.rest import may_call
from rules.words import Outcome, Queue, Step, Tier

AGREED_FOR = timedelta(hours=1)
BY_TIER = frozenset({Queue.FRESH, Queue.PLANNED})
_PLACES = {queue: place for place, queue in enumerate(Queue)}
Rank = tuple[int, str, float, float, int]


class Waiting(Protocol):
    """What a lead is ranked by; moments are UTC."""

    @property
    def id(self) -> int: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def tier(self) -> Tier: ...
    @property
    def score(self) -> float: ...
    @property
    def fresh_at(self) -> datetime | None: ...
    @property
    def next_at(self) -> datetime | None: ...


def rank(one: Waiting) -> Rank:
    """Order leads that are due (L1.4, L4.3, L4.4).

    Hot follow-ups by their time; fresh leads by tier and score, the newest first, since it cools
    fastest (C1); other follow-ups by their time; planned attempts by tier, then by their time.
    """
    place, tier = _PLACES[one.queue], one.tier if one.queue in BY_TIER else ""
    if one.queue is Queue.FRESH:
        return place, tier, -one.score, -_stamp(one.fresh_at), -one.id
    return place, tier, 0.0, _stamp(one.next_at), one.id


def _stamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def may_ring(lead: Lead, *, now: datetime, phoning: Phoning) -> bool:
    """Say whether the phone may ring at `now` (UTC): in calling hours, or as agreed (L1.5, L4.5).

    Calling hours and rest are the customer's own.
    """
    open_now = may_call(phoning.playbook.calling, phoning.rest, at=now, zone=phoning.zone)
    return open_now or is_agreed_time(lead, now=now)


def is_agreed_time(lead: Lead, *, now: datetime) -> bool:
    """Say whether `now` (UTC) lies in the hour from the time that the customer agreed to.

    That is a follow-up's, or what the customer asked for who could not talk (L4.5).
    """
    agreed = lead.next_what is Step.FOLLOW_UP or lead.last_outcome == Outcome.NOTNOW
    return agreed and lead.next_at is not None and lead.next_at <= now < lead.next_at + AGREED_FOR
