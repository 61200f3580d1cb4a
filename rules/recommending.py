"""When a proposal is made to managers again, and what could be weighed at all (L6.8, L6.9)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.playbook import Playbook
from rules.proposal import Advice, Proposal
from rules.proposals import RECOMMENDED

FRESH = 0.5
"""The part of what a decision rested on that must be new before it is asked again."""
LARGER = 2
"""So many times the gain is another proposal, however wide the interval was."""
LEFT_OUT = "low_answer.left_out"
REST = timedelta(weeks=4)
"""How long what was accepted is not proposed again: what it brings must show first."""
_OF_CALLS = frozenset({Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS, Advice.TIER})


class State(StrEnum):
    """What became of a recommendation; LAPSED is what newer figures no longer say."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDONE = "undone"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal on which managers decided at a moment (UTC), with what they saw of it.

    `leads` is how many of its leads the evidence held then, `fresh` how many it has got since.
    """

    state: State
    at: datetime
    gain: int
    low: int
    high: int
    leads: int = 0
    fresh: int = 0


def may_come(proposal: Proposal, last: Decided | None, *, now: datetime) -> bool:
    """Say whether a proposal may be made, where the `last` of its kind and subject was decided.

    What was rejected or undone comes back only on other evidence: half of the leads are new, and
    the gain lies outside of what was then expected, or is twice as large. What was accepted rests
    for four weeks (L6.8).
    """
    if last is None or last.state is State.LAPSED:
        return True
    if last.state is State.ACCEPTED:
        return now - last.at >= REST
    if last.fresh < max(FRESH * last.leads, 1):
        return False
    return not last.low <= proposal.gain <= last.high or proposal.gain >= LARGER * last.gain


def with_holdout(proposal: Proposal, playbook: Playbook) -> Proposal:
    """Let it leave a part of the leads under the former rules, where the playbook wants one.

    Only whether SMS leave is decided lead by lead: all else is one rule for everybody (L6.8).
    """
    part = playbook.counting.holdout
    if proposal.kind is not Advice.TEXTS or not part or not proposal.change:
        return proposal
    return replace(proposal, change={**proposal.change, LEFT_OUT: part})


def weighable(playbook: Playbook) -> tuple[Advice, ...]:
    """Give the kinds that pay and whose cost is known: a rep's hour says what calls cost."""
    without = unweighed(playbook)
    return tuple(one for one in RECOMMENDED if one not in without)


def unweighed(playbook: Playbook) -> Collection[Advice]:
    """Give the kinds that pay, and can't be weighed while nobody said what a rep's hour costs."""
    known = bool(playbook.costs.rep_hour)
    return () if known else tuple(one for one in RECOMMENDED if one in _OF_CALLS)
