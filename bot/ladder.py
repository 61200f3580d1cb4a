"""The clock's tick for leads that wait for their first call: remind, move, tell (C1)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot import handed
from bot.absence import cover_first_calls, silence
from bot.alarms import SLOW, SLOW_MANY
from bot.assign import MOVED, NewOwner, hand_over, tell_managers
from bot.desk import Desk
from bot.rotation import Rotation
from bot.speed import pace_of
from rules.effect import Effect
from rules.effects import TellManagers
from rules.ladder import Act, Climb, Pace, moved, nags, step
from rules.lead import Lead
from rules.reminders import NudgeCall, RetireCall, SendCatchUp
from storage import ladder as stored
from storage import outbox, reps
from storage.unit import Unit

AT_ONCE, OF_ONE = 500, 5000
MANY, NAMED = 3, 20


def climb_due(desk: Desk) -> int:
    """Carry out every step that is due now, and cover for who is away; gives how many (C1).

    Two processes may do this at once: each takes the leads that the other does not hold.
    """
    now = desk.clock()
    done = cover_first_calls(desk, now=now)
    while some := _climb_some(desk, now=now):
        done += some
    if done:
        handed.tell(desk)
    return done


def _climb_some(desk: Desk, *, now: datetime) -> int:
    with desk.store.view() as view:
        if not stored.any_due(view, now=now):
            return 0
    with desk.store.unit() as unit:
        batch = _batch(unit, now=now)
        Ascent(desk, unit, now=now).climb(batch)
        unit.commit()
    return len(batch)


def _batch(unit: Unit, *, now: datetime) -> Sequence[Lead]:
    """Give leads whose step is due, whole reps': each hears of all of theirs at once.

    The last of a full batch may have more: they come with the next, or alone with all they have.
    """
    found = stored.due(unit, now=now, most=AT_ONCE)
    if len(found) < AT_ONCE:
        return found
    last = found[-1].owner
    others = [lead for lead in found if lead.owner != last]
    return others or stored.due(unit, now=now, owner=last, most=OF_ONE)


class Ascent:
    """The steps of many leads within one unit of work, which holds them."""

    def __init__(self, desk: Desk, unit: Unit, *, now: datetime) -> None:
        self._desk = desk
        self._unit = unit
        self._now = now
        self._team = {one.slack_id: one for one in reps.everybody(unit)}
        self._paces: dict[tuple[str, str], Pace] = {}

    def climb(self, batch: Sequence[Lead]) -> None:
        """Carry out each lead's step, and put what it does in the outbox.

        Of very many that move some are left for the next batch.
        """
        climbs = [
            (lead, step(lead, now=self._now, pace=self._pace(lead, lead.owner))) for lead in batch
        ]
        moving = [one for one in climbs if _does(one[1], Act.MOVE)]
        stayed = self._move(moving[:AT_ONCE])
        stayed += [done.lead for _, done in climbs if not _does(done, Act.MOVE)]
        stored.save(self._unit, stayed)
        told = [done.lead for _, done in climbs if _does(done, Act.MANAGER)]
        nagged = [done.lead for _, done in climbs if _does(done, Act.NAG)]
        effects = [*_reminders(nagged, now=self._now), *self._slow(told)]
        outbox.add(self._unit, effects, now=self._now)

    def _pace(self, lead: Lead, owner: str) -> Pace:
        """Give what the clock goes by; once for each rep and zone of customers."""
        key = owner, self._desk.zone_of(lead).key
        if key not in self._paces:
            rep = self._team.get(owner)
            self._paces[key] = pace_of(self._desk, lead, rep, now=self._now)
        return self._paces[key]

    def _move(self, climbs: Sequence[tuple[Lead, Climb]]) -> list[Lead]:
        """Give leads to reps at work who never had them; gives those for whom there is nobody."""
        if not climbs:
            return []
        holders = stored.holders(self._unit, [lead.id for lead, _ in climbs])
        rotation = Rotation(self._desk, self._unit, now=self._now)
        given: dict[str, list[Lead]] = defaultdict(list)
        stayed, many = [], len(climbs) > handed.CARDS
        for lead, done in climbs:
            had = holders.get(lead.id, set()) | {lead.owner}
            choice = rotation.choose(lead, had, at_once=True, handed=True)
            if choice is None:
                stayed.append(done.lead)
                continue
            new = NewOwner(choice.rep.slack_id, why=MOVED, many=many, choice=choice)
            given[lead.owner].append(self._hand(lead, done, new))
        handed.keep(self._unit, given, why=MOVED, now=self._now)
        lost = {was: len(taken) for was, taken in given.items()}
        silence(self._desk, self._unit, lost, now=self._now)
        return stayed

    def _hand(self, lead: Lead, done: Climb, new: NewOwner) -> Lead:
        onward = moved(done, pace=self._pace(lead, new.to))
        owned, effects = hand_over(self._desk, self._unit, onward, new, now=self._now, before=lead)
        outbox.add(self._unit, effects, now=self._now)
        return owned

    def _slow(self, told: Sequence[Lead]) -> Iterable[Effect]:
        """Tell the managers of leads that wait past the limit; of many at once in one notice."""
        if len(told) >= MANY:
            longest = sorted(told, key=lambda one: (one.received_at or self._now, one.id))
            named = ",".join(str(one.id) for one in longest[:NAMED])
            about = f"{len(told)}:{named}:{self._now.isoformat()}"
            notices = [TellManagers(SLOW_MANY, 0, about=about)]
        else:
            notices = [TellManagers(SLOW, one.id, about=_clock(one)) for one in told]
        for notice in notices:
            yield from tell_managers(self._desk, self._unit, notice)


def _clock(lead: Lead) -> str:
    return lead.clocked_at.isoformat() if lead.clocked_at else ""


def _does(done: Climb, act: Act) -> bool:
    return done.rung is not None and done.rung.act is act


def _reminders(nagged: Iterable[Lead], *, now: datetime) -> list[Effect]:
    """Remind each rep: of many leads at once in one message."""
    by_rep: dict[str, list[Lead]] = defaultdict(list)
    for lead in nagged:
        by_rep[lead.owner].append(lead)
    effects: list[Effect] = []
    for rep, mine in by_rep.items():
        if len(mine) < MANY:
            effects += [NudgeCall(one.id, rep, _clock(one), nags(one)) for one in mine]
            continue
        effects.append(SendCatchUp(rep, "calls", now.isoformat(), tuple(one.id for one in mine)))
        effects += [RetireCall(one.id) for one in mine if nags(one) > 1]
    return effects
