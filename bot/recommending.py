"""What the digest proposes, made of the newest evidence, and what became of it (L6.8, L6.9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import paying, rollups
from bot.deciding import stands
from bot.desk import Desk
from bot.evidence import evidence_of
from bot.playbooks import check_manager
from bot.present_playbook import refresh
from rules.evidence import Cohort, Evidence
from rules.proposal import Proposal
from rules.proposals import propose
from rules.recommending import Decided, State, Verdict, may_come, sample_of, weighable
from storage import playbooks as versions
from storage import recommendations
from storage.recommendations import Recommendation
from storage.snapshots import steady
from storage.unit import Unit, View

FOLLOWED, OPEN = 20, 100
"""So many accepted ones are followed, and as many may wait, as there never are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is open, best first, and what was accepted, those that do harm first."""

    open: Sequence[Recommendation]
    accepted: Sequence[Recommendation]

    @property
    def harmful(self) -> Sequence[Recommendation]:
        """Those of the accepted that do harm."""
        return [one for one in self.accepted if one.scored.get("verdict") == Verdict.HARMS]


def make(desk: Desk) -> Told:
    """Propose what the newest evidence says, and score what was accepted (L6.8, L6.9).

    What is open already is renewed, and lapses where the evidence says otherwise. Slow over a
    long past, so no command waits for it.
    """
    refresh(desk)
    rollups.catch_up(desk)
    now, seen = desk.clock(), desk.present.version
    with steady(desk.store) as view:
        evidence = evidence_of(desk, view, now=now)
        accepted = recommendations.in_state(view, State.ACCEPTED, most=FOLLOWED)
        scores = {one.id: paying.scored(desk, view, one, now=now) for one in accepted}
    found = propose(evidence, desk.playbook, kinds=weighable(desk.playbook))
    with desk.store.unit() as unit:
        versions.hold(unit)
        for number, scored in scores.items():
            recommendations.keep_score(unit, number, scored)
        for one in accepted:
            if not stands(desk, unit, one):
                _end(unit, one, State.UNDONE, now=now)
        told = [_beside(one, evidence) for one in found]
        _keep(unit, told, currency=evidence.currency, seen=seen, now=now)
        unit.commit()
    with desk.store.view() as view:
        return told_of(view)


def told_of(view: View) -> Told:
    """Give what is open and what was accepted, for a digest that is about to leave."""
    accepted = recommendations.in_state(view, State.ACCEPTED, most=FOLLOWED)
    order = [Verdict.HARMS, Verdict.PAYS, Verdict.OPEN, Verdict.EARLY]
    accepted.sort(key=lambda one: order.index(one.scored.get("verdict", Verdict.EARLY)))
    return Told(open_of(view), accepted)


def open_of(view: View) -> list[Recommendation]:
    """Give what waits for a decision, the highest expected gain first."""
    found = recommendations.in_state(view, State.PROPOSED, most=OPEN)
    return sorted(found, key=lambda one: (-one.gain_minor, one.id))


def told(desk: Desk, by: str) -> Told:
    """Give what is open and accepted; raises Refused for all but managers."""
    check_manager(desk, by)
    with desk.store.view() as view:
        return told_of(view)


def _keep(
    unit: Unit, found: Sequence[Proposal], *, currency: str, seen: int, now: datetime
) -> None:
    waiting = {(one.kind, one.subject): one for one in open_of(unit)}
    given: dict[str, Any] = {"at": now, "currency": currency, "seen": seen}
    for proposal in found:
        about = proposal.kind, proposal.subject
        known = waiting.pop(about, None)
        if known is not None:
            recommendations.renew(unit, known.id, proposal, **given)
        elif may_come(proposal, _last(unit, proposal), now=now):
            recommendations.add(unit, proposal, **given)
    for one in waiting.values():
        _end(unit, one, State.LAPSED, now=now)


def _end(unit: Unit, one: Recommendation, state: State, *, now: datetime) -> None:
    """Let it end by itself, unless a manager decided on it this very moment."""
    recommendations.decide(unit, one.id, was=one.state, state=state, actor="", at=now)


def _last(view: View, proposal: Proposal) -> Decided | None:
    one = recommendations.last_about(view, proposal.kind, proposal.subject)
    if one is None:
        return None
    at = one.undone_at or one.decided_at or one.at
    return Decided(one.state, at, sample_of(one.facts), one.low_minor, one.high_minor)


def _beside(proposal: Proposal, evidence: Evidence) -> Proposal:
    """Put beside a campaign the one that earns least a lead, or most where it is to be cut."""
    facts = proposal.facts
    if "profit" not in facts:
        return proposal
    others = _others(proposal.subject, evidence, least=facts["leads"] // 4)
    mine = facts["profit"] / facts["leads"]
    far = max(others, key=lambda one: abs(others[one][0] - mine), default=None)
    if far is None:
        return proposal
    profit, leads = others[far]
    beside = {"other": far, "other_profit": round(profit), "other_leads": leads}
    return replace(proposal, facts={**facts, **beside})


def _others(subject: str, evidence: Evidence, *, least: int) -> dict[str, tuple[float, int]]:
    """Give what a lead of each other campaign of enough leads earns, and how many they are."""
    by_name: dict[str, list[Cohort]] = {}
    for one in evidence.cohorts:
        if one.campaign and not subject.startswith(one.campaign):
            by_name.setdefault(one.campaign, []).append(one)
    found = {}
    for name, rows in by_name.items():
        leads = sum(one.leads for one in rows)
        if leads and leads >= least:
            found[name] = sum(one.profit for one in rows) / leads, leads
    return found
