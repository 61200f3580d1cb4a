"""Last week's calls held against the hours of those who made them (C1, L6.8)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import away, loads, team_edits
from rules.words import Role
from storage.tables import reps
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk
from tests.storage.making import add_attempt, add_lead

TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 8, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 29, 7, tzinfo=UTC)
"""The morning after the week of which the load is told."""
RUTH = "U01RUTH"


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """Open a desk on which Avi called thirty leads on Tuesday."""
    with a_desk(tmp_path, clock) as made:
        book = made.desk.playbook
        slow = replace(book, wave=replace(book.wave, calls_per_hour=1))
        made.desk.present.base = made.desk.present.playbook = slow
        called(made, AVI)
        made.clock.now = SUNDAY
        yield made


def called(room: Room, by: str, count: int = 30) -> None:
    with room.desk.store.unit() as unit:
        for minute in range(count):
            at = TUESDAY + timedelta(minutes=minute)
            one = add_lead(unit, campaign="x", received_at=at, at=at)
            add_attempt(unit, one, at=at, by=by)
        unit.commit()


def load(room: Room) -> float | None:
    with room.desk.store.view() as view:
        return loads.overload(room.desk, view, now=SUNDAY)


def known(room: Room) -> float:
    found = load(room)
    assert found
    return found


def sets(room: Room, slack_id: str, **state: object) -> None:
    """Change a rep with no line of the audit."""
    with room.desk.store.unit() as unit:
        unit.execute(update(reps).where(reps.c.slack_id == slack_id).values(state))
        unit.commit()


class TestLastWeek:
    def test_is_the_same_after_somebody_fell_ill_this_morning(self, room: Room):
        before = known(room)
        away.go_away(room.desk, by=AVI, until=SUNDAY + timedelta(hours=9))
        assert load(room) == before

    def test_is_the_same_after_somebody_left(self, room: Room):
        before = known(room)
        team_edits.leave(room.desk, AVI, by=MIRI, removed=True)
        assert load(room) == before

    def test_is_the_same_after_somebody_became_a_manager(self, room: Room):
        before = known(room)
        sets(room, MIRI, role=Role.ADMIN)
        now = {"role": Role.MANAGER}
        team_edits.change(room.desk, AVI, now, by=MIRI)
        assert load(room) == before

    @pytest.mark.parametrize("gone", [{"state": "paused"}, {"state": "away"}])
    def test_has_who_called_though_no_line_tells_when_they_went(
        self, room: Room, gone: dict[str, str]
    ):
        before = known(room)
        sets(room, AVI, **gone)
        assert load(room) == before

    def test_has_neither_hours_nor_calls_of_who_was_not_there(self, room: Room):
        before = known(room)
        sets(room, NOA, state="paused")
        assert known(room) == pytest.approx(2 * before)

    def test_has_the_hours_up_to_the_day_somebody_left(self, room: Room):
        before = known(room)
        room.clock.now = SATURDAY
        team_edits.leave(room.desk, NOA, by=MIRI, removed=False)
        on_saturday = known(room)
        assert before <= on_saturday < 1.5 * before

    def test_has_no_hours_of_an_absence_that_is_over(self, room: Room):
        before = known(room)
        room.clock.now = TUESDAY - timedelta(days=2)
        away.go_away(room.desk, by=NOA, until=None)
        room.clock.now = SATURDAY
        away.come_back(room.desk, by=NOA)
        assert 1.5 * before < known(room) <= 2 * before

    def test_has_who_joined_since_they_joined(self, room: Room):
        before = known(room)
        room.clock.now = SUNDAY - timedelta(hours=1)
        team_edits.add(room.desk, replace(team_edits.fresh(room.desk, RUTH), name="Ruth"), by=MIRI)
        assert load(room) == before

    def test_has_no_calls_of_managers_as_it_has_none_of_their_hours(self, room: Room):
        before = known(room)
        called(room, MIRI)
        assert load(room) == before

    def test_is_not_known_where_only_managers_were_there(self, room: Room):
        sets(room, AVI, role=Role.MANAGER)
        sets(room, NOA, state="paused")
        assert load(room) is None
