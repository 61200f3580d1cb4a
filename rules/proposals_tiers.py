"""A campaign's tier: what its leads earn, where that says otherwise than how many close (L1.3)."""

from collections.abc import Mapping

from rules.evidence import Cohort, Evidence
from rules.nth_calls import CallWorth, worth_of_calls
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign
from rules.proposals_buying import by_campaign, worth_of
from rules.weighing import NONE, Expected, Sums
from rules.words import Tier


def tiers(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh for each campaign the tier that its leads' margin deserves (L1.1, L1.3, L6.9).

    The bot measures closing rates by itself; a campaign that closes seldom and earns much
    deserves a better tier, which a pin gives it. It is weighed by the calls that its plan then
    has more, where there is time for them. A lower tier is never proposed: it saves time that is
    paid anyway, and where others wait for that time the queue serves the better leads first.
    """
    calls = worth_of_calls(evidence, weight=playbook.tiers.prior_leads)
    found = [
        _weigh(name, cohorts, calls, evidence, playbook)
        for name, cohorts in by_campaign(evidence).items()
    ]
    return [one for one in found if one]


def _weigh(
    name: str,
    cohorts: list[Cohort],
    calls: Mapping[Tier, Mapping[int, CallWorth]],
    evidence: Evidence,
    playbook: Playbook,
) -> Candidate | None:
    leads = sum(one.leads for one in cohorts)
    mean, now = _mean(evidence), (evidence.tiers or {}).get(name)
    full = evidence.overload is None or evidence.overload >= 1
    if leads < playbook.tiers.least_leads or mean <= 0 or now is None or full:
        return None
    earns = worth_of(cohorts, evidence, playbook).each
    tier = playbook.tiers.tier_of(earns.mean / mean)
    if tier >= now:
        return None
    each = _each_lead(calls[tier], earns, planned=len(playbook.plans[now]))
    gain = each.times(leads / evidence.weeks)
    facts = {
        "tier": tier,
        "was": now,
        "leads": leads,
        "closed": sum(one.closed for one in cohorts),
        "margin": round(earns.mean),
        "margin_low": round(earns.low()),
        "margin_high": round(earns.high()),
        "team_margin": round(mean),
    }
    change = {f"campaign:{name}": {"tier": str(tier)}}
    return Candidate(Advice.TIER, name, change, gain, gain.reach, Sign.CAMPAIGN_CLOSING, facts)


def _mean(evidence: Evidence) -> float:
    whole = NONE
    for one in evidence.earning:
        whole += Sums(one.leads, one.margin, one.margin_sq)
    return whole.mean


def _each_lead(calls: Mapping[int, CallWorth], earns: Expected, *, planned: int) -> Expected:
    """Give what the calls of a longer plan past `planned` bring for each lead, costs taken off.

    What they earn goes by what such leads earn, against those that the plan has now.
    """
    first = calls.get(1)
    whole = sum(one.margin.mean for one in calls.values())
    if first is None or whole <= 0:
        return Expected(0.0)
    late = [one for nth, one in calls.items() if nth > planned]
    share = sum(one.margin.mean for one in late) / whole
    cost = sum(one.row.cost for one in late) / first.row.calls
    return earns.times(share).less(cost)
