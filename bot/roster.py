"""The team file, loaded: who comes, who changes, who leaves and to whom their leads go."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.assign import Rotation, hand_over, tell_managers
from bot.desk import Desk
from rules.effects import PostOwnerCard, TellManagers
from rules.refusals import Refused
from rules.team import Rep, read_team
from storage import leads, reps
from storage.unit import Unit


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
    now = desk.clock()
    kept = {one.slack_id for one in members}
    with desk.store.unit() as unit:
        before = reps.everybody(unit, lock=True)
        added, changed = reps.put(unit, members)
        back = [one.slack_id for one in before if one.slack_id in kept and one.state == "paused"]
        reps.set_state(unit, back, "active")
        gone = [one.slack_id for one in before if one.slack_id not in kept]
        leaving = gone if replace else []
        reps.set_state(unit, leaving, "paused")
        _pass_on(desk, unit, leaving, now=now)
        unit.commit()
    return Loaded(added, changed, len(leaving))


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


def _pass_on(desk: Desk, unit: Unit, leaving: Sequence[str], *, now: datetime) -> None:
    """Give the leads of those who leave to the rotation; where it is empty, managers are told."""
    rotation = Rotation(unit, now=now)
    for lead in leads.worked_by(unit, leaving):
        choice = rotation.choose()
        if choice is None:
            notice = TellManagers("left_behind", lead.id, about=lead.owner)
            desk.send(unit, lead, tell_managers(desk, unit, notice), now=now)
            continue
        to = choice.rep.slack_id
        owned, effects = hand_over(unit, lead, to=to, by="", now=now)
        desk.send(unit, owned, (PostOwnerCard(lead.id, to, owned.version), *effects), now=now)
