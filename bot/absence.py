"""Reps who are not there: others make their first calls, and who lets leads wait is set away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from bot import audit, handed
from bot.assign import tell_managers
from bot.cover import AT_ONCE, pass_all
from bot.desk import Desk
from rules.effects import TellManagers
from rules.reminders import TellAway
from rules.routing import candidates
from rules.shifts import is_away, is_on_shift
from rules.team import Rep
from storage import kept, outbox, reps
from storage import ladder as stored
from storage.unit import Unit, View

SILENT = "silent"


def cover_first_calls(desk: Desk, *, now: datetime) -> int:
    """Give leads that wait for their first call with who is away to who works now (C1).

    `now` is UTC. A deputy goes before the rotation; where nobody works they stay, and so do those
    that are on the phone and those that get no call for now. Gives how many.
    """
    wave = desk.playbook.wave
    with desk.store.view() as view:
        team = reps.everybody(view)
        away = [one.slack_id for one in team if _is_set_away(one, now=now)]
        works = away and _somebody_works(desk, team, now=now)
        if not works or not stored.any_first_of(view, away, wave=wave, now=now):
            return 0
    is_gone = partial(_is_set_away, now=now)
    return sum(
        pass_all(
            desk,
            owner,
            partial(stored.first_of, owner=owner, wave=wave, now=now, most=AT_ONCE),
            is_gone=is_gone,
        )
        for owner in away
    )


def _is_set_away(rep: Rep, *, now: datetime) -> bool:
    """Say whether a rep is away; the leads of who left are passed on at once in any case."""
    return rep.state == "away" and is_away(rep, now=now)


def _somebody_works(desk: Desk, team: Sequence[Rep], *, now: datetime) -> bool:
    duties = desk.playbook.duties
    deputies = {one.deputy for one in team}
    at_work = (one for one in team if is_on_shift(one, duties, now=now))
    able = any(one.slack_id in deputies for one in at_work)
    return able or any(one.free_at <= now for one in candidates(team, {}, now=now, duties=duties))


def begin(unit: Unit, slack_id: str, *, until: datetime | None, now: datetime) -> None:
    """Set a member away until a moment (UTC), or until they are back; an absence of its own."""
    reps.set_away(unit, slack_id, until=until)
    kept.put(unit, f"away:{slack_id}", now.isoformat(), at=now)
    handed.forget(unit, slack_id, now=now)


def newest(view: View, slack_id: str) -> str:
    """Give when a member's last absence began, as text; "" where there was none."""
    return str(kept.get(view, f"away:{slack_id}") or "")


def silence(desk: Desk, unit: Unit, lost: Mapping[str, int], *, now: datetime) -> None:
    """Set away who lets lead after lead be moved and logs nothing, if the playbook says so (C1).

    `lost` has how many were moved from each at `now` (UTC). They are told, and the managers.
    """
    most = desk.playbook.speed.silent_moves
    for rep, count in lost.items() if most else ():
        moves = _in_a_row(unit, rep, count, now=now)
        known = reps.get(unit, rep)
        if moves < most or known is None or is_away(known, now=now):
            continue
        begin(unit, rep, until=None, now=now)
        audit.write(desk, unit, "", "away", audit.of_rep(rep), after={"silent": moves})
        about = f"{rep} {moves} {now.isoformat()}"
        told = tell_managers(desk, unit, TellManagers(SILENT, 0, about=about))
        outbox.add(unit, (TellAway(rep, moves, now.isoformat()), *told), now=now)


def _in_a_row(unit: Unit, rep: str, count: int, *, now: datetime) -> int:
    """Count the leads that were moved from a rep since their last outcome, these included."""
    newest = stored.newest_attempt(unit, rep)
    before, since = kept.get(unit, f"silent:{rep}") or (0, newest)
    moves = count + (before if since == newest else 0)
    kept.put(unit, f"silent:{rep}", [moves, newest], at=now)
    return moves
