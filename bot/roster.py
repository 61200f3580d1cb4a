"""The team file, loaded: who comes, who changes, who leaves."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.desk import Desk
from bot.leavers import pass_on, pause
from rules.refusals import Refused
from rules.team import Rep, read_team
from storage import reps


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a team file."""

    added: int
    changed: int
    paused: int


def load_team(desk: Desk, content: bytes, *, replace: bool = False) -> Loaded:
    """Add and change members by slack_id; `replace` pauses those whom the file leaves out.

    Who stands in the file again after a pause is active again. Raises Refused with every fault.
    """
    members = _read(desk, content)
    kept = {one.slack_id for one in members}
    with desk.store.unit() as unit:
        before = reps.everybody(unit, lock=True)
        added, changed = reps.put(unit, members)
        back = [one.slack_id for one in before if one.slack_id in kept and one.state == "paused"]
        reps.set_state(unit, back, "active")
        leaving = [one.slack_id for one in before if replace and _leaves(one, kept)]
        pause(unit, leaving, now=desk.clock())
        unit.commit()
    while pass_on(desk):
        pass
    return Loaded(added, changed, len(leaving))


def _leaves(rep: Rep, kept: Collection[str]) -> bool:
    return rep.slack_id not in kept and rep.state != "paused"


def _read(desk: Desk, content: bytes) -> Sequence[Rep]:
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused("team.unreadable", fault=str(fault)) from None
    settings = desk.settings
    members, faults = read_team(data, timezone=settings.timezone, locale=settings.locale)
    if faults:
        raise Refused("team.faults", faults="\n".join(faults))
    return members
