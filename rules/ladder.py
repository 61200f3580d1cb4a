"""The speed ladder of a lead that waits for its first call: remind, move, tell (C1)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.effect import Effect
from rules.lead import Lead
from rules.playbook import Playbook, Speed
from rules.reminders import RetireCall
from rules.rest import next_calling
from rules.talking import is_on_the_phone
from rules.wave import on_hold
from rules.words import Step
from rules.working import HORIZON, Working

MOVED, TOLD, CALLED, AGAIN, NAGGED = 1, 2, 4, 8, 16
"""What `Lead.ladder_step` is made of: each reminder adds NAGGED, the other steps happen once.

CALLED when a call was begun since the clock began, AGAIN when a second one was.
"""
PUNCTUAL = timedelta(minutes=1)
LOOK_AGAIN = timedelta(minutes=5)


class Act(StrEnum):
    """The steps, in their order, by their names in the playbook."""

    NAG = "nag"
    MOVE = "move"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step, its minutes from the beginning, and which reminder it is."""

    act: Act
    minutes: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """What a lead's clock goes by: the playbook, and the minutes that count for its owner.

    An owner who is away is `back` at this moment (UTC), as far as is known.
    """

    playbook: Playbook
    working: Working
    back: datetime | None = None


@dataclass(frozen=True, slots=True)
class Climb:
    """A lead after its step, and which that was; None where nothing was to be done yet.

    `base` is the moment (UTC) from which the next step keeps its distance.
    """

    lead: Lead
    base: datetime
    rung: Rung | None = None


def rungs(speed: Speed) -> tuple[Rung, ...]:
    """Give the playbook's steps in their order; those of 0 minutes are left out."""
    nags = enumerate((minutes for minutes in speed.nag if minutes), start=1)
    steps = [Rung(Act.NAG, minutes, number) for number, minutes in nags]
    once = ((Act.MOVE, speed.move), (Act.MANAGER, speed.manager))
    return (*steps, *(Rung(act, minutes) for act, minutes in once if minutes))


def nags(lead: Lead) -> int:
    """Give how many reminders the ladder sent."""
    return lead.ladder_step // NAGGED


def retired(lead: Lead) -> tuple[Effect, ...]:
    """Give what takes the buttons off the reminders of a lead that has a clock."""
    return (RetireCall(lead.id),) if lead.ladder_at and nags(lead) else ()


def waits(lead: Lead) -> bool:
    """Say whether a lead that may climb has an owner who is to make its first call."""
    called = lead.first_call_at is not None or lead.next_what is not Step.CALL
    return lead.climbs and lead.working and bool(lead.owner) and not called and bool(lead.next_at)


def started(lead: Lead, *, now: datetime, pace: Pace) -> Lead:
    """Begin the clock of a lead for its owner, at the soonest moment that counts (C1).

    `now` is UTC. One that does not wait for its first call has no clock.
    """
    if lead.next_at is None or not waits(lead):
        return replace(lead, ladder_at=None)
    begin = pace.working.after(max(now, lead.next_at), 0)
    fresh = replace(lead, clocked_at=begin, ladder_step=0)
    return replace(fresh, ladder_at=_Timeline(fresh, pace, begin).following(begin))


def step(lead: Lead, *, now: datetime, pace: Pace) -> Climb:
    """Carry out the step that is due at `now` (UTC), and say when the next one is (C1).

    Of reminders that are past due only the last is sent; what comes after a step that was late
    keeps its distance to it. A lead that gets no call for now waits where it is; one that is
    being called for the first time since its clock began is only shown to the managers.
    """
    if lead.next_at is None or not waits(lead):
        return Climb(replace(lead, ladder_at=None), now)
    if lead.next_at > now:
        return Climb(started(lead, now=now, pace=pace), now)
    soon = now + LOOK_AGAIN
    if on_hold(lead, pace.playbook):
        return Climb(replace(lead, ladder_at=soon), now)
    called = is_on_the_phone(lead, now=now) and not lead.ladder_step & AGAIN
    line = _Timeline(lead, pace, lead.clocked_at or lead.next_at, called=called)
    rung = line.ripe(now)
    due = lead.ladder_at or now
    base = due if rung and now - due <= PUNCTUAL else now
    taken = replace(lead, ladder_step=_with(lead.ladder_step, rung)) if rung else lead
    at = replace(line, lead=taken).following(base, done=rung)
    return Climb(replace(taken, ladder_at=min(at, soon) if called else at), base, rung)


def begun(lead: Lead) -> Lead:
    """Give a lead to whom a call begins; only the first of a clock keeps reminders away (C1)."""
    if lead.ladder_at is None:
        return lead
    steps = lead.ladder_step
    return replace(lead, ladder_step=steps | (AGAIN if steps & CALLED else CALLED))


def moved(climb: Climb, *, pace: Pace) -> Lead:
    """Give a lead that the ladder moved the next step by its new owner's hours.

    The clock runs on: the distance to the next step is what it was.
    """
    line = _Timeline(climb.lead, pace, climb.base)
    due = (line.apart(one, climb.base, climb.rung) for one in line.left)
    return replace(climb.lead, ladder_at=min(due, default=climb.base + HORIZON))


def coming(lead: Lead, *, pace: Pace) -> tuple[Act, datetime] | None:
    """Give who else hears of a lead that goes on waiting, and when (UTC); None for nobody."""
    if lead.ladder_at is None:
        return None
    line = _Timeline(lead, pace, lead.clocked_at or lead.ladder_at)
    later = [one for one in line.left if one.act is not Act.NAG]
    if not later:
        return None
    first = min(line.left, key=line.own)
    due = [(line.apart(one, lead.ladder_at, first), one.act) for one in later]
    at, act = min(due, key=lambda one: one[0])
    return act, at


def waited(lead: Lead, working: Working, *, now: datetime) -> float:
    """Give the minutes that a lead has waited for a call by `now`, by its owner's hours (C1).

    What it waited with those who had it before stands in `lead.waited`.
    """
    since = lead.received_at if lead.waited is None else lead.owned_at
    return (lead.waited or 0.0) + working.minutes(since or now, now)


def _with(steps: int, rung: Rung) -> int:
    if rung.act is Act.NAG:
        return steps % NAGGED + rung.number * NAGGED
    return steps | (MOVED if rung.act is Act.MOVE else TOLD)


def _is_done(rung: Rung, lead: Lead) -> bool:
    """Say whether a step was taken; a rep to whom a lead was moved is not reminded at once."""
    if rung.act is Act.NAG:
        return rung.number <= nags(lead) or bool(lead.ladder_step & MOVED)
    return bool(lead.ladder_step & (MOVED if rung.act is Act.MOVE else TOLD))


@dataclass(frozen=True, slots=True)
class _Timeline:
    """A lead's steps in time, from the moment (UTC) at which its clock began.

    While it is being `called` there are only the managers to tell.
    """

    lead: Lead
    pace: Pace
    began: datetime
    called: bool = False

    @property
    def left(self) -> list[Rung]:
        steps = rungs(self.pace.playbook.speed)
        may = {Act.MANAGER} if self.called else set(Act)
        return [one for one in steps if one.act in may and not _is_done(one, self.lead)]

    def ripe(self, now: datetime) -> Rung | None:
        """Give the step to carry out now: the one that was due first, of reminders the last."""
        due = [one for one in self.left if self.own(one) <= now and self._ready(one, now) <= now]
        first = min(due, key=self.own, default=None)
        if first is None or first.act is not Act.NAG:
            return first
        return max((one for one in due if one.act is Act.NAG), key=lambda one: one.number)

    def following(self, base: datetime, *, done: Rung | None = None) -> datetime:
        """Give when the next step is due: at its own time, and not too soon after the one before.

        Where none is left the lead is looked at again at the horizon: it waits still.
        """
        due = (max(self.own(one), self.apart(one, base, done)) for one in self.left)
        return min(due, default=base + HORIZON)

    def own(self, rung: Rung) -> datetime:
        """Give when a step is due by the clock."""
        return self._counted(rung, self.began, rung.minutes)

    def apart(self, rung: Rung, base: datetime, done: Rung | None) -> datetime:
        """Give when a step may follow one that was done at `base`."""
        gap = rung.minutes - done.minutes if done else 0
        return self._counted(rung, base, max(gap, 0))

    def _counted(self, rung: Rung, start: datetime, minutes: int) -> datetime:
        if self._by_clock(rung):
            return self._ready(rung, start + timedelta(minutes=minutes))
        return self._ready(rung, self.pace.working.after(start, minutes))

    def _ready(self, rung: Rung, at: datetime) -> datetime:
        """Give the soonest moment from `at` on at which a step may be carried out.

        Nobody is reminded who is not at work, and nobody gets a lead that can't be called.
        """
        working = self.pace.working
        if rung.act is Act.NAG:
            return working.after(max(at, self.pace.back or at), 0)
        if not self._by_clock(rung):
            return working.after(at, 0)
        if rung.act is Act.MANAGER:
            return at
        return next_calling(working.calling, working.rest, at=at, zone=working.local)

    def _by_clock(self, rung: Rung) -> bool:
        return rung.act in self.pace.playbook.speed.by_clock
