"""Calling hours: another part of the day for a plan's attempts, where leads answer more (L1.5)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from rules.answering import HourRate
from rules.cadence import PARTS, Slot
from rules.counting import LEAST_CALLS
from rules.evidence import Evidence
from rules.nth_calls import CallWorth, together, worth_of_calls
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign
from rules.weighing import Expected, part_of
from rules.words import Kind, Tier

LIKELY = 0.03
"""How much parts of a day differ, one time in three by more: 2.6 points from the worst hour to the
best (Velocify 2016); what is measured is drawn toward none."""
ANY = "any"
_FIRST, _LATER = 1, 2
Cells = Mapping[str, Mapping[tuple[Kind, int], HourRate]]
Alike = Mapping[tuple[Kind, int], HourRate]


def hours(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh other parts of the day for the attempts of a plan from the next day on (L1.5, L6.9).

    Parts lie in the playbook's calling hours, and are compared within kinds of lead and among
    calls of the same number: later calls are answered less, whatever the hour. First calls are left
    out: leads of the night are old by morning, and those of the day are new. The next day's attempt
    is only moved to an earlier part: while it waits the lead cools (C1).
    """
    cells = _cells(evidence, playbook)
    tiers = worth_of_calls(evidence, weight=playbook.tiers.prior_leads)
    moves = [
        _Move(tier, playbook.plans[tier], part, other)
        for tier in Tier
        for part in dict.fromkeys(one.part for one in playbook.plans[tier] if one.after is None)
        for other in cells
        if other != part
    ]
    found = [_weigh(one, tiers[one.tier], cells, weeks=evidence.weeks) for one in moves]
    return [one for one in found if one]


class _Move(NamedTuple):
    """A tier's plan, of which attempts move from one part of the day ("": any) to another."""

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

    def now(self, cells: Cells) -> Alike:
        """Give the calls as they are made now: of the part, or of any but the other one."""
        if self.part:
            return cells.get(self.part, {})
        return _merged(found for name, found in cells.items() if name != self.other)


def _weigh(
    move: _Move, calls: Mapping[int, CallWorth], cells: Cells, *, weeks: float
) -> Candidate | None:
    answered = sum(one.row.answered for one in calls.values())
    now, then = move.now(cells), cells[move.other]
    here, there = _all(now), _all(then)
    # Of attempts at any hour some are in the other part already.
    moved = move.calls(calls) * (
        1.0 if move.part else here.calls / max(here.calls + there.calls, 1)
    )
    if min(moved, here.calls, there.calls) < LEAST_CALLS or not answered:
        return None
    more = _difference(now, then)
    an_answer = together(calls.values())[1].times(1 / answered)
    gain = _product(more, an_answer).times(moved / weeks)
    facts = {
        "part": move.part or ANY,
        "other": move.other,
        "moved": round(moved / weeks),
        "calls": here.calls,
        "answered": here.answered,
        "other_calls": there.calls,
        "other_answered": there.answered,
        "more": more.mean,
    }
    change = {f"plan.{move.tier.lower()}": [str(one) for one in move.after]}
    stake = gain.reach
    return Candidate(Advice.HOURS, move.tier, change, gain, stake, Sign.ANSWERED, facts)


def _moved(slot: Slot, part: str, other: str) -> Slot:
    if slot.after is not None or slot.part != part:
        return slot
    soonest = PARTS.index(part) if part else 0
    cools = slot.day < _LATER and PARTS.index(other) > soonest
    return slot if cools else replace(slot, part=other)


def _cells(evidence: Evidence, playbook: Playbook) -> Cells:
    found: dict[str, list[Alike]] = defaultdict(list)
    calling = playbook.calling
    for one in evidence.hours:
        for name, window in playbook.parts.items():
            inside = window.start.hour <= one.hour < window.end.hour
            open_then = calling.start.hour <= one.hour < calling.end.hour
            if inside and open_then and one.nth != _FIRST:
                found[name].append({(one.kind, one.nth): HourRate(one.calls, one.answered)})
    return {name: _merged(rows) for name, rows in found.items()}


def _merged(parts: Iterable[Alike]) -> Alike:
    found: dict[tuple[Kind, int], HourRate] = {}
    for part in parts:
        for like, one in part.items():
            before = found.get(like, HourRate())
            found[like] = HourRate(before.calls + one.calls, before.answered + one.answered)
    return found


def _all(cells: Alike) -> HourRate:
    return HourRate(
        sum(one.calls for one in cells.values()), sum(one.answered for one in cells.values())
    )


def _difference(now: Alike, then: Alike) -> Expected:
    """Give how much more is answered, by Mantel and Haenszel's weights, drawn toward nothing.

    What was measured counts as it is: only its error is drawn, else few calls made an effect.
    """
    apart, weight, spread = 0.0, 0.0, 0.0
    for like in now.keys() & then.keys():
        one, other = now[like], then[like]
        if not (one.calls and other.calls):
            continue
        share = one.calls * other.calls / (one.calls + other.calls)
        part = part_of(one.answered + other.answered, one.calls + other.calls).mean
        apart += share * (other.answered / other.calls - one.answered / one.calls)
        # The share squared, times one over the calls of both.
        spread += share * part * (1 - part)
        weight += share
    if not weight:
        return Expected(0.0, LIKELY)
    found = Expected(apart / weight, math.sqrt(spread) / weight)
    kept = LIKELY**2 / (LIKELY**2 + found.error**2)
    return Expected(found.mean * kept, found.error * math.sqrt(kept))


def _product(one: Expected, other: Expected) -> Expected:
    error = math.hypot(one.error * other.mean, other.error * one.mean)
    return Expected(one.mean * other.mean, error)
