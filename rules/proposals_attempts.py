"""Attempts in a plan: the marginal profit of the n-th, beyond which it costs (L1.1, L6.8)."""

from collections.abc import Mapping

from rules.cadence import Slot
from rules.counting import LEAST_CALLS
from rules.evidence import Evidence
from rules.nth_calls import CallWorth, together, worth_of_calls
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign
from rules.weighing import Expected
from rules.words import Tier

MOST = 12
FALL = 0.6
"""What is left of a call's worth at the next one, where it was not made yet: 0.58 to 0.93 of the
answers by real calls (UCI Bank Marketing), and who is reached late buys less (Velocify)."""
_LATER = 1.5
Tiers = Mapping[Tier, Mapping[int, CallWorth]]


def attempts(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh one attempt more in each tier's plan, and the last ones left out (L1.2, L6.8).

    An attempt more must earn what it costs, where there is time. Where there are clearly more
    leads than hands, the last attempts are weighed against the calls that wait for that time:
    those of lower tiers, since the queue goes by tier. A shift is paid, whether it is used or not.
    Where it is not known whether there is time, neither is weighed.
    """
    over = evidence.overload
    if over is None or 1 <= over <= playbook.wave.over:
        return []
    weigh = _more if over < 1 else _fewer
    tiers = worth_of_calls(evidence, weight=playbook.tiers.prior_leads)
    found = [weigh(tier, tiers, evidence, playbook) for tier in Tier]
    return [one for one in found if one]


def _fewer(tier: Tier, tiers: Tiers, evidence: Evidence, playbook: Playbook) -> Candidate | None:
    plan = playbook.plans[tier]
    ends = [_without(tier, keep, tiers, evidence, playbook) for keep in range(1, len(plan))]
    return max((one for one in ends if one), key=lambda one: one.gain.mean, default=None)


def _without(
    tier: Tier, keep: int, tiers: Tiers, evidence: Evidence, playbook: Playbook
) -> Candidate | None:
    plan = playbook.plans[tier]
    rows = [one for nth, one in tiers[tier].items() if keep < nth <= len(plan)]
    waiting = [
        one for lower in Tier if lower > tier for nth, one in tiers[lower].items() if nth > 1
    ]
    count, margin = together(rows)
    others, instead = together(waiting)
    if len(rows) < len(plan) - keep or min(count, others) < LEAST_CALLS:
        return None
    gain = instead.times(count / others).plus(margin.times(-1)).times(1 / evidence.weeks)
    facts = _facts(rows, plan=len(plan), planned=keep)
    facts["instead"] = round(instead.mean / others)
    stake = margin.high() / evidence.weeks
    return _candidate(Advice.FEWER_ATTEMPTS, tier, plan[:keep], gain=gain, stake=stake, facts=facts)


def _more(tier: Tier, tiers: Tiers, evidence: Evidence, playbook: Playbook) -> Candidate | None:
    plan = playbook.plans[tier]
    last = tiers[tier].get(len(plan))
    if last is None or last.row.calls < LEAST_CALLS or not len(plan) < MOST:
        return None
    weekly = (last.row.calls - last.row.answered) / evidence.weeks
    gain = last.a_call.times(FALL).less(last.cost).times(weekly)
    facts = _facts([last], plan=len(plan), planned=len(plan) + 1)
    stake = last.cost * weekly
    longer = (*plan, _next(plan))
    return _candidate(Advice.MORE_ATTEMPTS, tier, longer, gain=gain, stake=stake, facts=facts)


def _next(plan: tuple[Slot, ...]) -> Slot:
    """Give when an attempt after the last would be: later by half of the time so far."""
    day = max((one.day for one in plan), default=0)
    return Slot(day=max(round(day * _LATER), day + 2))


def _candidate(
    kind: Advice,
    tier: Tier,
    plan: tuple[Slot, ...],
    *,
    gain: Expected,
    stake: float,
    facts: dict[str, float],
) -> Candidate:
    change = {f"plan.{tier.lower()}": [str(one) for one in plan]}
    return Candidate(kind, tier, change, gain, stake, Sign.LATE_SALES, facts)


def _facts(rows: list[CallWorth], *, plan: int, planned: int) -> dict[str, float]:
    calls, margin = together(rows)
    a_call = margin.times(1 / calls)
    return {
        "plan": plan,
        "planned": planned,
        "calls": calls,
        "answered": sum(one.row.answered for one in rows),
        "closed": sum(one.row.closed for one in rows),
        "cost": round(sum(one.row.cost for one in rows) / calls),
        "margin": round(a_call.mean),
        "margin_low": round(a_call.low()),
        "margin_high": round(a_call.high()),
    }
