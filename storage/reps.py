"""The team."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from rules.playbook import Wave
from rules.team import Rep
from rules.words import Role
from storage.rows import insert_new, plain
from storage.tables import leads, reps
from storage.unit import Unit, View
from storage.wave import NO_WAVE, waiting_of

_READ: dict[str, Any] = {
    "role": Role,
    **dict.fromkeys(("languages", "regions", "products", "ages", "interests", "days_off"), tuple),
}
_READ_AT = [(place, _READ[one.name]) for place, one in enumerate(fields(Rep)) if one.name in _READ]
_COLUMNS = [reps.c[one.name] for one in fields(Rep)]
_BY_ID = select(*_COLUMNS).where(reps.c.slack_id == bindparam("rep"))
_KEEPS = {"slack_id", "state", "away_until", "days_off"}


def _rep(row: Iterable[Any]) -> Rep:
    values = list(row)
    for place, read in _READ_AT:
        values[place] = read(values[place])
    return Rep(*values)


def get(view: View, slack_id: str) -> Rep | None:
    """Give a member of the team, or None."""
    row = view.execute(_BY_ID, {"rep": slack_id}).first()
    return _rep(row) if row else None


def everybody(view: View, *, lock: bool = False) -> Sequence[Rep]:
    """Give the whole team by name; `lock` holds it against other writers until the unit ends."""
    query = select(*_COLUMNS).order_by(reps.c.name, reps.c.slack_id)
    rows = view.execute(query.with_for_update() if lock else query)
    return [_rep(row) for row in rows]


def put(unit: Unit, members: Iterable[Rep]) -> tuple[int, int]:
    """Add members or change them by slack_id; gives how many were added and changed.

    Who was away stays away (contract: Team).
    """
    added = changed = 0
    for member in members:
        values = {key: plain(value) for key, value in asdict(member).items()}
        if unit.execute(insert_new(unit, reps), values).rowcount:
            added += 1
            continue
        kept = {key: value for key, value in values.items() if key not in _KEEPS}
        unit.execute(update(reps).where(reps.c.slack_id == member.slack_id).values(kept))
        changed += 1
    return added, changed


def set_state(unit: Unit, slack_ids: Iterable[str], state: str) -> None:
    """Set members active, away or paused."""
    ids = list(slack_ids)
    unit.execute(update(reps).where(reps.c.slack_id.in_(ids)).values(state=state, away_until=None))


def set_away(unit: Unit, slack_id: str, *, until: datetime | None) -> None:
    """Set a member away until a moment (UTC), or until they are back where it is None."""
    away = update(reps).where(reps.c.slack_id == slack_id, reps.c.state != "paused")
    unit.execute(away.values(state="away", away_until=until))


def set_back(unit: Unit, slack_id: str) -> None:
    """Let a member who is away take leads again; who was paused meanwhile stays so."""
    back = update(reps).where(reps.c.slack_id == slack_id, reps.c.state == "away")
    unit.execute(back.values(state="active", away_until=None))


def set_days_off(unit: Unit, slack_id: str, days: Iterable[str]) -> None:
    """Keep a member's holidays of these weeks, as ISO dates."""
    mine = update(reps).where(reps.c.slack_id == slack_id)
    unit.execute(mine.values(days_off=list(days)))


def loads(view: View, wave: Wave = NO_WAVE) -> dict[str, int]:
    """Give how many living leads each member is working: not the mailing list's (contract).

    Those that get no call for now, while there are more leads than hands, don't count (C1).
    """
    query = select(leads.c.owner, func.count()).where(leads.c.working.is_(True), leads.c.owner > "")
    rows = view.execute(query.group_by(leads.c.owner))
    waiting = waiting_of(view, wave)
    return {str(owner): int(count) - waiting.get(owner, 0) for owner, count in rows}
