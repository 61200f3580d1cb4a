"""What the digest proposes, made of the newest evidence, and what became of it (L6.8, L6.9)."""

import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot import paying, rollups
from bot.deciding import stands
from bot.desk import Desk
from bot.evidence import evidence_of
from bot.playbooks import check_manager
from bot.present_playbook import refresh
from rules.beside import beside
from rules.counting import days_before
from rules.evidence import Missing
from rules.proposal import About, Advice, Proposal, touches
from rules.proposals import propose
from rules.recommending import (
    REST,
    Decided,
    State,
    may_come,
    unweighed,
    weighable,
    with_holdout,
)
from rules.scoring import Verdict
from storage import kept, recommendations, scores
from storage import playbooks as versions
from storage.recommendations import Recommendation
from storage.snapshots import steady
from storage.unit import Unit, View

log = logging.getLogger(__name__)

FOLLOWED, OPEN = 20, 100
"""So many accepted ones are followed, and as many may wait, as there never are."""
LAST = "recommending"
ORDER = (
    *(Verdict.HARMS, Verdict.PAYS, Verdict.OPEN),
    *(Verdict.ALONE, Verdict.FEW, Verdict.UNKNOWN, Verdict.EARLY),
)
"""The scores of accepted ones, those first that say most."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is open, best first, and what was accepted, those that do harm first.

    `failed` marks the fault for which nothing could be proposed last time, "" if it was;
    `unweighed` are the kinds whose cost nobody said, `campaigns` those of whose money too little
    is known, and what is missing.
    """

    open: Sequence[Recommendation]
    accepted: Sequence[Recommendation]
    failed: str = ""
    unweighed: Collection[Advice] = ()
    campaigns: Mapping[str, Missing] = field(default_factory=dict)

    @property
    def harmful(self) -> Sequence[Recommendation]:
        """Those of the accepted that do harm."""
        return [one for one in self.accepted if one.scored.get("verdict") == Verdict.HARMS]


def try_to_make(desk: Desk) -> None:
    """Propose and score as `make` does; a fault is logged with a mark, and the digest tells it.

    A digest leaves all the same (L6.9).
    """
    try:
        make(desk)
    except Exception as fault:  # the figures must leave, whatever is wrong with the advice
        mark = secrets.token_hex(3)
        log.exception("recommendations could not be made, fault %s: %s", mark, type(fault).__name__)
        with desk.store.unit() as unit:
            last = kept.get(unit, LAST, lock=True) or {}
            kept.put(unit, LAST, {**last, "failed": mark}, at=desk.clock())
            unit.commit()


def make(desk: Desk) -> Told:
    """Propose what the newest evidence says, and score what was accepted (L6.8, L6.9).

    What is open already is renewed, and lapses where the evidence says otherwise. Slow over a
    long past, so no command waits for it.
    """
    refresh(desk)
    rollups.catch_up(desk)
    now, seen, book = desk.clock(), desk.present.version, desk.playbook
    with steady(desk.store) as view:
        evidence = evidence_of(desk, view, now=now)
        accepted = recommendations.in_state(view, State.ACCEPTED, most=FOLLOWED)
        also: dict[str, Any] = {"beside": accepted, "bought_by": evidence.bought_by}
        said = [paying.scored(desk, view, one, now=now, **also) for one in accepted]
    found = propose(evidence, book, kinds=weighable(book))
    with desk.store.unit() as unit:
        versions.hold(unit)
        for one, score in zip(accepted, said, strict=True):
            recommendations.keep_score(unit, one.id, score)
            if not stands(desk, unit, one):
                _end(unit, one, State.UNDONE, now=now)
        free = _free(desk, unit, found, _harming(accepted, said), now=now)
        least = book.tiers.least_leads
        told = [with_holdout(beside(one, evidence, least=least), book) for one in free]
        _keep(unit, told, currency=evidence.currency, seen=seen, now=now)
        missing = {name: why.value for name, why in evidence.unweighed.items() if name}
        kept.put(unit, LAST, {"failed": "", "campaigns": missing}, at=now)
        unit.commit()
    with desk.store.view() as view:
        return told_of(desk, view)


def _free(
    desk: Desk, view: View, found: Sequence[Proposal], harming: Collection[About], *, now: datetime
) -> list[Proposal]:
    """Give those that may be made: nothing rests that was decided on the same thing."""
    resting = {*harming, *recommendations.accepted_since(view, now - REST)}
    return [one for one in found if _may_come(desk, view, one, resting, now=now)]


def _harming(
    accepted: Sequence[Recommendation], said: Sequence[Mapping[str, Any]]
) -> Collection[About]:
    """Give what is not proposed again: what does harm while it is accepted."""
    known = zip(accepted, said, strict=True)
    return {(one.kind, one.subject) for one, score in known if score["verdict"] == Verdict.HARMS}


def told_of(desk: Desk, view: View) -> Told:
    """Give what is open and what was accepted, for a digest that is about to leave."""
    accepted = recommendations.in_state(view, State.ACCEPTED, most=FOLLOWED)
    accepted.sort(key=lambda one: ORDER.index(one.scored.get("verdict", Verdict.EARLY)))
    last: dict[str, Any] = kept.get(view, LAST) or {}
    campaigns = {name: Missing(why) for name, why in last.get("campaigns", {}).items()}
    without = unweighed(desk.playbook)
    return Told(open_of(view), accepted, last.get("failed", ""), without, campaigns)


def open_of(view: View) -> list[Recommendation]:
    """Give what waits for a decision, the highest expected gain first."""
    found = recommendations.in_state(view, State.PROPOSED, most=OPEN)
    return sorted(found, key=lambda one: (-one.gain_minor, one.id))


def told(desk: Desk, by: str) -> Told:
    """Give what is open and accepted; raises Refused for all but managers."""
    check_manager(desk, by)
    with desk.store.view() as view:
        return told_of(desk, view)


def _keep(
    unit: Unit, found: Sequence[Proposal], *, currency: str, seen: int, now: datetime
) -> None:
    waiting = {(one.kind, one.subject): one for one in open_of(unit)}
    given: dict[str, Any] = {"at": now, "currency": currency, "seen": seen}
    for proposal in found:
        known = waiting.pop((proposal.kind, proposal.subject), None)
        if known is None:
            recommendations.add(unit, proposal, **given)
        else:
            recommendations.renew(unit, known.id, proposal, **given)
    for one in waiting.values():
        _end(unit, one, State.LAPSED, now=now)


def _end(unit: Unit, one: Recommendation, state: State, *, now: datetime) -> None:
    """Let it end by itself, unless a manager decided on it this very moment."""
    recommendations.decide(unit, one.id, was=one.state, state=state, actor="", at=now)


def _may_come(
    desk: Desk, view: View, proposal: Proposal, resting: Collection[About], *, now: datetime
) -> bool:
    """Say whether it may be made: by what rests, and by what was decided last of just that."""
    about = proposal.kind, proposal.subject
    if any(touches(about, one) for one in resting):
        return False
    one = recommendations.last_about(view, proposal.kind, proposal.subject)
    if one is None or one.state is State.PROPOSED:
        return True
    at = one.undone_at or one.decided_at or one.at
    which = scores.theirs(one.kind, one.subject)
    leads, fresh = (
        scores.came(view, which, span) for span in _held_and_fresh(desk, one, at, now=now)
    )
    gains = one.gain_minor, one.low_minor, one.high_minor
    return may_come(proposal, Decided(one.state, at, *gains, leads, fresh), now=now)


def _held_and_fresh(
    desk: Desk, one: Recommendation, at: datetime, *, now: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Give when the leads came that a proposal rested on, and when those judged since `at`."""
    zone, mature = desk.settings.zone, desk.playbook.tiers.mature_days

    def ago(moment: datetime, days: int) -> datetime:
        return days_before(moment, days, zone=zone)

    held = ago(one.at, desk.playbook.counting.horizon_days), ago(one.at, mature)
    return held, (at, max(at, ago(now, mature)))
