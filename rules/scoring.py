"""Whether an accepted recommendation pays: before and after it, held against the others (L6.8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.bounds import Range, counted, product, ratio
from rules.weighing import LOOKS, NONE, Sums
from rules.words import Kind

BEFORE = timedelta(weeks=4)
WEEK = timedelta(weeks=1)
WATCHED = LOOKS * WEEK
"""How long a change is watched: after so many weekly looks the last score stands."""
LEAST_DAYS = 1
CLEAR = 1.5
"""What the others earned may be so much more of itself at most to hold anything against it: that
is by nine sales."""


class Verdict(StrEnum):
    """What is known of an accepted recommendation."""

    HARMS = "harms"
    PAYS = "pays"
    OPEN = "open"
    EARLY = "early"
    ALONE = "alone"
    FEW = "few"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spans:
    """Leads that came in the first span, before a change, and in the second, after it (UTC).

    Of each counts what it earned within `age` of its arrival: those of both had that long, and
    the first ones had it before the change.
    """

    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]
    age: timedelta

    @property
    def weeks(self) -> tuple[float, float]:
        """How many weeks each of them is."""
        (since, until), (changed, last) = self.before, self.after
        return (until - since) / WEEK, (last - changed) / WEEK


def spans_of(changed_at: datetime, *, now: datetime, mature_days: int) -> Spans | None:
    """Give what is compared by `now` (UTC) of a change; None in its first two days.

    Leads are watched for half of the time since, and at most until they are judged; a change for
    half a year (L6.8).
    """
    now = min(now, changed_at + WATCHED)
    age = min((now - changed_at) / 2, timedelta(days=mature_days))
    if age < timedelta(days=LEAST_DAYS):
        return None
    last, long = now - age, now - age - changed_at
    until = changed_at - age
    return Spans((until - max(long, BEFORE), until), (changed_at, last), age)


@dataclass(frozen=True, slots=True)
class Score:
    """What a lead, or a week, brought before and after a change, in minor units (L6.8).

    `expected` is what it would have brought without the change, by what became of `others`
    meanwhile; `more` is the difference, and lies between `low` and `high` nine times in ten over
    all the looks of half a year. `days` is how long each lead was watched. `held` says that the
    others are leads that were left under the former rules; `weekly` that a week is meant, of
    which `was` is not told.
    """

    verdict: Verdict
    leads: int
    leads_before: int
    days: int
    was: int = 0
    now: int = 0
    expected: int = 0
    more: int = 0
    low: int = 0
    high: int = 0
    others: int = 0
    weekly: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Leads of one span by their kinds: `net` of calls and messages, and what `sales` alone gave.

    `others` is what sales gave of the leads that the change is not about; `price` is what one of
    its own leads cost, where that counts.
    """

    net: Mapping[Kind, Sums]
    sales: Mapping[Kind, Sums]
    others: Mapping[Kind, Sums]
    price: float = 0.0


def score(before: Span, after: Span, *, least: int, days: int) -> Score:
    """Compare what a lead earns within kinds (K1-K4), as these are now, with what was expected.

    The others' sales a lead say how the market went: its part of the change is no change's doing.
    Too early with fewer than `least` leads, and alone with fewer others.
    """
    found = Score(Verdict.EARLY, _count(after.net), _count(before.net), days)
    kinds = _common(before.net, after.net)
    if min(_count(before.net, kinds), _count(after.net, kinds)) < least:
        return found
    held = _common(before.others, after.others, kinds)
    if _too_few(before, after, held, least=least):
        return _seen(found, Verdict.ALONE, *_means(before.net, after.net, after.net, kinds))
    was, now = _means(before.net, after.net, after.net, held)
    sold, _ = _means(before.sales, after.sales, after.net, held)
    theirs, theirs_now = _means(before.others, after.others, after.net, held)
    if theirs.low <= 0 or theirs.up > CLEAR * theirs.mean:
        return _seen(found, Verdict.ALONE, was, now)
    # Only what sales bring goes with the market: calls cost what they cost.
    market, cost = ratio(theirs_now, theirs), was.mean - sold.mean
    expected = product(Range(sold.mean, was.down, was.up), market).less(-cost)
    others = _count(after.others, held)
    return _judged(found, was, now, expected, others=others)


def score_held(
    changed: Mapping[Kind, Sums], left: Mapping[Kind, Sums], *, least: int, days: int
) -> Score:
    """Compare leads that came since a change with those left under the former rules (L6.8).

    Both came in the same time, so that nothing else tells them apart; within kinds.
    """
    found = Score(Verdict.EARLY, _count(changed), _count(left), days, held=True)
    kinds = _common(left, changed)
    if min(_count(left, kinds), _count(changed, kinds)) < least:
        return found
    without, now = _means(left, changed, changed, kinds)
    return _judged(found, without, now, without, others=_count(left, kinds))


def _seen(found: Score, verdict: Verdict, was: Range, now: Range) -> Score:
    return replace(found, verdict=verdict, was=round(was.mean), now=round(now.mean))


def _judged(found: Score, was: Range, now: Range, expected: Range, *, others: int) -> Score:
    more = now.plus(expected.times(-1))
    low, high = more.low, more.high
    verdict = Verdict.HARMS if high < 0 else Verdict.PAYS if low > 0 else Verdict.OPEN
    return replace(
        _seen(found, verdict, was, now),
        expected=round(expected.mean),
        more=round(more.mean),
        low=round(low),
        high=round(high),
        others=others,
    )


def _count(side: Mapping[Kind, Sums], kinds: Iterable[Kind] | None = None) -> int:
    return round(sum(side[one].count for one in (side if kinds is None else kinds)))


def _common(
    before: Mapping[Kind, Sums], after: Mapping[Kind, Sums], kinds: Sequence[Kind] = tuple(Kind)
) -> list[Kind]:
    """Give the kinds of which there are some on either side."""
    return [one for one in kinds if min(_of(before, one).count, _of(after, one).count) > 1]


def _of(side: Mapping[Kind, Sums], kind: Kind) -> Sums:
    return side.get(kind, NONE)


def _too_few(before: Span, after: Span, kinds: Sequence[Kind], *, least: int) -> bool:
    sides = (before.net, after.net, before.others, after.others)
    return min(_count(one, kinds) for one in sides) < least


def _means(
    before: Mapping[Kind, Sums],
    after: Mapping[Kind, Sums],
    mix: Mapping[Kind, Sums],
    kinds: Sequence[Kind],
) -> tuple[Range, Range]:
    """Give both means with the kinds mixed as one side mixes them."""
    was, now, whole = Range(0.0), Range(0.0), sum(mix[one].count for one in kinds)
    for kind in kinds:
        part = mix[kind].count / whole
        was = was.plus(_each(before[kind], after[kind]).times(part))
        now = now.plus(_each(after[kind], before[kind]).times(part))
    return was, now


def _each(sums: Sums, other: Sums) -> Range:
    """Give the mean; how far it may be off is by the spread of both sides: no sale is no certainty.

    Few sales make it lopsided, so that it is bounded as a count is, in pieces that spread as much.
    """
    both = sums.drawn(other, other.count)
    spread = max(both.squares / both.count - both.mean**2, 0.0) * both.count / (both.count - 1)
    scale = spread / both.mean if both.mean > 0 else spread**0.5
    return counted(sums.total, scale).times(1 / sums.count)
