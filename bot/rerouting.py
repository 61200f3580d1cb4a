"""Leads that wait for an owner go where the playbook sends them now (C3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.assign import give, tell_managers
from bot.desk import Desk
from bot.handed import Tally, count, news
from bot.placing import holders
from bot.rotation import Rotation
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard, TellManagers
from rules.guards import may_be_called
from rules.lead import Lead
from rules.plan import first_call
from rules.playbook import Playbook
from rules.routes import pool_for
from rules.wave import on_hold
from storage import kept, leads, outbox
from storage.unit import Unit, View

AT_ONCE, MANY = 100, 3
"""How many leads are looked at each time, and of how many the managers are told one by one."""
KEPT = "rerouted"


@dataclass(frozen=True, slots=True)
class _Round:
    """How far all that wait were looked at, the pools' ways then, and the pools that `changed`."""

    after: int = 0
    ways: tuple[tuple[str, str], ...] = ()
    changed: tuple[str, ...] = ()


def reroute_held(desk: Desk) -> int:
    """Move leads that wait elsewhere than their routes say, and tell of them; gives how many (C3).

    A route, a pool's way or a grade may have changed since. Some leads are looked at each time,
    by their numbers, and after the last begins the first again; none is given here that waits
    where it should.
    """
    now = desk.clock()
    with desk.store.view() as view:
        was = _read(view)
        look = _begun(was, desk.playbook)
        some = leads.held(view, most=AT_ONCE, after=look.after)
    wrong = [one.id for one in some if _is_elsewhere(one, desk.playbook, look.changed)]
    ended = len(some) < AT_ONCE
    next_look = replace(look, after=0, changed=()) if ended else replace(look, after=some[-1].id)
    if next_look == was and not wrong:
        return 0
    with desk.store.unit() as unit:
        moved = _move(desk, unit, wrong, look.changed, now=now) if wrong else 0
        _keep(unit, next_look, now=now)
        unit.commit()
    return moved


def _read(view: View) -> _Round:
    found = kept.get(view, KEPT) or {}
    ways = tuple((name, way) for name, way in found.get("ways", ()))
    return _Round(found.get("after", 0), ways, tuple(found.get("changed", ())))


def _keep(unit: Unit, look: _Round, *, now: datetime) -> None:
    value = {"after": look.after, "ways": look.ways, "changed": look.changed}
    kept.put(unit, KEPT, value, at=now)


def _begun(was: _Round, playbook: Playbook) -> _Round:
    """Give the round that goes on, or a new one where a pool's way is another than before."""
    ways = tuple((one.name, str(one.way)) for one in playbook.pools)
    before = dict(was.ways)
    changed = tuple(name for name, way in ways if before.get(name, way) != way)
    if changed:
        return _Round(0, ways, tuple({*was.changed, *changed}))
    return replace(was, ways=ways)


def _is_elsewhere(lead: Lead, playbook: Playbook, changed: Collection[str]) -> bool:
    pool = pool_for(playbook, lead).name
    return may_be_called(lead) and (lead.pool != pool or pool in changed)


def _move(
    desk: Desk, unit: Unit, wrong: Sequence[int], changed: Collection[str], *, now: datetime
) -> int:
    """Give or hold leads anew, as they would be had they come now; gives how many."""
    found = leads.still_held(unit, wrong)
    rotation, tally = Rotation(desk, unit, now=now), Tally()
    moved, told = 0, list[Effect]()
    for lead in found:
        if _is_elsewhere(lead, desk.playbook, changed):
            owned, effects = _placed(desk, unit, lead, rotation, now=now)
            count(tally, [owned] if owned.owner else [])
            told += [one for one in effects if not isinstance(one, PostOwnerCard)]
            moved += 1
    notices = _notices(desk, unit, told, now=now)
    outbox.add(unit, [*news(unit, tally, was="", why="waited", now=now), *notices], now=now)
    return moved


def _placed(
    desk: Desk, unit: Unit, lead: Lead, rotation: Rotation, *, now: datetime
) -> tuple[Lead, tuple[Effect, ...]]:
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    waits = on_hold(lead, desk.playbook)
    choice = None if waits else rotation.choose(lead, holders(unit, lead))
    placed, effects = give(desk, unit, replace(lead, next_at=at), choice, now=now)
    desk.send(unit, placed, (RefreshCard(lead.id),), now=now)
    return placed, effects


def _notices(desk: Desk, unit: Unit, told: Sequence[Effect], *, now: datetime) -> Sequence[Effect]:
    """Tell managers of leads that wait for them now: of each, or of how many."""
    ids = {one.lead_id for one in told if isinstance(one, TellManagers)}
    at = now.isoformat()
    if len(ids) > MANY:
        return tell_managers(desk, unit, TellManagers("rerouted_many", 0, f"{len(ids)} {at}"))
    return [replace(one, about=at) for one in told if isinstance(one, TellManagers)]
