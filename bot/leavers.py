"""Who leaves the team: their leads and follow-ups go on, by rule (C3, L4.1)."""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from bot import audit, handed
from bot.assign import NewOwner, tell_managers
from bot.cover import StandIns
from bot.desk import Desk
from bot.waiting import let_go
from rules.claiming import FREED
from rules.effect import Effect
from rules.effects import RefreshCard, TellManagers
from rules.lead import Lead
from rules.reminders import ShowHome
from rules.routes import WAITING, pool_for
from rules.shifts import is_away
from rules.team import Rep
from storage import chairs, home, kept, outbox, posts, reps
from storage.unit import Unit
from storage.walks import FIRST, Place, place_of

AT_ONCE = 200
INHERITED, LEFT_NOBODY = "inherited", "left_nobody"
POOLED = "pooled"
MASKED = 40
Directory = Callable[[Collection[str]], Collection[str]]
"""Asks Slack which of these members were deactivated; those of whom it says nothing were not."""
Tally = dict[str, Any]
"""Where a leaver's leads went since the new owners were told, and whether managers were."""


def watch(desk: Desk, directory: Directory) -> int:
    """Ask whether somebody of the team has left Slack, and let them leave here; gives how many.

    Raises what the directory raises: it is asked again soon.
    """
    with desk.store.view() as view:
        here = [one.slack_id for one in reps.everybody(view) if one.state != "paused"]
    gone = directory(here) if here else ()
    return leave(desk, gone) if gone else 0


def leave(desk: Desk, slack_ids: Collection[str]) -> int:
    """Pause those of the team among these people; their leads go on within seconds (`pass_on`).

    Gives how many left now. They are active again once `team load` names them.
    """
    with desk.store.unit() as unit:
        team = reps.everybody(unit, lock=True)
        leaving = [
            one.slack_id for one in team if one.slack_id in slack_ids and one.state != "paused"
        ]
        pause(unit, leaving, now=desk.clock())
        audit.write_team(desk, unit, "", "leave", before=team, after=reps.everybody(unit))
        unit.commit()
    return len(leaving)


def pause(unit: Unit, leaving: Iterable[str], *, now: datetime) -> None:
    """Pause members, and begin to count where their leads go; `now` is UTC.

    No customer stays in the Home of somebody who is gone (C5).
    """
    ids = list(leaving)
    reps.set_state(unit, ids, "paused")
    show_homes(unit, ids, now=now)
    for slack_id in ids:
        kept.put(unit, _key(slack_id), _begun(now), at=now)
        _mask(unit, slack_id, now=now)


def show_homes(unit: Unit, slack_ids: Collection[str], *, now: datetime) -> None:
    """Bring the Home of each of these who ever opened it up to the present; `now` is UTC (C5)."""
    watching = home.watchers(unit) if slack_ids else {}
    outbox.add(unit, [ShowHome(one) for one in slack_ids if one in watching], now=now)


def _mask(unit: Unit, slack_id: str, *, now: datetime) -> None:
    """Mask all cards that stand with who left (C5).

    Those of leads that are worked at once, since nobody may be there to take these for long; the
    others `MASKED` a minute, as Slack bears.
    """
    at_once = posts.standing_with(unit, slack_id, worked=True)
    outbox.add(unit, [RefreshCard(one) for one in at_once], now=now)
    found = posts.standing_with(unit, slack_id, worked=False)
    for minute, first in enumerate(range(0, len(found), MASKED)):
        cards = [RefreshCard(one) for one in found[first : first + MASKED]]
        outbox.add(unit, cards, now=now, due_at=now + timedelta(minutes=minute))


def pass_on(desk: Desk, *, strangers: Collection[str] = ()) -> int:
    """Give leads of those who left to others: some hundreds of each; gives how many moved.

    They go to the leaver's deputy while that one is in the team, else by the rotation of their
    pool; where nobody is free, back to a pool that waits for a person, else into a list until
    somebody is. `strangers` are owners whom the team does not know. Each new owner is told, and
    managers once: how many went to whom.
    """
    return sum(_pass_on(desk, one) for one in _unfinished(desk, strangers))


def _unfinished(desk: Desk, strangers: Collection[str]) -> list[str]:
    """Give leavers of whom nobody was told yet, or who have leads that somebody can take now."""
    now = desk.clock()
    with desk.store.view() as view:
        team = reps.everybody(view)
        gone = [one for one in team if one.state == "paused"]
        gone += [Rep(one, one) for one in strangers]
        tallies = kept.some(view, [_key(one.slack_id) for one in gone])
        able = [one.slack_id for one in gone if _may_be_taken(team, one, now=now)]
        left = chairs.with_left(view, able) if able else []
    untold = [one.slack_id for one in gone if _is_untold(tallies.get(_key(one.slack_id)))]
    return sorted({*untold, *left})


def _is_untold(tally: Tally | None) -> bool:
    """Say whether managers, or new owners, are still to be told."""
    return tally is not None and (not tally["told"] or bool(tally["to"]))


def _may_be_taken(team: Iterable[Rep], leaver: Rep, *, now: datetime) -> bool:
    """Say whether somebody is there who could take a leaver's leads."""
    here = (one for one in team if not is_away(one, now=now))
    return any(one.slack_id == leaver.deputy or not one.manages for one in here)


def _pass_on(desk: Desk, leaver: str) -> int:
    """Move some hundreds of a leaver's leads, past those that nobody can take; gives how many."""
    after: Place | None = FIRST
    while after:
        moved, after = _pass_some(desk, leaver, after)
        if moved:
            return moved
    return 0


def _pass_some(desk: Desk, leaver: str, after: Place) -> tuple[int, Place | None]:
    """Move some leads, or settle after the last; gives how many moved, and where to go on.

    Two who do it at once count one after the other.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        found = chairs.left_by(unit, leaver, most=AT_ONCE, after=after)
        many = len(found) > handed.CARDS
        ins = StandIns(desk, unit, now=now, why=INHERITED, at_once=False, room=True, many=many)
        rep = ins.rep(leaver)
        if rep and rep.state != "paused":
            return 0, None
        tally = kept.get(unit, _key(leaver)) or _begun(now)
        ins.take_all(found)
        taken = ins.moved.get(leaver, [])
        handed.count(tally["to"], taken)
        back = _give_back(desk, unit, found, {one.id for one in taken}, now=now)
        moved, tally[POOLED] = len(taken) + back, tally.get(POOLED, 0) + back
        if moved or (not found and _is_untold(tally)):
            _settle(desk, unit, leaver, tally, ended=not found, now=now)
            unit.commit()
    return moved, place_of(found[-1]) if found else None


def _give_back(
    desk: Desk, unit: Unit, found: Iterable[Lead], taken: Collection[int], *, now: datetime
) -> int:
    """Let leads of pools that wait for a person wait there again; gives how many.

    Not those with which a time was agreed: they stay in the managers' list (L4.1).
    """
    people = [
        one
        for one in found
        if one.id not in taken
        and one.next_what in FREED
        and pool_for(desk.playbook, one).way in WAITING
    ]
    for lead in people:
        _, effects = let_go(desk, unit, lead, NewOwner("", why=LEFT_NOBODY), now=now)
        outbox.add(unit, effects, now=now)
    return len(people)


def _settle(
    desk: Desk, unit: Unit, leaver: str, tally: Tally, *, ended: bool, now: datetime
) -> None:
    """Keep where the leads went; tell of it once none is left, or all were looked at."""
    left = chairs.count_left_by(unit, leaver)
    if ended or not left:
        outbox.add(unit, _told(desk, unit, leaver, tally, left=left, now=now), now=now)
        tally |= {"told": True, "to": {}}
    kept.put(unit, _key(leaver), tally, at=now)


def _key(leaver: str) -> str:
    return f"left:{leaver}"


def _begun(now: datetime) -> Tally:
    return {"at": now.isoformat(), "told": False, "to": {}}


def _told(
    desk: Desk, unit: Unit, leaver: str, tally: Tally, *, left: int, now: datetime
) -> list[Effect]:
    """Tell the new owners, and the managers where they were not told of this leaver yet."""
    told = handed.news(unit, tally["to"], was=leaver, why=INHERITED, now=now)
    if tally["told"]:
        return told
    went = {to: one["n"] for to, one in tally["to"].items()}
    pooled = tally.get(POOLED, 0)
    about = json.dumps({"who": leaver, "at": tally["at"], "to": went, "held": left, POOLED: pooled})
    return [*told, *tell_managers(desk, unit, TellManagers("left", 0, about))]
