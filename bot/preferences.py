"""Which notifications a person wants: each kind switched on and off for themselves."""

from collections.abc import Collection
from dataclasses import dataclass

from bot import audit
from bot.desk import Desk
from bot.team import member
from rules.words import Switch
from storage import preferences


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kinds of notification that a person can get, and those that they want."""

    kinds: tuple[Switch, ...]
    on: frozenset[Switch]


def wanted(desk: Desk, *, by: str) -> Wanted:
    """Give what a person is told by itself; raises Refused for outsiders."""
    with desk.store.view() as view:
        manages = member(view, by, admins=desk.settings.admin_slack_ids).manages
        off = preferences.off(view, by)
    kinds = tuple(one for one in Switch if manages or one is not Switch.TEAM)
    return Wanted(kinds, frozenset(one for one in kinds if one not in off))


def choose(desk: Desk, on: Collection[str], *, by: str) -> Wanted:
    """Keep which kinds a person wants, of those that they can get; others stay as they were."""
    with desk.store.unit() as unit:
        manages = member(unit, by, admins=desk.settings.admin_slack_ids).manages
        kinds = tuple(one for one in Switch if manages or one is not Switch.TEAM)
        hidden = preferences.off(unit, by) - set(kinds)
        off = {*hidden, *(one for one in kinds if one not in on)}
        preferences.keep(unit, by, off, at=desk.clock())
        audit.write(desk, unit, by, "preferences", audit.of_rep(by), after={"off": off})
        unit.commit()
    return Wanted(kinds, frozenset(one for one in kinds if one in on))
