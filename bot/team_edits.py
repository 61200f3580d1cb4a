"""The team changed in Slack: who comes, what differs, who is paused, back or removed (C3, C5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import audit, holidays, leavers
from bot.calendars import known_countries
from bot.desk import Desk
from bot.paging import Page, page
from bot.roster import PAUSED, REMOVED, paused_key, said_key
from bot.team import allowed
from rules.permissions import Act
from rules.refusals import Refused
from rules.reminders import WelcomeRep
from rules.shifts import is_away
from rules.team import Rep
from rules.team_edits import GONE, refusal
from rules.team_file import as_written
from rules.words import Role
from storage import chairs, inbox, kept, outbox, reps
from storage.unit import Unit, View

SIZE = 8


@dataclass(frozen=True, slots=True)
class Person:
    """A member as a manager sees them, and whether that one may edit them or let them leave."""

    rep: Rep
    may_edit: bool
    may_leave: bool


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a leaver's going moves: `leads`, of these `agreed` times; to whom.

    To the `deputy` ("" for none who is there), else to the `takers` of the rotation. Who is
    `removed` is not listed any more.
    """

    rep: Rep
    leads: int
    agreed: int
    deputy: str
    takers: int
    removed: bool


def people(desk: Desk, *, by: str, number: int = 0) -> Page[Person]:
    """Give a page of the team by name, less those who were removed; Refused for who is no manager.

    Serves C3.
    """
    with desk.store.view() as view:
        actor = _manager(desk, view, by)
        team = reps.everybody(view)
        marks = kept.some(view, [paused_key(one.slack_id) for one in team])
    listed = [one for one in team if marks.get(paused_key(one.slack_id)) != REMOVED]

    def take(skip: int) -> Sequence[Person]:
        return [_person(desk, actor, one) for one in listed[skip : skip + SIZE]]

    return page("people", {"people": number}, total=len(listed), size=SIZE, take=take)


def _person(desk: Desk, actor: Rep, rep: Rep) -> Person:
    left = replace(rep, state=GONE if rep.state != GONE else "active")
    return Person(rep, not _why(desk, actor, rep, rep), not _why(desk, actor, rep, left))


def _why(desk: Desk, actor: Rep, was: Rep | None, now: Rep) -> str:
    return refusal(actor, was, now, named=now.slack_id in desk.settings.admin_slack_ids)


def _manager(desk: Desk, view: View, by: str) -> Rep:
    """Give who acts, as an administrator where the settings name them; Refused for all but these.

    Who may do nothing with the team is told so.
    """
    found = allowed(desk, view, by, Act.TEAM, refusal="team_edit.managers_only")
    return replace(found, role=Role.ADMIN) if by in desk.settings.admin_slack_ids else found


def fresh(desk: Desk, slack_id: str = "") -> Rep:
    """Give a member as one begins: with the team's own zone and language (C3)."""
    settings = desk.settings
    return Rep(slack_id, "", timezone=settings.timezone, locale=settings.locale)


def editor(desk: Desk, *, by: str) -> Rep:
    """Give who acts, for what they may fill in; raises Refused for all but managers (C5)."""
    with desk.store.view() as view:
        return _manager(desk, view, by)


def to_edit(desk: Desk, slack_id: str, *, by: str) -> Rep:
    """Give a member as they stand; raises Refused for who may not edit them (C5)."""
    with desk.store.view() as view:
        actor = _manager(desk, view, by)
        found = _found(reps.everybody(view), slack_id)
        _check(desk, actor, found, found)
        return found


def _found(team: Sequence[Rep], slack_id: str) -> Rep:
    found = next((one for one in team if one.slack_id == slack_id), None)
    if found is None:
        raise Refused("team_edit.gone")
    return found


def _check(desk: Desk, actor: Rep, was: Rep | None, now: Rep) -> None:
    why = _why(desk, actor, was, now)
    if why:
        raise Refused(why, name=now.name)


def add(desk: Desk, rep: Rep, *, by: str, key: str = "") -> Rep:
    """Add a member, or let one who left come back with these fields; they are welcomed (C3).

    Raises Refused for who is in the team, for faults, and for who may not add such a member.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        team, actor = _held(desk, unit, by)
        was = next((one for one in team if one.slack_id == rep.slack_id), None)
        if not inbox.first_time(unit, key, at=now) and was:
            return was
        if was and was.state != GONE:
            raise Refused("team_edit.already", name=was.name)
        _check(desk, actor, was, rep)
        _check_fields(team, was, rep)
        if not was:
            said = as_written(fresh(desk, rep.slack_id))
            kept.put(unit, said_key(rep.slack_id), said, at=now)
        _store(desk, unit, was, rep, by=by, act="team_add")
        outbox.add(unit, [WelcomeRep(rep.slack_id, by, now.isoformat())], now=now)
        unit.commit()
    return rep


def _held(desk: Desk, unit: Unit, by: str) -> tuple[Sequence[Rep], Rep]:
    """Give the team, held until the unit ends, and then who acts: of two one is the first (C5)."""
    team = reps.everybody(unit, lock=True)
    return team, _manager(desk, unit, by)


def _check_fields(team: Sequence[Rep], was: Rep | None, rep: Rep) -> None:
    """Raise Refused for a new deputy who is not there, a country whose holidays nobody knows."""
    there = {one.slack_id for one in team if one.state != GONE} - {rep.slack_id}
    stood = was.deputy if was else ""
    if rep.deputy not in {"", stood} | there:
        raise Refused("team_edit.deputy")
    if rep.country and rep.country not in known_countries():
        raise Refused("team_edit.country", country=rep.country)


def _store(desk: Desk, unit: Unit, was: Rep | None, now: Rep, *, by: str, act: str) -> None:
    """Put a member in place, as active or paused as `now` is, with their holidays and the audit.

    Where no team file was kept, what stood until now is taken for what it says.
    """
    if was and kept.get(unit, said_key(now.slack_id)) is None:
        kept.put(unit, said_key(now.slack_id), as_written(was), at=desk.clock())
    if was and was.role is not now.role:
        leavers.show_homes(unit, [now.slack_id], now=desk.clock())
    reps.put(unit, [now])
    if was and was.state != now.state:
        reps.set_state(unit, [now.slack_id], now.state)
    if now.state != GONE:
        kept.put(unit, paused_key(now.slack_id), "", at=desk.clock())
    stored = reps.get(unit, now.slack_id)
    after = [stored] if stored else []
    audit.write_team(desk, unit, by, act, before=[was] if was else [], after=after)
    holidays.keep(desk, unit, after, now=desk.clock())


def change(
    desk: Desk, slack_id: str, changes: Mapping[str, Any], *, by: str, key: str = ""
) -> tuple[Rep, Rep]:
    """Change these fields of a member; gives them before and after, others stay (C3).

    Raises Refused for faults and for who may not change them so.
    """
    with desk.store.unit() as unit:
        team, actor = _held(desk, unit, by)
        was = _found(team, slack_id)
        now = replace(was, **changes)
        if not inbox.first_time(unit, key, at=desk.clock()) or was == now:
            return was, was
        _check(desk, actor, was, now)
        _check_fields(team, was, now)
        _store(desk, unit, was, now, by=by, act="team_edit")
        unit.commit()
    return was, now


def leaving(desk: Desk, slack_id: str, *, by: str, removed: bool) -> Leaving:
    """Give what would move if a member left now; raises Refused as `leave` does (C3)."""
    with desk.store.view() as view:
        actor = _manager(desk, view, by)
        team = reps.everybody(view)
        rep = _found(team, slack_id)
        _check(desk, actor, rep, replace(rep, state=GONE))
        return _leaving(desk, view, team, rep, removed=removed)


def _leaving(desk: Desk, view: View, team: Sequence[Rep], rep: Rep, *, removed: bool) -> Leaving:
    now = desk.clock()
    here = [one for one in team if one != rep and not is_away(one, now=now)]
    deputy = next((one.slack_id for one in here if one.slack_id == rep.deputy), "")
    return Leaving(
        rep,
        chairs.count_left_by(view, rep.slack_id),
        chairs.count_agreed_with(view, rep.slack_id),
        deputy,
        sum(not one.manages for one in here),
        removed,
    )


def leave(desk: Desk, slack_id: str, *, by: str, removed: bool, key: str = "") -> Leaving:
    """Pause a member, or remove them from the team; the clock passes their leads on (C3, C5).

    They see no customer from now on. Raises Refused for oneself, and for who may not do that.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        team, actor = _held(desk, unit, by)
        was = _found(team, slack_id)
        _check(desk, actor, was, replace(was, state=GONE))
        found = _leaving(desk, unit, team, was, removed=removed)
        if not inbox.first_time(unit, key, at=now):
            return found
        if was.state != GONE:
            leavers.pause(unit, [slack_id], now=now)
        kept.put(unit, paused_key(slack_id), REMOVED if removed else PAUSED, at=now)
        state, about = {"state": REMOVED if removed else PAUSED}, audit.of_rep(slack_id)
        act = "team_remove" if removed else "team_pause"
        audit.write(desk, unit, by, act, about, before={"state": was.state}, after=state)
        unit.commit()
    return found


def resume(desk: Desk, slack_id: str, *, by: str, key: str = "") -> Rep:
    """Let a paused member take leads again (C3).

    Raises Refused for who may not do that.
    """
    with desk.store.unit() as unit:
        team, actor = _held(desk, unit, by)
        was = _found(team, slack_id)
        now = replace(was, state="active", away_until=None)
        if was.state != GONE or not inbox.first_time(unit, key, at=desk.clock()):
            return was
        _check(desk, actor, was, now)
        _store(desk, unit, was, now, by=by, act="team_resume")
        unit.commit()
    return now
