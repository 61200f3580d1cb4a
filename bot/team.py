"""The team: loaded from a file, asked by everybody."""

import tomllib
from dataclasses import dataclass

from bot.desk import Desk
from rules.refusals import Refused
from rules.team import Rep, read_team
from rules.words import Role
from storage import reps
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a team file."""

    added: int
    changed: int
    paused: int


def member(view: View, slack_id: str, *, admins: tuple[str, ...] = ()) -> Rep:
    """Give the team's member with this Slack id.

    Raises Refused for everybody else; administrators of the settings need not be in the file.
    """
    found = reps.get(view, slack_id)
    if slack_id in admins:
        return found if found and found.manages else Rep(slack_id, "admin", role=Role.ADMIN)
    if found is None or found.state == "paused":
        raise Refused("team.outsider")
    return found


def load_team(desk: Desk, content: bytes, *, replace: bool = False) -> Loaded:
    """Add and change members by slack_id; `replace` pauses those whom the file leaves out.

    Raises Refused with every fault of the file.
    """
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused("team.unreadable", fault=str(fault)) from None
    settings = desk.settings
    members, faults = read_team(data, timezone=settings.timezone, locale=settings.locale)
    if faults:
        raise Refused("team.faults", faults="\n".join(faults))
    with desk.store.unit() as unit:
        added, changed = reps.put(unit, members)
        kept = {one.slack_id for one in members}
        paused = [one.slack_id for one in reps.everybody(unit) if one.slack_id not in kept]
        if replace:
            reps.set_state(unit, paused, "paused")
        unit.commit()
    return Loaded(added, changed, len(paused) if replace else 0)


def whole_team(desk: Desk) -> list[Rep]:
    """Give every member by name."""
    with desk.store.view() as view:
        return list(reps.everybody(view))


def managers(view: View, *, admins: tuple[str, ...]) -> list[str]:
    """Give the Slack ids of those who manage: roles of the team, else the settings' admins."""
    found = [one.slack_id for one in reps.everybody(view) if one.manages and one.state == "active"]
    return found or list(admins)
