"""A stricter bar where there are more leads than hands: the lowest tier waits (C1, L6.9)."""

from collections.abc import Mapping

from rules.counting import LEAST_CALLS
from rules.evidence import Evidence
from rules.nth_calls import CallWorth, together, worth_of_calls
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign
from rules.wave import HOLDABLE
from rules.words import Tier


def stricter_bar(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh that the lowest tier gets no calls for now, so that better leads get theirs (C1).

    Its calls go to later attempts of the next tier above: they wait behind every new lead, and
    better ones are made already. No more is gained than there are calls too many.
    """
    wave = playbook.wave
    if evidence.overload is None or evidence.overload <= wave.over:
        return []
    over = evidence.overload
    tiers = worth_of_calls(evidence, weight=playbook.tiers.prior_leads)
    lowest = next((one for one in HOLDABLE if one not in wave.hold and tiers[one]), None)
    if lowest is None:
        return []
    above = _late(lowest, tiers)
    found = _weigh(lowest, list(tiers[lowest].values()), above, evidence, playbook, over=over)
    return [found] if found else []


def _late(lowest: Tier, tiers: Mapping[Tier, Mapping[int, CallWorth]]) -> list[CallWorth]:
    """Give the later calls of the nearest tier above that has enough of them."""
    for tier in sorted((one for one in Tier if one < lowest), reverse=True):
        late = [one for nth, one in tiers[tier].items() if nth > 1]
        if together(late)[0] >= LEAST_CALLS:
            return late
    return []


def _weigh(
    tier: Tier,
    own: list[CallWorth],
    above: list[CallWorth],
    evidence: Evidence,
    playbook: Playbook,
    *,
    over: float,
) -> Candidate | None:
    calls, margin = together(own)
    others, better = together(above)
    if min(calls, others) < LEAST_CALLS:
        return None
    made = sum(one.calls for one in evidence.nth_calls)
    freed = min(calls, made * (over - 1)) / evidence.weeks
    difference = better.times(1 / others).plus(margin.times(-1 / calls))
    facts = {
        "overload": over,
        "calls": calls,
        "margin": round(margin.mean / calls),
        "other_calls": others,
        "other_margin": round(better.mean / others),
        "freed": round(freed),
    }
    change = {"wave.hold": [*playbook.wave.hold, tier]}
    stake = margin.high() / calls * freed
    gain = difference.times(freed)
    return Candidate(Advice.BAR, tier, change, gain, stake, Sign.HELD_LEADS, facts)
