"""More leads than hands: what a day's calls come to, and a stricter bar that brings them down (C1).

Lower tiers wait, rather than all being called later. What was agreed is kept, and who asked.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.lead import Lead
from rules.playbook import Playbook, Wave
from rules.queue import BY_TIER
from rules.team import Rep
from rules.words import Outcome, Queue, Step, Tier
from rules.working import Working

HOLD, SHORTEN = "hold", "shorten"
Tiers = tuple[Tier, ...]
HOLDABLE = (Tier.D, Tier.C)
CUTTABLE = (Tier.D, Tier.C, Tier.B)
LEAST_OVER = 20
BUSY = 0.5
"""The part of the calls that can be made of which a stricter bar leaves at least as many."""
LEAST_LEFT = timedelta(hours=1)
LEAST_TIMED = 200
"""Fewer calls than this say nothing of a rep's pace."""
_CALLED = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE, Step.ASSIGN})
_SECOND = timedelta(seconds=1)
_BIT = _SECOND / timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """Tiers that get no calls for now, and those whose plans are cut short."""

    hold: Tiers = ()
    shorten: Tiers = ()

    def without(self, other: "Bar") -> "Bar":
        """Give what is left of it when another one is lifted."""
        return Bar(
            tuple(one for one in self.hold if one not in other.hold),
            tuple(one for one in self.shorten if one not in other.shorten),
        )


def bar_of(wave: Wave) -> Bar:
    """Give the bar that the playbook has now."""
    return Bar(wave.hold, wave.shorten)


def on_hold(lead: Lead, playbook: Playbook) -> bool:
    """Say whether a lead gets no call for now: its tier waits, or its plan is cut short (C1).

    A time that was agreed is kept, and so is a call to who wrote since the last one.
    """
    wave = playbook.wave
    if lead.next_what not in _CALLED or _is_asked(lead):
        return False
    cut = lead.tier in wave.shorten and lead.plan_step >= wave.attempts
    return lead.tier in wave.hold or cut


def stricter(wave: Wave, queue: Queue) -> tuple[Tiers, Tiers]:
    """Give the tiers of which a queue gives no calls, and those of which it gives fewer (C1)."""
    if queue not in BY_TIER:
        return (), ()
    cut = tuple(one for one in wave.shorten if one not in wave.hold)
    return wave.hold, cut if queue is Queue.PLANNED else ()


def _is_asked(lead: Lead) -> bool:
    if lead.last_outcome == Outcome.NOTNOW:
        return True
    return lead.replied_at is not None and (lead.last_at is None or lead.replied_at > lead.last_at)


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls to make to leads of one tier, each lead once.

    `agreed` were agreed or asked for, `first` are first calls, `early` and `late` attempts of the
    plan before and after it is cut short, `coming` leads that are expected to come in.
    """

    agreed: int = 0
    first: int = 0
    early: int = 0
    late: int = 0
    coming: int = 0

    def under(self, bar: Bar, tier: Tier) -> int:
        """Count what is left of them, being of this tier, under a bar."""
        if tier in bar.hold:
            return self.agreed
        late = 0 if tier in bar.shorten else self.late
        return self.agreed + self.first + self.early + late + self.coming


@dataclass(frozen=True, slots=True)
class Hands:
    """Who can still call today: how many reps, for how many minutes together, until when (UTC)."""

    reps: int
    minutes: float
    end: datetime

    def calls(self, hourly: float) -> int:
        """Count the calls that they can make, at so many in an hour."""
        return math.floor(self.minutes / 60 * hourly)


def hands(shifts: Sequence[tuple[Rep, Working]], *, now: datetime, midnight: datetime) -> Hands:
    """Count the reps who work between now and midnight (UTC), with the minutes they have (C1).

    A rep who is away counts from when they are back, where that is known.
    """
    found = [
        (minutes, ends)
        for rep, working in shifts
        for start in _from(rep, now)
        if (minutes := working.minutes(start, midnight))
        for ends in [working.after(start, max(minutes - _BIT, 0.0)) + _SECOND]
    ]
    end = max((ends for _, ends in found), default=now)
    return Hands(len(found), sum(minutes for minutes, _ in found), end)


def _from(rep: Rep, now: datetime) -> list[datetime]:
    """Give the moment from which a rep works, none for who is gone or away for good."""
    if rep.manages or rep.state == "paused" or (rep.state == "away" and rep.away_until is None):
        return []
    away = rep.away_until if rep.state == "away" else None
    return [max(now, away or now)]


def hourly(calls: Iterable[tuple[str, datetime]]) -> float | None:
    """Give how many calls a rep makes in an hour, by calls made: by whom and when (C1).

    The busier half of the hours in which somebody called: quiet ones tell how few leads there
    were, not how many a rep can call. None where there were too few calls to tell.
    """
    counted: dict[tuple[str, datetime], int] = {}
    for by, at in calls:
        hour = by, at.replace(minute=0, second=0, microsecond=0)
        counted[hour] = counted.get(hour, 0) + 1
    if sum(counted.values()) < LEAST_TIMED:
        return None
    busiest = sorted(counted.values(), reverse=True)[: math.ceil(len(counted) / 2)]
    return sum(busiest) / len(busiest)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be called until the last shift of today ends, and how much of it can be."""

    calls: Mapping[Tier, Calls]
    hands: Hands
    can: int

    def load(self, bar: Bar) -> int:
        """Count the calls to make under a bar."""
        return sum(calls.under(bar, tier) for tier, calls in self.calls.items())

    def is_over(self, bar: Bar, wave: Wave) -> bool:
        """Say whether there are more calls to make than hands; a few more are none."""
        load = self.load(bar)
        return load > wave.over * self.can and load - self.can >= LEAST_OVER

    def has_room(self, bar: Bar, wave: Wave) -> bool:
        """Say whether all calls under a bar can be made, with room."""
        return self.load(bar) < wave.under * self.can

    def is_idle(self, bar: Bar) -> bool:
        """Say whether a bar leaves hands without calls; a few calls fewer leave none."""
        load = self.load(bar)
        return load < BUSY * self.can and self.can - load >= LEAST_OVER


@dataclass(frozen=True, slots=True)
class Option:
    """A stricter bar for tiers: `fewer` calls, so that `left` are to be made."""

    what: str
    tiers: Tiers
    fewer: int
    left: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What managers are asked: `load` calls, `coming` of them not here yet, `can` be made.

    Of the options to hold, the last is the first that is `enough`, if any is.
    """

    load: int
    coming: int
    can: int
    reps: int
    end: datetime
    options: tuple[Option, ...]
    enough: bool


def proposed(forecast: Forecast, wave: Wave, *, now: datetime) -> Proposal | None:
    """Propose a stricter bar when there are more calls than hands; None when there are not (C1).

    It begins with the lowest tier. Tiers A and B are never held; where there is nothing below
    them, B's plan may be cut short. What would leave hands without calls is not proposed. In the
    last hour of the day it would come too late.
    """
    bar = bar_of(wave)
    if forecast.hands.end - now < LEAST_LEFT or not forecast.is_over(bar, wave):
        return None
    holds = _holds(forecast, bar, wave)
    options = (*holds, *_cut(forecast, bar))
    if not options:
        return None
    load = forecast.load(bar)
    nobody = {tier: replace(one, coming=0) for tier, one in forecast.calls.items()}
    coming = load - replace(forecast, calls=nobody).load(bar)
    enough = any(_fits(one, forecast, wave) for one in holds)
    hands = forecast.hands
    return Proposal(load, coming, forecast.can, hands.reps, hands.end, options, enough)


def _fits(option: Option, forecast: Forecast, wave: Wave) -> bool:
    return option.left <= wave.over * forecast.can


def _holds(forecast: Forecast, bar: Bar, wave: Wave) -> list[Option]:
    found: list[Option] = []
    tiers: Tiers = ()
    for tier in HOLDABLE:
        wider = _option(forecast, bar, HOLD, (tier, *tiers))
        if tier in bar.hold or wider.fewer == (found[-1].fewer if found else 0):
            continue
        if not _keeps_busy(wider, forecast):
            break
        found, tiers = [*found, wider], (tier, *tiers)
        if _fits(wider, forecast, wave):
            break
    return found


def _cut(forecast: Forecast, bar: Bar) -> list[Option]:
    found = (_option(forecast, bar, SHORTEN, (tier,)) for tier in CUTTABLE)
    return [one for one in found if one.fewer and _keeps_busy(one, forecast)][:1]


def _keeps_busy(option: Option, forecast: Forecast) -> bool:
    return option.left >= BUSY * forecast.can


def _option(forecast: Forecast, bar: Bar, what: str, tiers: Tiers) -> Option:
    hold = (*bar.hold, *(tiers if what == HOLD else ()))
    shorten = (*bar.shorten, *(tiers if what == SHORTEN else ()))
    left = forecast.load(Bar(hold, shorten))
    return Option(what, tiers, forecast.load(bar) - left, left)


def lifted(forecast: Forecast, wave: Wave, brought: Bar) -> Bar:
    """Give what may be lifted of a bar that a proposal `brought` (C1).

    Either the wave has passed: with the calls counted in that come back, there is clearly less to
    call than can be, and plans are whole again when no tier has to wait. Or hands are free
    meanwhile. The best tiers come back first.
    """
    bar, best = bar_of(wave), tuple(sorted(brought.hold))
    steps = [*(Bar(best[:count]) for count in range(1, len(best) + 1)), brought]
    roomy = [Bar(), *(one for one in steps if forecast.has_room(bar.without(one), wave))]
    if not forecast.is_idle(bar.without(roomy[-1])):
        return roomy[-1]
    return next((one for one in steps if not forecast.is_idle(bar.without(one))), brought)
