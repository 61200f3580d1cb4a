"""The team file, loaded: who comes, who changes, who leaves."""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import audit, holidays
from bot.calendars import known_countries
from bot.desk import Desk
from bot.leavers import pass_on, pause, show_homes
from rules.refusals import Refused
from rules.team import Rep, read_team
from rules.team_file import as_written, merged
from storage import kept, reps
from storage.unit import Unit

PAUSED, REMOVED = "paused", "removed"
"""What Slack did with a member, whom a file that still names them does not bring back."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a team file; `left` has by member what stays as it was changed in Slack."""

    added: int
    changed: int
    paused: int
    left: Mapping[str, tuple[str, ...]]


def load_team(desk: Desk, content: bytes, *, replace: bool = False) -> Loaded:
    """Add and change members by slack_id; `replace` pauses those whom the file leaves out.

    What was changed in Slack stays until the file says something else of it (C3). Who stands in
    the file again after a pause is active again. Raises Refused with every fault.
    """
    members, now = _read(desk, content), desk.clock()
    named = {one.slack_id for one in members}
    with desk.store.unit() as unit:
        before = reps.everybody(unit, lock=True)
        rows, left = _merged(unit, members, before)
        added, changed = reps.put(unit, rows)
        _bring_back(unit, [one for one in before if one.slack_id in named], left)
        out = [one.slack_id for one in before if replace and one.slack_id not in named]
        leaving = [one.slack_id for one in before if one.slack_id in out and one.state != "paused"]
        pause(unit, leaving, now=now)
        _remember(unit, members, out, now=now)
        after = reps.everybody(unit)
        audit.write_team(desk, unit, "", "team_load", before=before, after=after)
        roles = {one.slack_id: one.role for one in before}
        other = [one.slack_id for one in after if roles.get(one.slack_id, one.role) != one.role]
        show_homes(unit, other, now=now)
        holidays.keep(desk, unit, after, now=now)
        unit.commit()
    while pass_on(desk):
        pass
    return Loaded(added, changed, len(leaving), left)


def _merged(
    unit: Unit, members: Iterable[Rep], before: Sequence[Rep]
) -> tuple[list[Rep], dict[str, tuple[str, ...]]]:
    """Give members as the file leaves them, and by member the fields that stay Slack's."""
    stands = {one.slack_id: one for one in before}
    said = kept.some(unit, [said_key(one) for one in stands])
    rows, left = [], {}
    for row in members:
        was = stands.get(row.slack_id)
        rep, stays = merged(row, was, said.get(said_key(row.slack_id)) or {}) if was else (row, ())
        rows.append(rep)
        if stays:
            left[_label(rep)] = stays
    return rows, left


def _bring_back(unit: Unit, named: Iterable[Rep], left: dict[str, tuple[str, ...]]) -> None:
    """Let those work again whom the file names, but those whom Slack paused or removed."""
    gone = [one for one in named if one.state == "paused"]
    marks = kept.some(unit, [paused_key(one.slack_id) for one in gone])
    stays = [one for one in gone if marks.get(paused_key(one.slack_id))]
    reps.set_state(unit, [one.slack_id for one in gone if one not in stays], "active")
    for one in stays:
        left[_label(one)] = (*left.get(_label(one), ()), marks[paused_key(one.slack_id)])


def _label(rep: Rep) -> str:
    return f"{rep.name} ({rep.slack_id})"


def _remember(unit: Unit, members: Iterable[Rep], out: Collection[str], *, now: datetime) -> None:
    """Keep what the file says of whom; of those whom it leaves `out` it begins anew one day.

    What Slack did with them stays.
    """
    for row in members:
        kept.put(unit, said_key(row.slack_id), as_written(row), at=now)
    for slack_id in out:
        kept.put(unit, said_key(slack_id), {}, at=now)


def said_key(slack_id: str) -> str:
    """Name what the team file said of a member when it was loaded last."""
    return f"team_file:{slack_id}"


def paused_key(slack_id: str) -> str:
    """Name what Slack did with a member: PAUSED, REMOVED, or "" for nothing."""
    return f"team_paused:{slack_id}"


def _read(desk: Desk, content: bytes) -> Sequence[Rep]:
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused("team.unreadable", fault=str(fault)) from None
    settings = desk.settings
    members, faults = read_team(data, timezone=settings.timezone, locale=settings.locale)
    faults += _unknown_countries(members)
    if faults:
        raise Refused("team.faults", faults="\n".join(faults))
    return members


def _unknown_countries(members: Iterable[Rep]) -> list[str]:
    asked = {one.country for one in members if one.country}
    unknown = sorted(asked - known_countries()) if asked else []
    return [f"the holidays of {country} are not known; leave country out" for country in unknown]
