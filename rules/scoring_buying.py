"""Whether buying more or less of a campaign pays, by leads that came after it alone (L6.3, L6.8).

Its unlucky weeks have a campaign cut and its lucky ones have it bought more of, so that what
follows looks better, or worse, whatever is done: what a lead earned before says nothing here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rules.bounds import Range, counted, product, ratio, signed
from rules.scoring import Score, Span, Verdict
from rules.weighing import NONE, Sums
from rules.words import Kind

RIPE = 0.5
"""The part of leads' sales that must have come by their age before what they earn is told."""


def score_weeks(
    before: Span,
    after: Span,
    *,
    weeks: tuple[float, float],
    least: int,
    days: int,
    part: float = 1.0,
    fewer: bool = False,
) -> Score:
    """Give what a week's leads more or less than expected bring, their price taken off (L6.8).

    How many were to be expected the weeks before say, and what the others of each kind got since.
    What one earns, in minor units, is of those that came after, of whose sales a `part` has come.
    Too early with fewer than `least` leads, which stays so where `fewer` are bought.
    """
    found = Score(Verdict.EARLY, _count(after.net), _count(before.net), days, weekly=True)
    few = found.leads < least and fewer and weeks[1] >= 1
    if min(found.leads, found.leads_before) < least or part < RIPE:
        known = few and found.leads_before >= least
        return replace(found, verdict=Verdict.FEW) if known else found
    kinds = sorted({*before.net, *after.net})
    each = _each(before, after, kinds, part)
    others, others_since = (_count(one.others, kinds) for one in (before, after))
    if min(others, others_since) < least or not each.up:
        now = each.mean * found.leads / weeks[1]
        return replace(found, verdict=Verdict.ALONE, now=round(now))
    without = _without((before, after), weeks, kinds, least)
    came = counted(found.leads).times(1 / weeks[1])
    return replace(_told(found, (before, after), (came, without), each), others=others_since)


def _told(found: Score, sides: tuple[Span, Span], leads: tuple[Range, Range], each: Range) -> Score:
    """Say what so many leads more or less bring; where they got dearer, a gain makes up for it."""
    (before, after), (came, without) = sides, leads
    dearer = without.mean * max(after.price - before.price, 0.0)
    more = signed(came.plus(without.times(-1)), each)
    low, high = more.low - dearer, more.high
    verdict = Verdict.HARMS if high < 0 else Verdict.PAYS if low > 0 else Verdict.OPEN
    return replace(
        found,
        verdict=verdict,
        now=round(came.mean * each.mean),
        expected=round(without.mean * each.mean),
        more=round(more.mean),
        low=round(low),
        high=round(high),
    )


def _without(
    sides: tuple[Span, Span], weeks: tuple[float, float], kinds: Sequence[Kind], least: int
) -> Range:
    """Give how many leads a week were to be expected, of each kind by the others' of that kind.

    Kinds of which fewer than `least` others came go by the others of all of them together.
    """
    before, after = sides

    def those(side: Mapping[Kind, Sums], some: Sequence[Kind], long: float) -> Range:
        return counted(_count(side, some)).times(1 / long)

    known = [one for one in kinds if min(_count(side.others, [one]) for side in sides) >= least]
    rest = [one for one in kinds if one not in known]
    found = Range(0.0)
    for mine, theirs in (*(([one], [one]) for one in known), (rest, kinds)):
        if _count(before.net, mine):
            then = those(before.others, theirs, weeks[0])
            market = ratio(those(after.others, theirs, weeks[1]), then)
            found = found.plus(product(those(before.net, mine, weeks[0]), market))
    return found


def _each(before: Span, after: Span, kinds: Iterable[Kind], part: float) -> Range:
    """Give what a lead after the change earns less its price, without arms where nobody sold.

    Only how large single sales are is taken of other leads too, never how many there were.
    """
    mine, net = _sum(after.sales, kinds), _sum(after.net, kinds)
    sides = (before.sales, before.others, after.others)
    all_of_them = sum((_sum(one, kinds) for one in sides), mine)
    size = max(_size(mine), _size(all_of_them))
    pieces = all_of_them.total / size if size else 0.0
    sold = product(counted(mine.total, size), _grows(part, pieces)).times(1 / net.count)
    return sold.less((mine.total - net.total) / net.count + after.price)


def _grows(part: float, sales: float) -> Range:
    """Give how many times as much leads sell in the end, as far as so many sales tell that."""
    if part >= 1:
        return Range(1.0)
    sales = max(sales, 1.0)
    to_come = ratio(counted(sales * (1 - part)), counted(sales * part))
    return to_come.less(-1.0)


def _size(sums: Sums) -> float:
    return sums.squares / sums.total if sums.total > 0 else 0.0


def _count(side: Mapping[Kind, Sums], kinds: Iterable[Kind] = tuple(Kind)) -> int:
    return round(_sum(side, kinds).count)


def _sum(side: Mapping[Kind, Sums], kinds: Iterable[Kind]) -> Sums:
    return sum((side.get(one, NONE) for one in kinds), NONE)
