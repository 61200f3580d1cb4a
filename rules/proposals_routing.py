"""A rep's strength to route by: who closes such leads better than other leads (C3, L6.9)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rules.evidence import Evidence, Strength
from rules.playbook import Playbook
from rules.pools import Way
from rules.proposal import Advice, Candidate, Sign
from rules.weighing import Estimate
from rules.words import Kind

Rates = Mapping[Kind, float]


def strengths(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh for each value of a field that its leads go to whoever closes them best (C3).

    What counts is how much better a rep closes these than the rep's other leads, each against the
    team's rate of their kind: a rep who closes all leads better has no time for all. It is drawn
    toward nothing by as many leads as a default weighs.
    """
    fields: dict[str, list[Strength]] = defaultdict(list)
    for one in evidence.strengths:
        fields[one.field].append(one)
    found = [
        _weigh(value, rep, rows, evidence, playbook)
        for rows in fields.values()
        for value, rep in dict.fromkeys((one.value, one.rep) for one in rows if one.value)
    ]
    return [one for one in found if one]


def _rates(rows: Iterable[Strength]) -> Rates:
    leads: dict[Kind, int] = defaultdict(int)
    closed: dict[Kind, int] = defaultdict(int)
    for one in rows:
        leads[one.kind] += one.leads
        closed[one.kind] += one.closed
    return {kind: closed[kind] / count for kind, count in leads.items() if count}


def _weigh(
    value: str, rep: str, rows: list[Strength], evidence: Evidence, playbook: Playbook
) -> Candidate | None:
    rates, name = _rates(rows), rows[0].field
    such = [one for one in rows if one.rep == rep and one.value == value]
    rest = [one for one in rows if one.rep == rep and one.value != value]
    others = sum(one.leads for one in rows if one.value == value and one.rep != rep)
    # A route sends the rep all of them; there must be as many others to give up for them.
    if min(_leads(such), others) < playbook.tiers.least_leads or others > _leads(rest):
        return None
    apart = _better(such, rates).plus(_better(rest, rates).times(-1))
    kept = _leads(such) / (_leads(such) + playbook.tiers.prior_leads)
    better = Estimate(apart.mean * kept, apart.error * math.sqrt(kept))
    moved = others / evidence.weeks
    gain = better.times(moved * evidence.lead_value)
    facts = {
        "rep": rep,
        "leads": _leads(such),
        "closed": sum(one.closed for one in such),
        "usual": _usual(such, rates),
        "moved": round(moved),
    }
    change, subject = _change(name, value, playbook), f"{name}={value}"
    return Candidate(Advice.STRENGTH, subject, change, gain, gain.reach, Sign.CLOSING, facts)


def _leads(rows: Iterable[Strength]) -> int:
    return sum(one.leads for one in rows)


def _usual(rows: Iterable[Strength], rates: Rates) -> float:
    return sum(one.leads * rates[one.kind] for one in rows)


def _better(rows: list[Strength], rates: Rates) -> Estimate:
    """Give how many more of a hundred, in parts of one, were closed than the team's rates say."""
    leads, usual = _leads(rows), _usual(rows, rates)
    closed = sum(one.closed for one in rows)
    part = (usual + 1) / (leads + 2)
    return Estimate((closed - usual) / leads, math.sqrt(part * (1 - part) / leads))


def _change(name: str, value: str, playbook: Playbook) -> dict[str, Any] | None:
    """Give a route to the best closer; None where routes stand already, whose order is a choice."""
    if playbook.routes:
        return None
    title = f"{name}={value}"
    return {
        f"pool:{title}": {"way": str(Way.BEST_CLOSER)},
        f"route:{title}": {"pool": title, "when": [f'{name} = "{value}"']},
    }
