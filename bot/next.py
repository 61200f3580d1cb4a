"""The best call for a rep now, reserved for them while they make it (L1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.assign import NewOwner, hand_over
from bot.desk import Desk
from bot.team import member
from rules.claiming import shut_pools
from rules.lead import Lead
from rules.matching import bound_to
from rules.queue import AGREED_FOR, may_ring, rank
from rules.refusals import BUSY, Refused
from rules.rest import next_calling
from rules.team import Rep
from rules.wave import stricter
from rules.words import Queue, Tier
from storage import leads, queue, wave
from storage.queue import Asker, Candidate
from storage.unit import Unit

KEPT_FOR = timedelta(days=7)
TRIES = 10
CROWD = 64
MOST_HELD = 10_000


@dataclass(frozen=True, slots=True)
class Handed:
    """The best call at `now` (UTC), the lead with its reason; `of_pool` when it just became mine.

    `since` is when it was handed to the same rep before, who asks again.
    """

    lead: Lead
    now: datetime
    of_pool: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing may be called at `now` (UTC): the next lead and its time, where there is one.

    `opens` when the lead is due already and waits for calling hours. So many of the rep's are
    `held`, and `pooled` says whether some of the pool are: they get no call for now (C1).
    """

    now: datetime
    lead: Lead | None = None
    at: datetime | None = None
    opens: bool = False
    held: int = 0
    pooled: bool = False


def next_lead(desk: Desk, *, by: str) -> Handed | Later:
    """Hand out the best call now among the rep's leads and the pool's (L1.4).

    It stays reserved for the playbook's minutes: who asks again gets it again, unless a hot
    follow-up has come due since. A pool lead handed out becomes the rep's. Raises Refused for
    who is not of the team.
    """
    for _ in range(TRIES):
        found = _try(desk, by=by)
        if found:
            return found
    raise Refused(BUSY)


def _try(desk: Desk, *, by: str) -> Handed | Later | None:
    """Give the call; None when others were taking all that there was, and are done now."""
    with desk.store.unit() as unit:
        rep = member(unit, by, admins=desk.settings.admin_slack_ids)
        queue.one_at_a_time(unit, by)
        look = Look(desk, unit, _asker(desk, rep))
        again = look.reserved()
        found = look.best(again)
        if found:
            answer: Handed | Later = look.reserve(found)
        elif again:
            answer = look.still(again)
        elif look.missed:
            queue.wait_for(unit, look.missed)
            return None
        else:
            answer = look.later()
        unit.commit()
    return answer


def _asker(desk: Desk, rep: Rep) -> Asker:
    """Give who asks: leads of nobody go by language and by the pool of their route (C3)."""
    book = desk.playbook
    return Asker(rep.slack_id, desk.clock(), bound_to(rep, book.match), shut_pools(rep, book))


class Look:
    """One look through the queues, in the zones where phones may ring and where they may not."""

    def __init__(self, desk: Desk, unit: Unit, asker: Asker) -> None:
        self._desk = desk
        self._unit = unit
        self._asker = asker
        self._hold = timedelta(minutes=desk.playbook.hold_minutes)
        self.missed = 0
        zones = self._zones()
        self._open = [zone for zone in zones if self._opens(zone) <= asker.now]
        self._closed = [zone for zone in zones if zone not in self._open]

    def _zones(self) -> list[str]:
        """Name the zones to look in, "" the team's; leads without one get theirs first."""
        unit, me = self._unit, self._asker.me
        found = queue.zones_abroad(unit, me)
        if None in found:
            queue.place(unit, [self._desk.placed(lead) for lead in queue.unplaced(unit, me)])
            found = queue.zones_abroad(unit, me)
        return ["", *(zone for zone in found if zone)]

    def _opens(self, zone: str) -> datetime:
        """Give the soonest moment (UTC) from now on when phones there may ring."""
        desk, now = self._desk, self._asker.now
        local = ZoneInfo(zone or desk.settings.timezone)
        return next_calling(desk.playbook.calling, desk.rest(now), at=now, zone=local)

    def reserved(self) -> Lead | None:
        """Give the lead that the rep was handed and has not logged on, where it may still ring."""
        now = self._asker.now
        found = queue.reserved(self._unit, self._asker)
        ringing = [
            lead
            for lead in found
            if may_ring(lead, now=now, phoning=self._desk.phoning(lead, now=now))
        ]
        return min(ringing, key=rank, default=None)

    def best(self, again: Lead | None) -> Lead | None:
        """Give the best lead, held until the unit ends; past `again` goes only a hot follow-up."""
        if again and again.queue is Queue.HIGH_FOLLOWUP:
            return None
        queues = [Queue.HIGH_FOLLOWUP] if again else list(Queue)
        return next((lead for one in queues if (lead := self._take(one))), None)

    def _take(self, one: Queue) -> Lead | None:
        """Take the best of a queue, past those that others are taking at this moment."""
        first = self._due(one, most=1)[:1]
        if not first:
            return None
        return self._first_free(first) or self._first_free(self._due(one, most=CROWD))

    def _first_free(self, candidates: list[Candidate]) -> Lead | None:
        for found in candidates:
            lead = queue.take(self._unit, found.id, self._asker)
            if lead:
                return lead
            self.missed = self.missed or found.id
        return None

    def _due(self, one: Queue, *, most: int) -> list[Candidate]:
        """Give what may ring: where it is calling time, and elsewhere what was agreed for now."""
        unit, asker = self._unit, self._asker
        found = self._above(one, self._open, most=most)
        if one is Queue.FRESH:
            return found
        since = asker.now - AGREED_FOR
        agreed = queue.best(unit, one, asker, zones=self._closed, most=most, agreed_since=since)
        return sorted([*found, *agreed], key=rank)

    def _above(self, one: Queue, zones: Sequence[str], *, most: int = 1) -> list[Candidate]:
        """Give what is due above a stricter bar, and below it what was agreed or asked for (C1)."""
        unit, asker, bar = self._unit, self._asker, self._desk.playbook.wave
        hold, cut = stricter(bar, one)
        free = [tier for tier in Tier if tier not in {*hold, *cut}]
        found = queue.best(unit, one, asker, zones=zones, tiers=free, most=most)
        if not hold and not cut:
            return found
        since = asker.now - KEPT_FOR
        kept = queue.best(
            unit, one, asker, zones=zones, tiers=(*hold, *cut), most=most, kept_since=since
        )
        early = queue.best(unit, one, asker, zones=zones, tiers=cut, most=most, below=bar.attempts)
        return sorted({*found, *kept, *early}, key=rank)

    def reserve(self, lead: Lead) -> Handed:
        """Keep a lead for the rep, whose it becomes where it was the pool's."""
        me, now = self._asker.me, self._asker.now
        held = replace(lead, held_by=me, held_until=now + self._hold)
        if lead.owner:
            return Handed(leads.save(self._unit, held, before=lead), now)
        mine, effects = hand_over(self._desk, self._unit, held, NewOwner(me, me), now=now)
        self._desk.send(self._unit, mine, effects, now=now)
        return Handed(mine, now, of_pool=True)

    def still(self, lead: Lead) -> Handed:
        """Give a lead that was handed to the rep before."""
        now = self._asker.now
        return Handed(lead, now, since=min(now, (lead.held_until or now) - self._hold))

    def later(self) -> Later:
        """Give what comes next, a lead's time or calling hours for one that is due; what waits."""
        unit, asker, bar = self._unit, self._asker, self._desk.playbook.wave
        coming = queue.coming(unit, asker, bar)
        held = wave.waiting(unit, bar, asker.me, most=MOST_HELD)
        pooled = bool(wave.waiting(unit, bar, "", most=1))
        due = [found for one in Queue for found in self._above(one, self._closed)]
        first = min(due, key=lambda one: (self._opens(one.zone), rank(one)), default=None)
        if first and not (coming and coming.next_at and coming.next_at < self._opens(first.zone)):
            lead = leads.load(unit, first.id)
            opens = self._opens(first.zone)
            return Later(asker.now, lead, opens, opens=True, held=held, pooled=pooled)
        at = coming.next_at if coming else None
        return Later(asker.now, coming, at, held=held, pooled=pooled)
