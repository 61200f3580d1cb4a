"""Versions of the playbook: changed in Slack by managers, gone back to, taken back (L1.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.present_playbook import IN_SLACK, refresh, with_changes
from bot.team import allowed
from rules.overlay import Overlay, changed, value_at
from rules.permissions import Act
from rules.playbook_file import PlaybookFaults
from rules.refusals import Refused
from rules.written import data_of
from storage import inbox, playbooks, reps
from storage.playbooks import Version
from storage.unit import Unit, View

Also = Callable[[Unit, Version], None]
LISTED = 10


@dataclass(frozen=True, slots=True)
class Changed:
    """A version and who made it; it says nothing changed where `version.changed` is empty."""

    version: Version
    name: str


def check_manager(desk: Desk, by: str) -> None:
    """Raise Refused unless this person manages: the playbook is the managers' (L1.2)."""
    with desk.store.view() as view:
        _check_manager(desk, view, by)


def _check_manager(desk: Desk, view: View, by: str) -> None:
    allowed(desk, view, by, Act.PLAYBOOK, refusal="playbook.managers_only")


def change(
    desk: Desk,
    by: str,
    changes: Overlay,
    *,
    seen: int | None = None,
    key: str = "",
    also: Also | None = None,
) -> Changed:
    """Change the playbook as `rules.overlay` writes it; it counts from now on (L1.2).

    `seen` is the version that the person saw: who changed the same in the meantime goes first.
    What is `also` to be stored with the new version is in the same commit. Raises Refused for all
    but managers, for faults and for a change that comes too late.
    """

    def over(unit: Unit, newest: Version) -> Overlay:
        _check_manager(desk, unit, by)
        if seen is not None:
            _check_fresh(unit, changes, seen)
        return changed(newest.overlay, changes)

    return _store(desk, by, over, key=key, also=also)


def change_by_rule(desk: Desk, changes: Overlay, *, seen: int, also: Also) -> Changed:
    """Change the playbook as a rule asks that a manager agreed to, in nobody's name (C1).

    The rest is as for `change`.
    """

    def over(unit: Unit, newest: Version) -> Overlay:
        _check_fresh(unit, changes, seen)
        return changed(newest.overlay, changes)

    return _store(desk, "", over, key="", also=also)


def revert(desk: Desk, by: str, version: int, *, key: str = "") -> Changed:
    """Go back to an older version, which makes a new one; 0 is the file alone (L1.2).

    Raises Refused for all but managers and where no such version is known.
    """

    def over(unit: Unit, _newest: Version) -> Overlay:
        _check_manager(desk, unit, by)
        return _known(unit, version).overlay

    return _store(desk, by, over, key=key, act="revert")


def undo(desk: Desk, by: str, version: int, *, key: str = "", also: Also | None = None) -> Changed:
    """Take back what one version changed; what others changed since stays (L1.2).

    What is `also` to be stored is in the same commit. Raises Refused for all but managers and
    where the same was changed again since.
    """

    def over(unit: Unit, newest: Version) -> Overlay:
        _check_manager(desk, unit, by)
        made, older = _known(unit, version), playbooks.before(unit, version).overlay
        _check_fresh(unit, made.changed, version)
        kept = {name: one for name, one in newest.overlay.items() if name not in made.changed}
        return kept | {name: older[name] for name in made.changed if name in older}

    return _store(desk, by, over, key=key, act="undo", also=also)


def history(desk: Desk, by: str) -> list[Changed]:
    """Give the newest versions, newest first; raises Refused for all but managers."""
    with desk.store.view() as view:
        _check_manager(desk, view, by)
        return [_named(view, one) for one in playbooks.last(view, most=LISTED)]


def newest(desk: Desk, by: str) -> Changed:
    """Give the version that holds; raises Refused for all but managers."""
    with desk.store.view() as view:
        _check_manager(desk, view, by)
        return _named(view, playbooks.newest(view))


def _named(view: View, version: Version) -> Changed:
    rep = reps.get(view, version.actor)
    return Changed(version, rep.name if rep else "")


def _known(unit: Unit, version: int) -> Version:
    found = playbooks.get(unit, version)
    if found is None:
        raise Refused("button.stale")
    return found


def _check_fresh(unit: Unit, changes: Mapping[str, Any], seen: int) -> None:
    for later in playbooks.since(unit, seen):
        same = sorted(set(later.changed) & set(changes))
        if same:
            name = _named(unit, later).name
            what = ", ".join(same)
            raise Refused("playbook.meanwhile", what=what, owner=later.actor, owner_name=name)


def _store(
    desk: Desk,
    by: str,
    over: Callable[[Unit, Version], Overlay],
    *,
    key: str,
    act: str = "change",
    also: Also | None = None,
) -> Changed:
    now = desk.clock()
    refresh(desk)
    with desk.store.unit() as unit:
        playbooks.hold(unit)
        newest = playbooks.newest(unit)
        if not inbox.first_time(unit, key, at=now):
            return _named(unit, newest)
        overlay = over(unit, newest)
        found = _differences(desk, newest.overlay, overlay)
        if not found:
            return _named(unit, replace(newest, changed={}))
        made = playbooks.add(unit, at=now, actor=by, changed=found, overlay=overlay)
        audit.write_playbook(desk, unit, by, act, found)
        if also:
            also(unit, made)
        told = _named(unit, made)
        unit.commit()
    refresh(desk)
    return told


def _differences(desk: Desk, before: Overlay, after: Overlay) -> dict[str, Any]:
    """Give each key that an overlay would change, with its value before and after.

    Raises Refused with every fault of the playbook as it would be.
    """
    base = desk.present.base
    try:
        is_now = data_of(with_changes(base, after))
    except PlaybookFaults as faults:
        said = "\n".join(one.removeprefix(f"{IN_SLACK}: ") for one in faults.faults)
        known = faults.keys if len(faults.keys) == len(faults.faults) else ()
        raise Refused("playbook.faults", faults=said, keys=known) from None
    try:
        was = data_of(with_changes(base, before))
    except PlaybookFaults:
        was = data_of(desk.present.playbook)
    values = {key: [value_at(was, key), value_at(is_now, key)] for key in {**before, **after}}
    return {key: pair for key, pair in values.items() if pair[0] != pair[1]}
