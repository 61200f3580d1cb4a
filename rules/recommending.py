"""When a proposal is made to managers again, and whether an accepted one pays (L6.8, L6.9)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from rules.playbook import Playbook
from rules.proposal import Advice, Proposal
from rules.proposals import RECOMMENDED
from rules.weighing import Estimate, Sums
from rules.words import Kind

GROWN = 1.5
REST = timedelta(weeks=4)
"""How long what was accepted is not proposed again: what it brings must show first."""
BEFORE = timedelta(weeks=4)
LEAST_DAYS = 1
_OF_CALLS = frozenset({Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS, Advice.TIER})


class State(StrEnum):
    """What became of a recommendation; LAPSED is what newer figures no longer say."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDONE = "undone"
    LAPSED = "lapsed"


class Verdict(StrEnum):
    """What is known of an accepted recommendation."""

    HARMS = "harms"
    PAYS = "pays"
    OPEN = "open"
    EARLY = "early"


def sample_of(facts: Mapping[str, Any]) -> int:
    """Give how many leads, calls or messages a proposal rests on."""
    return int(max(facts.get(name, 0) for name in ("leads", "calls", "sent")))


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal on which managers decided at a moment (UTC), with what they saw of it."""

    state: State
    at: datetime
    sample: int
    low: int
    high: int


def may_come(proposal: Proposal, last: Decided | None, *, now: datetime) -> bool:
    """Say whether a proposal may be made, where the `last` of its kind and subject was decided.

    What was rejected or undone comes back only on other evidence: half as much again, and a gain
    outside of what was then expected. What was accepted rests for four weeks.
    """
    if last is None or last.state is State.LAPSED:
        return True
    if last.state is State.ACCEPTED:
        return now - last.at >= REST
    grown = sample_of(proposal.facts) >= GROWN * last.sample
    return grown and not last.low <= proposal.gain <= last.high


def weighable(playbook: Playbook) -> tuple[Advice, ...]:
    """Give the kinds that pay and whose cost is known: a rep's hour says what calls cost."""
    known = bool(playbook.costs.rep_hour)
    return tuple(one for one in RECOMMENDED if known or one not in _OF_CALLS)


@dataclass(frozen=True, slots=True)
class Spans:
    """Leads that came in the first span, before a change, and in the second, after it (UTC).

    Of each counts what it earned within `age` of its arrival: those of both had that long, and
    the first ones had it before the change.
    """

    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]
    age: timedelta


def spans_of(changed_at: datetime, *, now: datetime, mature_days: int) -> Spans | None:
    """Give what is compared by `now` (UTC) of a change; None in its first two days.

    Leads are watched for half of the time since, and at most until they are judged.
    """
    age = min((now - changed_at) / 2, timedelta(days=mature_days))
    if age < timedelta(days=LEAST_DAYS):
        return None
    last, long = now - age, now - age - changed_at
    until = changed_at - age
    return Spans((until - max(long, BEFORE), until), (changed_at, last), age)


@dataclass(frozen=True, slots=True)
class Score:
    """What leads earned before and after a change, each, in minor units (L6.8).

    `more` is the difference within kinds, with the kinds as they are now; it lies between `low`
    and `high` nine times in ten. `days` is how long each lead was watched.
    """

    verdict: Verdict
    leads: int
    leads_before: int
    days: int
    was: int = 0
    now: int = 0
    more: int = 0
    low: int = 0
    high: int = 0


def score(
    before: Mapping[Kind, Sums], after: Mapping[Kind, Sums], *, least: int, days: int
) -> Score:
    """Compare what leads earn within their kinds (K1-K4); too early with fewer than `least`."""
    kinds = [one for one in after if one in before and min(after[one].count, before[one].count) > 1]
    leads, known = (round(sum(part[one].count for one in part)) for part in (after, before))
    compared = sum(after[one].count for one in kinds)
    alike = sum(before[one].count for one in kinds)
    if min(compared, alike) < least:
        return Score(Verdict.EARLY, leads, known, days)
    was, now = Estimate(0.0), Estimate(0.0)
    for kind in kinds:
        share = after[kind].count / compared
        was = was.plus(_each(before[kind]).times(share))
        now = now.plus(_each(after[kind]).times(share))
    more = now.plus(was.times(-1))
    low, high = more.low(), more.high()
    verdict = Verdict.HARMS if high < 0 else Verdict.PAYS if low > 0 else Verdict.OPEN
    numbers = (was.mean, now.mean, more.mean, low, high)
    return Score(verdict, leads, known, days, *map(round, numbers))


def _each(sums: Sums) -> Estimate:
    """Give the mean with its error, by a sample's own spread."""
    each = sums.each
    return Estimate(each.mean, each.error * math.sqrt(sums.count / (sums.count - 1)))
