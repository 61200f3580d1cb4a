"""The digest's proposals: each weighs cost against profit, on leads enough (L6.8).

A gain is drawn toward what leads alike do, and proposed only where its lower end clears a bar. The
bar counts in how many changes are looked at, and how often: where nothing would pay, a kind of
proposal is made at all in one team of ten in half a year.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from rules.evidence import Cohort, Evidence, NthCall, Texts
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Proposal
from rules.proposals_attempts import attempts
from rules.proposals_bar import stricter_bar
from rules.proposals_buying import buying
from rules.proposals_hours import hours
from rules.proposals_routing import strengths
from rules.proposals_texts import texts
from rules.proposals_tiers import tiers
from rules.weighing import bar

_FINDERS = (buying, tiers, hours, attempts, texts, stricter_bar, strengths)
NOT_YET = frozenset({Advice.BAR, Advice.FEWER_ATTEMPTS})
"""Kinds that the simulation found not to pay (docs/optimisation.md): they are weighed, not made."""
OF_A_CAMPAIGN = frozenset({Advice.BUY_MORE, Advice.BUY_LESS, Advice.TIER})
"""Kinds that rest on a campaign's own money; all others on the whole team's."""
RECOMMENDED = tuple(one for one in Advice if one not in NOT_YET)
WORTH = 0.003
"""The part of what sales earn that a proposal must bring to be worth a look."""
Earning = TypeVar("Earning", Cohort, NthCall, Texts)


def propose(
    evidence: Evidence, playbook: Playbook, *, kinds: Collection[Advice] = RECOMMENDED
) -> tuple[Proposal, ...]:
    """Give what is worth a manager's decision, the highest expected gain first (L6.8, L6.9).

    `kinds` are those that may be proposed, those that pay if not said otherwise. Of changes that
    touch the same key of the playbook only the best stands. Where the team's money is not known
    only what rests on a campaign's own is weighed.
    """
    kinds = kinds if evidence.known else OF_A_CAMPAIGN.intersection(kinds)
    ripened = _ripened(evidence)
    worth = WORTH * evidence.closed * evidence.lead_value / evidence.weeks
    good = [
        one
        for find in _FINDERS
        for one in _clear(find(ripened, playbook))
        if one.kind in kinds and one.gain.mean >= worth
    ]
    order = sorted(good, key=lambda one: (-one.gain.mean, one.kind, one.subject))
    return tuple(one.proposal() for one in _apart(order))


def _clear(found: list[Candidate]) -> list[Candidate]:
    z = bar(len(found))
    return [one for one in found if one.gain.low(z) > 0]


def _ripened(evidence: Evidence) -> Evidence:
    """Count in the sales that are still to come: more of them, each as large as those so far."""
    part = evidence.ripe

    def grown(one: Earning) -> Earning:
        return replace(one, margin=round(one.margin / part), margin_sq=one.margin_sq / part)

    return replace(
        evidence,
        cohorts=tuple(_own_age(one, one.ripe or part) for one in evidence.cohorts),
        nth_calls=tuple(map(grown, evidence.nth_calls)),
        texts=tuple(map(grown, evidence.texts)),
    )


def _own_age(one: Cohort, part: float) -> Cohort:
    """Grow what came of these by their own ages; the younger they are, the less sure it is."""
    return replace(one, margin=round(one.margin / part), margin_sq=one.margin_sq / part**2)


def _apart(order: Iterable[Candidate]) -> list[Candidate]:
    taken: set[str] = set()
    kept: list[Candidate] = []
    for one in order:
        keys = set(one.change or {f"{one.kind}:{one.subject}"})
        if not keys & taken:
            kept.append(one)
            taken |= keys
    return kept
