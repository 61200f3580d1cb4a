"""Calling hours: another part of the day for a plan's attempts, where leads answer more (L1.5)."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from rules.answering import LEAST_CALLS, HourRate
from rules.cadence import PARTS, Slot
from rules.evidence import Evidence
from rules.nth_calls import CallWorth, together, worth_of_calls
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign
from rules.weighing import Estimate, part_of
from rules.words import Kind, Tier

LIKELY = 0.03
"""How much parts of a day differ, one time in three by more: 2.6 points from the worst hour to the
best (Velocify 2016); what is measured is drawn toward none."""
_LATER = 2
Cells = Mapping[str, Mapping[tuple[Kind, int], HourRate]]


def hours(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh other parts of the day for the attempts of a plan that name one (L1.5, L6.1, L6.9).

    Parts lie in the playbook's calling hours, and are compared within kinds of lead and among
    calls of the same number: later calls are answered less, whatever the hour. The next day's
    attempt is only moved to an earlier part: while it waits the lead cools (C1).
    """
    cells = _cells(evidence, playbook)
    tiers = worth_of_calls(evidence, weight=playbook.tiers.prior_leads)
    moves = [
        _Move(tier, playbook.plans[tier], part, other)
        for tier in Tier
        for part in dict.fromkeys(one.part for one in playbook.plans[tier] if one.part)
        for other in cells
        if other != part
    ]
    found = [_weigh(one, tiers[one.tier], cells, weeks=evidence.weeks) for one in moves]
    return [one for one in found if one]


class _Move(NamedTuple):
    """A tier's plan, of which attempts move from one part of the day to another."""

    tier: Tier
    plan: tuple[Slot, ...]
    part: str
    other: str

    @property
    def after(self) -> tuple[Slot, ...]:
        """The plan as it is then."""
        return tuple(_moved(one, self.part, self.other) for one in self.plan)

    def calls(self, calls: Mapping[int, CallWorth]) -> int:
        """Count the calls that move."""
        pairs = enumerate(zip(self.plan, self.after, strict=True), 1)
        return sum(calls[nth].row.calls for nth, (a, b) in pairs if a != b and nth in calls)


def _weigh(
    move: _Move, calls: Mapping[int, CallWorth], cells: Cells, *, weeks: float
) -> Candidate | None:
    answered = sum(one.row.answered for one in calls.values())
    here, there = cells.get(move.part, {}), cells[move.other]
    moved = move.calls(calls)
    if min(moved, _all(here).calls, _all(there).calls) < LEAST_CALLS or not answered:
        return None
    more = _difference(here, there)
    an_answer = together(calls.values())[1].times(1 / answered)
    gain = _product(more, an_answer).times(moved / weeks)
    facts = {
        "part": move.part,
        "other": move.other,
        "moved": round(moved / weeks),
        "calls": _all(here).calls,
        "answered": _all(here).answered,
        "other_calls": _all(there).calls,
        "other_answered": _all(there).answered,
        "more": more.mean,
    }
    change = {f"plan.{move.tier.lower()}": [str(one) for one in move.after]}
    stake = gain.reach
    return Candidate(Advice.HOURS, move.tier, change, gain, stake, Sign.ANSWERED, facts)


def _moved(slot: Slot, part: str, other: str) -> Slot:
    cools = slot.day < _LATER and PARTS.index(other) > PARTS.index(part)
    return replace(slot, part=other) if slot.part == part and not cools else slot


def _cells(evidence: Evidence, playbook: Playbook) -> Cells:
    found: dict[str, dict[tuple[Kind, int], HourRate]] = defaultdict(dict)
    calling = playbook.calling
    for one in evidence.hours:
        for name, window in playbook.parts.items():
            inside = window.start.hour <= one.hour < window.end.hour
            if inside and calling.start.hour <= one.hour < calling.end.hour:
                before = found[name].get((one.kind, one.nth), HourRate())
                found[name][one.kind, one.nth] = HourRate(
                    before.calls + one.calls, before.answered + one.answered
                )
    return found


def _all(cells: Mapping[tuple[Kind, int], HourRate]) -> HourRate:
    return HourRate(
        sum(one.calls for one in cells.values()), sum(one.answered for one in cells.values())
    )


def _difference(
    now: Mapping[tuple[Kind, int], HourRate], then: Mapping[tuple[Kind, int], HourRate]
) -> Estimate:
    """Give how much more is answered, by Mantel and Haenszel's weights, drawn toward nothing."""
    whole, weight = Estimate(0.0), 0.0
    for alike in now.keys() & then.keys():
        one, other = now[alike], then[alike]
        share = one.calls * other.calls / (one.calls + other.calls)
        apart = part_of(other.answered, other.calls).plus(
            part_of(one.answered, one.calls).times(-1)
        )
        whole, weight = whole.plus(apart.times(share)), weight + share
    if not weight:
        return Estimate(0.0, LIKELY)
    found = whole.times(1 / weight)
    kept = LIKELY**2 / (LIKELY**2 + found.error**2)
    return Estimate(found.mean * kept, found.error * math.sqrt(kept))


def _product(one: Estimate, other: Estimate) -> Estimate:
    error = math.hypot(one.error * other.mean, other.error * one.mean)
    return Estimate(one.mean * other.mean, error)
