"""What the digest proposed, what managers decided on it, and how it did since (L6.8, L6.9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from rules.proposal import Advice, Proposal
from rules.recommending import State
from storage.tables import recommendations
from storage.unit import Unit, View

_ROW = recommendations.c


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A row; money is minor units of `currency`, moments are UTC.

    `evidence` holds the proposal's facts and the playbook's version that it was made for,
    `change` what accepting it changes of the playbook, {} where a person must act; `version` is
    what that made. `scored` is what is known of it since.
    """

    id: int
    at: datetime
    kind: Advice
    subject: str
    state: State
    evidence: Mapping[str, Any]
    change: Mapping[str, Any]
    gain_minor: int
    low_minor: int
    high_minor: int
    currency: str
    actor: str
    decided_at: datetime | None
    version: int | None
    undone_at: datetime | None
    scored: Mapping[str, Any]

    @property
    def facts(self) -> Mapping[str, Any]:
        """The numbers that it rests on."""
        found: Mapping[str, Any] = self.evidence["facts"]
        return found


_COLUMNS = [_ROW[name] for name in Recommendation.__slots__]


def _made(row: Any) -> Recommendation:
    return Recommendation(**row | {"kind": Advice(row["kind"]), "state": State(row["state"])})


def add(unit: Unit, proposal: Proposal, *, at: datetime, currency: str, seen: int) -> int:
    """Keep a new proposal, made for a version of the playbook; gives its number."""
    values = {"kind": proposal.kind, "subject": proposal.subject, "state": State.PROPOSED}
    made = insert(recommendations).returning(_ROW.id)
    values |= _values(proposal, at=at, currency=currency, seen=seen)
    return int(unit.execute(made, values).scalar_one())


def renew(
    unit: Unit, number: int, proposal: Proposal, *, at: datetime, currency: str, seen: int
) -> None:
    """Give an open proposal the newest figures."""
    values = _values(proposal, at=at, currency=currency, seen=seen)
    unit.execute(_open(number).values(values))


def _open(number: int) -> Any:
    return update(recommendations).where(_ROW.id == number, _ROW.state == State.PROPOSED)


def _values(proposal: Proposal, *, at: datetime, currency: str, seen: int) -> dict[str, Any]:
    evidence = {
        "facts": dict(proposal.facts),
        "sure": proposal.sure,
        "at_stake": proposal.at_stake,
        "shown_by": proposal.shown_by,
        "seen": seen,
    }
    return {
        "at": at,
        "evidence": evidence,
        "change": dict(proposal.change or {}),
        "gain_minor": proposal.gain,
        "low_minor": proposal.low,
        "high_minor": proposal.high,
        "currency": currency,
    }


def get(view: View, number: int) -> Recommendation | None:
    """Give one, or None."""
    query = select(*_COLUMNS).where(_ROW.id == number)
    row = view.execute(query).mappings().first()
    return _made(dict(row)) if row else None


def in_state(view: View, state: State, *, most: int) -> list[Recommendation]:
    """Give the newest that are in a state, newest first."""
    query = select(*_COLUMNS).where(_ROW.state == state).order_by(_ROW.id.desc()).limit(most)
    return [_made(dict(row)) for row in view.execute(query).mappings()]


def last_about(view: View, kind: Advice, subject: str) -> Recommendation | None:
    """Give the newest of a kind about a subject, or None."""
    query = select(*_COLUMNS).where(_ROW.kind == kind, _ROW.subject == subject)
    row = view.execute(query.order_by(_ROW.id.desc()).limit(1)).mappings().first()
    return _made(dict(row)) if row else None


def accepted_since(view: View, since: datetime) -> list[tuple[Advice, str]]:
    """Give the kinds and subjects of what was accepted since a moment (UTC) and still is."""
    recent = _ROW.state == State.ACCEPTED, _ROW.decided_at > since
    rows = view.execute(select(_ROW.kind, _ROW.subject).where(*recent))
    return [(Advice(kind), subject) for kind, subject in rows]


def decide(
    unit: Unit,
    number: int,
    *,
    was: State,
    state: State,
    actor: str,
    at: datetime,
    version: int | None = None,
) -> bool:
    """Let one be decided on, unless its state is no longer what it was; says whether it did."""
    values: dict[str, Any] = {"state": state, "actor": actor, "decided_at": at, "version": version}
    if state is State.UNDONE:
        values = {"state": state, "undone_at": at, "scored": {}}
    elif state is State.PROPOSED:
        values |= {"scored": {}}
    changed = update(recommendations).where(_ROW.id == number, _ROW.state == was)
    return bool(unit.execute(changed.values(values)).rowcount)


def keep_score(unit: Unit, number: int, scored: Mapping[str, Any]) -> None:
    """Keep what is known of one since, or why it was rejected."""
    changed = update(recommendations).where(_ROW.id == number)
    unit.execute(changed.values(scored=dict(scored)))
