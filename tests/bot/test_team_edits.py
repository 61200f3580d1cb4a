"""The team changed in Slack, beside the settings, the team file and other managers (C3, C5)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event

from bot import bulk, team_edits
from bot.desk import Desk
from bot.present import Present
from bot.roster import load_team
from bot.team import allowed, whole_team
from rules.permissions import Act
from rules.refusals import Refused
from rules.team import Rep
from rules.words import Role
from storage import kept
from storage.store import Store
from storage.tables import kept as kept_table
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, NOA, TEAM, FakeClock, Room, a_desk, settings_for

BOSS, RUTH = "U01BOSS", "U01RUTH"
LISTED = TEAM + f'[[rep]]\nslack_id = "{BOSS}"\nname = "Ruth"\n'
TWO_ADMINS = "\n".join(
    f'[[rep]]\nslack_id = "{one}"\nname = "{one}"\nrole = "admin"' for one in (BOSS, RUTH)
)


def rep_of(room: Room, slack_id: str) -> Rep:
    return next(one for one in whole_team(room.desk) if one.slack_id == slack_id)


def why(act: object) -> str:
    assert callable(act)
    with pytest.raises(Refused) as fault:
        act()
    return fault.value.key


@pytest.fixture
def named(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """Open a desk whose settings name an administrator whom the team file has as a rep."""
    with a_desk(tmp_path, clock, team=LISTED, ADMIN_SLACK_IDS=f"{BOSS},{RUTH}") as made:
        yield made


class TestWhomTheSettingsName:
    @pytest.mark.parametrize("removed", [True, False])
    def test_is_not_paused_or_removed_here(self, named: Room, removed: bool):
        def leave(by: str) -> None:
            team_edits.leave(named.desk, BOSS, by=by, removed=removed)

        assert why(lambda: leave(RUTH)) == "team_edit.in_settings"
        assert why(lambda: leave(MIRI)) == "team_edit.admins_only"
        assert rep_of(named, BOSS).state == "active"

    def test_keeps_their_role(self, named: Room):
        changes = {"role": Role.MANAGER}
        refused = why(lambda: team_edits.change(named.desk, BOSS, changes, by=RUTH))
        assert refused == "team_edit.in_settings"

    def test_is_changed_by_administrators_alone(self, named: Room):
        changes = {"capacity": 3}
        refused = why(lambda: team_edits.change(named.desk, BOSS, changes, by=MIRI))
        assert refused == "team_edit.admins_only"
        assert team_edits.change(named.desk, BOSS, changes, by=RUTH)[1].capacity == 3

    def test_has_no_button_to_leave(self, named: Room):
        listed = {one.rep.slack_id: one for one in team_edits.people(named.desk, by=RUTH).items}
        assert (listed[BOSS].may_edit, listed[BOSS].may_leave) == (True, False)
        assert listed[AVI].may_leave

    def test_comes_back_where_the_file_left_them_out(self, named: Room):
        named.load_team(TEAM, replace=True)
        assert team_edits.resume(named.desk, BOSS, by=RUTH).state == "active"


class TestTheFile:
    def test_undoes_nothing_that_was_changed_before_it_was_remembered(self, room: Room):
        with room.desk.store.unit() as unit:
            unit.execute(delete(kept_table).where(kept_table.c.key.like("team_file:%")))
            unit.commit()
        team_edits.change(room.desk, AVI, {"capacity": 3}, by=MIRI)
        room.load_team(TEAM)
        assert rep_of(room, AVI).capacity == 3
        room.load_team(TEAM.replace('name = "Avi"', 'name = "Avi"\ncapacity = 7'))
        assert rep_of(room, AVI).capacity == 7

    @pytest.mark.parametrize("removed", [True, False])
    def test_that_leaves_somebody_out_lifts_nothing_that_slack_did(self, room: Room, removed: bool):
        team_edits.leave(room.desk, AVI, by=MIRI, removed=removed)
        room.load_team(TEAM.replace(AVI, "U01DAN"), replace=True)
        room.load_team(TEAM)
        assert rep_of(room, AVI).state == "paused"

    def test_brings_back_whom_it_left_out_itself(self, room: Room):
        room.load_team(TEAM.replace(AVI, "U01DAN"), replace=True)
        room.load_team(TEAM)
        assert rep_of(room, AVI).state == "active"


class TestFieldsThatStay:
    def test_are_not_looked_at_again(self, room: Room):
        team_edits.change(room.desk, AVI, {"deputy": NOA}, by=MIRI)
        team_edits.leave(room.desk, NOA, by=MIRI, removed=True)
        was, now = team_edits.change(room.desk, AVI, {"capacity": 3}, by=MIRI)
        assert (was.deputy, now.deputy, now.capacity) == (NOA, NOA, 3)
        refused = why(lambda: team_edits.change(room.desk, MIRI, {"deputy": NOA}, by=MIRI))
        assert refused == "team_edit.deputy"


class TestAManagerWhoIsNoneAnyMore:
    def test_sees_a_home_without_the_board_at_once(self, named: Room):
        team_edits.change(named.desk, AVI, {"role": Role.MANAGER}, by=RUTH)
        opened(named, AVI)
        team_edits.change(named.desk, AVI, {"role": Role.REP}, by=RUTH)
        assert [row["payload"]["rep"] for row in named.rows("show_home")] == [AVI]

    def test_does_so_when_the_file_says_it(self, room: Room):
        opened(room, MIRI)
        room.load_team(TEAM.replace('role = "manager"', 'role = "rep"'))
        assert [row["payload"]["rep"] for row in room.rows("show_home")] == [MIRI]


def opened(room: Room, slack_id: str) -> None:
    """Keep that somebody opened their Home once."""
    with room.desk.store.unit() as unit:
        kept.put(unit, f"home:{slack_id}", {"opened": "", "said": ""}, at=room.clock.now)
        unit.commit()


@pytest.fixture
def two(store: Store, database_url: str, clock: FakeClock, tmp_path: Path) -> Desk:
    settings = settings_for(tmp_path / "unused.db", DATABASE_URL=database_url)
    desk = Desk(store, settings, Present(BOOK), clock)
    load_team(desk, f"{TEAM}{TWO_ADMINS}".encode())
    return desk


@contextmanager
def just_before_held(desk: Desk, act: Callable[[], object]) -> Iterator[None]:
    """Run `act` once, right before the team is held for the first time."""
    left = [act]

    def look(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if left and statement.startswith("SELECT reps") and "FOR UPDATE" in statement:
            left.pop()()

    event.listen(desk.store.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(desk.store.engine, "before_cursor_execute", look)
    assert not left


def gone(desk: Desk, slack_id: str, *, by: str) -> None:
    team_edits.leave(desk, slack_id, by=by, removed=False)


def still_manages(desk: Desk, slack_id: str) -> bool:
    with desk.store.view() as view:
        return bool(allowed(desk, view, slack_id, Act.TEAM))


@only_postgresql
class TestTwoAtTheSameMoment:
    """The other acts and commits right before the first one holds the team."""

    @pytest.mark.parametrize("removed", [True, False])
    def test_never_let_each_other_leave(self, two: Desk, removed: bool):
        def other() -> None:
            team_edits.leave(two, BOSS, by=RUTH, removed=removed)

        with just_before_held(two, other):
            first = why(lambda: team_edits.leave(two, RUTH, by=BOSS, removed=removed))
        assert first == "team.outsider"
        assert still_manages(two, RUTH)

    def test_never_take_each_others_role(self, two: Desk):
        def demote(whom: str, by: str) -> None:
            team_edits.change(two, whom, {"role": Role.REP}, by=by)

        with just_before_held(two, lambda: demote(BOSS, RUTH)):
            first = why(lambda: demote(RUTH, BOSS))
        assert first == "team_edit.managers_only"
        assert still_manages(two, RUTH)

    def test_add_and_let_come_back_as_they_are_then(self, two: Desk):
        team_edits.leave(two, AVI, by=RUTH, removed=False)
        for act in (
            lambda: team_edits.add(two, Rep("U01DAN", "Dan"), by=BOSS),
            lambda: team_edits.resume(two, AVI, by=BOSS),
            lambda: bulk.begin(two, NOA, by=BOSS),
        ):
            with just_before_held(two, lambda: gone(two, BOSS, by=RUTH)):
                assert why(act) == "team.outsider"
            team_edits.resume(two, BOSS, by=RUTH)
