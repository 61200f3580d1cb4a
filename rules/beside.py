"""What is put beside a campaign that is to be bought more or less of (L6.9)."""

from collections import defaultdict
from dataclasses import replace

from rules.evidence import Cohort, Evidence
from rules.proposal import Advice, Proposal, place_of

_SIGN = {Advice.BUY_MORE: 1, Advice.BUY_LESS: -1}


def beside(proposal: Proposal, evidence: Evidence, *, least: int) -> Proposal:
    """Put the largest other campaign beside one that earns more a lead, or less where it is cut.

    Only one of at least so many leads is put there: the farthest of all would be the one of which
    least is known, and none whose money is not. What is bought is named by its campaign and banner.
    """
    sign = _SIGN.get(proposal.kind)
    if sign is None:
        return proposal
    campaign, banner = place_of(proposal.subject)
    facts = {**proposal.facts, "campaign": campaign, "banner": banner}
    mine = facts["profit"] / facts["leads"]
    others = {
        name: one
        for name, one in _others(campaign, evidence).items()
        if one[1] >= least and sign * (mine - one[0]) > 0
    }
    if others:
        name = max(others, key=lambda one: (others[one][1], one))
        profit, leads = others[name]
        facts |= {"other": name, "other_profit": round(profit), "other_leads": leads}
    return replace(proposal, facts=facts)


def _others(campaign: str, evidence: Evidence) -> dict[str, tuple[float, int]]:
    """Give what a lead of each other campaign earns, and how many they are."""
    by_name = defaultdict[str, list[Cohort]](list)
    for one in evidence.cohorts:
        if one.campaign not in {"", campaign, *evidence.unweighed}:
            by_name[one.campaign].append(one)
    found = {}
    for name, rows in by_name.items():
        leads = sum(one.leads for one in rows)
        if leads:
            found[name] = sum(one.profit for one in rows) / leads, leads
    return found
