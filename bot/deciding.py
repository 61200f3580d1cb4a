"""What managers decide on what the digest recommends: done at once, undone by a press (L6.9)."""

import json
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from bot import audit, playbooks
from bot.desk import Desk
from bot.playbooks import Changed, check_manager
from rules.overlay import value_at
from rules.recommending import State
from rules.refusals import Refused
from rules.written import data_of
from storage import inbox, recommendations, reps
from storage import playbooks as versions
from storage.playbooks import Version
from storage.recommendations import Recommendation
from storage.unit import Unit, View

REASONS = ("later", "cannot", "doubt", "done")
"""Why managers reject, as they may say: not now, it can't be done, the figures, it is done."""
_WAS = {
    State.ACCEPTED: "recommend.was_accepted",
    State.REJECTED: "recommend.was_rejected",
    State.UNDONE: "recommend.was_undone",
    State.LAPSED: "recommend.was_lapsed",
}
_ACTS = {
    State.ACCEPTED: "recommend_accept",
    State.REJECTED: "recommend_reject",
    State.UNDONE: "recommend_undo",
    State.PROPOSED: "recommend_undo",
    State.LAPSED: "recommend_lapse",
}
"""What the audit calls each decision (C5)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A recommendation as it now stands, and the playbook's version that came of it, if any."""

    one: Recommendation
    made: Changed | None = None


def mark(one: Recommendation) -> str:
    """Give what the button to accept carries: the number, and what it would change."""
    return f"{one.id}:{crc32(json.dumps(dict(one.change), sort_keys=True).encode())}"


def known(desk: Desk, by: str, number: int) -> Recommendation:
    """Give a recommendation; raises Refused for all but managers, and for one that never was."""
    check_manager(desk, by)
    with desk.store.view() as view:
        return _get(view, number)


def _get(view: View, number: int) -> Recommendation:
    found = recommendations.get(view, number)
    if found is None:
        raise Refused("button.stale")
    return found


def _meanwhile(view: View, number: int) -> Refused:
    """Say what became of it meanwhile, and by whom."""
    one = _get(view, number)
    if one.state is State.PROPOSED:
        return Refused("recommend.renewed")
    rep = reps.get(view, one.actor)
    return Refused(_WAS[one.state], owner=one.actor, owner_name=rep.name if rep else "")


def accept(desk: Desk, by: str, number: int, *, marked: str, key: str = "") -> Decision:
    """Do what is recommended: the playbook changes at once, or a note is kept (L6.9).

    Raises Refused for all but managers, where it was decided already, where newer figures
    changed what it says, and where somebody changed the same in the playbook meanwhile.
    """
    one, now = known(desk, by, number), desk.clock()
    if one.state is State.ACCEPTED and one.actor == by:
        return _done(desk, number)
    if one.state is not State.PROPOSED or mark(one) != marked:
        with desk.store.view() as view:
            raise _meanwhile(view, number)
    if not one.change:
        return _settle(desk, one, State.ACCEPTED, by=by, key=key)

    def accepted(unit: Unit, version: Version) -> None:
        _decide(desk, unit, one, State.ACCEPTED, at=now, by=by, version=version.id)

    seen = one.evidence["seen"]
    made = playbooks.change(desk, by, one.change, seen=seen, key=key, also=accepted)
    if not made.version.changed:
        return _settle(desk, one, State.LAPSED, by=by, key="")
    return Decision(_reread(desk, number), made)


def _settle(desk: Desk, one: Recommendation, state: State, *, by: str, key: str) -> Decision:
    now = desk.clock()
    with desk.store.unit() as unit:
        if inbox.first_time(unit, key, at=now):
            _decide(desk, unit, one, state, at=now, by=by)
            unit.commit()
    return Decision(_reread(desk, one.id))


def _reread(desk: Desk, number: int) -> Recommendation:
    with desk.store.view() as view:
        return _get(view, number)


def _done(desk: Desk, number: int) -> Decision:
    with desk.store.view() as view:
        one = _get(view, number)
        version = versions.get(view, one.version) if one.version else None
        rep = reps.get(view, one.actor)
    return Decision(one, Changed(version, rep.name if rep else "") if version else None)


def reject(desk: Desk, by: str, number: int, *, key: str = "") -> Decision:
    """Leave all as it is; it comes back only on other evidence (L6.9). Raises as `accept` does."""
    one = known(desk, by, number)
    if one.state is State.REJECTED and one.actor == by:
        return Decision(one)
    if one.state is not State.PROPOSED:
        with desk.store.view() as view:
            raise _meanwhile(view, number)
    return _settle(desk, one, State.REJECTED, by=by, key=key)


def say_why(desk: Desk, by: str, number: int, reason: str) -> Decision:
    """Keep why one was rejected; raises Refused for all but managers and for other reasons."""
    one = known(desk, by, number)
    if one.state is not State.REJECTED or reason not in REASONS:
        raise Refused("button.stale")
    with desk.store.unit() as unit:
        recommendations.keep_score(unit, number, {"reason": reason})
        _write(desk, unit, by, "recommend_reason", one, rejected_for=reason)
        unit.commit()
    return Decision(_reread(desk, number))


def undo(desk: Desk, by: str, number: int, *, key: str = "") -> Decision:
    """Take a decision back: the playbook is as before, or a rejected one is open again (L6.9).

    Raises Refused for all but managers, and where the same was changed again since.
    """
    one, now = known(desk, by, number), desk.clock()
    if one.state is State.UNDONE or one.state is State.PROPOSED:
        return Decision(one)
    if one.state is State.LAPSED:
        raise Refused("recommend.was_lapsed")
    if one.state is State.REJECTED:
        return _reopen(desk, one, by=by, key=key)
    with desk.store.view() as view:
        is_so = stands(desk, view, one)
    if one.version is None or not is_so:
        return _settle(desk, one, State.UNDONE, by=by, key=key)

    def undone(unit: Unit, _: Version) -> None:
        _decide(desk, unit, one, State.UNDONE, at=now, by=by)

    made = playbooks.undo(desk, by, one.version, key=key, also=undone)
    return Decision(_reread(desk, number), made)


def _reopen(desk: Desk, one: Recommendation, *, by: str, key: str) -> Decision:
    """Let a rejected one wait for a decision again, unless a newer one of the same does."""
    with desk.store.view() as view:
        last = recommendations.last_about(view, one.kind, one.subject)
    if last is not None and last.id != one.id:
        raise Refused("recommend.renewed")
    return _settle(desk, one, State.PROPOSED, by=by, key=key)


def _decide(
    desk: Desk,
    unit: Unit,
    one: Recommendation,
    state: State,
    *,
    at: datetime,
    by: str = "",
    version: int | None = None,
) -> None:
    """Let one be decided on at a moment (UTC); raises Refused where somebody else was first.

    The audit has who did; one that is open again is nobody's decision.
    """
    actor = "" if state is State.PROPOSED else by
    done = recommendations.decide(
        unit, one.id, was=one.state, state=state, actor=actor, at=at, version=version
    )
    if not done:
        raise _meanwhile(unit, one.id)
    _write(desk, unit, by, _ACTS[state], one)


def _write(desk: Desk, unit: Unit, by: str, act: str, one: Recommendation, **more: object) -> None:
    about = {"recommended": one.kind, "recommended_of": one.subject}
    audit.write(desk, unit, by, act, f"recommendation:{one.id}", after=about | more)


def stands(desk: Desk, view: View, one: Recommendation) -> bool:
    """Say whether what accepting it changed was not taken back in the playbook since."""
    made = versions.get(view, one.version) if one.version else None
    if made is None:
        return True
    data = json.loads(json.dumps(data_of(desk.playbook), default=str))
    return any(value_at(data, key) != was for key, (was, _) in made.changed.items())
