"""A rep's strength to route by: who closes such leads better than other leads (C3, L6.9)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rules.evidence import Evidence, Strength
from rules.playbook import Playbook
from rules.pools import Way
from rules.proposal import Advice, Candidate, Sign
from rules.weighing import Expected
from rules.words import Kind

BY_CLOSER = frozenset({"kind", "product"})
"""Fields by which closers are compared when a lead is routed: a route by another is a person's."""
Alike = tuple[Kind, str]
Counts = Mapping[Alike, tuple[int, int]]


def strengths(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh for each value of a field that its leads go to whoever closes them best (C3).

    What counts is how much better than the rest of the team a rep closes these, less how much
    better the rep's other leads: a value that sells better with everybody is nobody's strength,
    and a rep who closes all leads better has no time for all. It is drawn toward nothing by as
    many leads as a default weighs. A route that stands for such leads already is not weighed; a
    person must make one where other routes stand, whose order is a choice, and one by a field by
    which closers are not told apart (no `change`).
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


def _weigh(
    value: str, rep: str, rows: Sequence[Strength], evidence: Evidence, playbook: Playbook
) -> Candidate | None:
    name, theirs = rows[0].field, _counts(one for one in rows if one.rep != rep)
    condition = f'{name} = "{value}"'
    if any(condition in one.when for one in playbook.routes):
        return None
    such = [one for one in rows if one.rep == rep and one.value == value]
    rest = [one for one in rows if one.rep == rep and one.value != value]
    others = sum(one.leads for one in rows if one.value == value and one.rep != rep)
    # A route sends the rep all of them; there must be as many others to give up for them.
    if min(_leads(such), others) < playbook.tiers.least_leads or others > _leads(rest):
        return None
    apart = _apart(such, rest, theirs)
    if apart is None:
        return None
    kept = _leads(such) / (_leads(such) + playbook.tiers.prior_leads)
    better = Expected(apart.mean * kept, apart.error * math.sqrt(kept))
    moved = others / evidence.weeks
    gain = better.times(moved * evidence.lead_value)
    facts = {
        "rep": rep,
        "leads": _leads(such),
        "closed": sum(one.closed for one in such),
        "usual": _usual(such, theirs),
        "moved": round(moved),
    }
    subject = f"{name}={value}"
    change = None if playbook.routes or name not in BY_CLOSER else _route(subject, condition)
    return Candidate(Advice.STRENGTH, subject, change, gain, gain.reach, Sign.CLOSING, facts)


def _leads(rows: Iterable[Strength]) -> int:
    return sum(one.leads for one in rows)


def _counts(rows: Iterable[Strength]) -> Counts:
    """Count leads and how many closed, by kind and value."""
    found: dict[Alike, tuple[int, int]] = {}
    for one in rows:
        leads, closed = found.get((one.kind, one.value), (0, 0))
        found[one.kind, one.value] = leads + one.leads, closed + one.closed
    return found


def _usual(rows: Iterable[Strength], theirs: Counts) -> float:
    """Give how many of these leads the rest of the team would have closed."""
    found = 0.0
    for one in rows:
        leads, closed = theirs.get((one.kind, one.value), (0, 0))
        found += one.leads * closed / leads if leads else one.closed
    return found


def _apart(such: Sequence[Strength], rest: Sequence[Strength], theirs: Counts) -> Expected | None:
    """Give by how much these are closed better than the rep's others, both against the team.

    Within each kind, by Mantel and Haenszel's weights; over all where a kind is the value itself.
    """
    if such[0].field == "kind":
        own, other = _better(such, theirs), _better(rest, theirs)
        return own.plus(other.times(-1)) if own and other else None
    whole, weight = Expected(0.0), 0.0
    for one in such:
        same = [two for two in rest if two.kind is one.kind]
        own, other = _better([one], theirs), _better(same, theirs)
        if own and other:
            share = one.leads * _leads(same) / (one.leads + _leads(same))
            whole = whole.plus(own.plus(other.times(-1)).times(share))
            weight += share
    return whole.times(1 / weight) if weight else None


def _better(rows: Sequence[Strength], theirs: Counts) -> Expected | None:
    """Give how much more of these leads closed than the rest of the team closes of the same.

    None where nobody else had such leads.
    """
    whole, leads = Expected(0.0), 0
    for one in rows:
        count, closed = theirs.get((one.kind, one.value), (0, 0))
        if count and one.leads:
            part = (one.closed + closed + 1) / (one.leads + count + 2)
            error = math.sqrt(part * (1 - part) * (1 / one.leads + 1 / count))
            apart = Expected(one.closed / one.leads - closed / count, error)
            whole, leads = whole.plus(apart.times(one.leads)), leads + one.leads
    return whole.times(1 / leads) if leads else None


def _route(title: str, condition: str) -> dict[str, Any]:
    return {
        f"pool:{title}": {"way": str(Way.BEST_CLOSER)},
        f"route:{title}": {"pool": title, "when": [condition]},
    }
