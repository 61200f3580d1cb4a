"""The day's agenda: one message when the shift begins, of what the day holds (L4.4)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import agenda
from bot.audience import words_of
from bot.views.agenda import Agenda, Listed
from bot.views.agenda import agenda as written
from bot.views.blocks import ActionId, Message
from rules.playbook import Wave
from rules.words import Importance, Tier
from storage import nags, preferences, reps
from tests.bot.nagging import SHIFTS, agree, buttons, lead_of
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.storage.making import at_once

SUNDAY = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)  # Monday 09:00 in Jerusalem
HOUR = timedelta(hours=1)


def agendas(room: Room, who: str = AVI) -> list[Message]:
    """Give the agendas that stand in a person's messages."""
    return [
        one for one in room.outside.dms(who) if one.text.startswith(("*Your day*", "*היום שלך*"))
    ]


def morning(room: Room, at: datetime = NINE) -> None:
    room.clock.now = at
    agenda.send_due(room.desk)
    room.deliver()


def a_day(room: Room) -> None:
    """Let Avi's Monday hold two hot follow-ups, two low ones, a planned call and a fresh lead."""
    made = [lead_of(room, AVI, number) for number in range(1, 7)]
    hot, low = Importance.HIGH, Importance.LOW
    agree(room, made[0], when=NINE + 7 * HOUR, importance=hot, note="wants the blue one")
    agree(room, made[1], when=NINE + 2 * HOUR, importance=hot)
    agree(room, made[2], when=NINE + 3 * HOUR, importance=low, note="busy until the holiday")
    agree(room, made[3], when=NINE - HOUR / 2, importance=low)
    room.log(made[4], "notnow", when=NINE + HOUR)
    room.deliver()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with a_desk(tmp_path, FakeClock(SUNDAY), team=SHIFTS) as made:
        yield made


class TestTheAgenda:
    def test_comes_once_when_the_shift_begins(self, room: Room):
        a_day(room)
        morning(room, NINE - timedelta(seconds=1))
        assert agendas(room) == []
        for minutes in (0, 1, 60):
            morning(room, NINE + timedelta(minutes=minutes))
        assert len(agendas(room)) == 1

    def test_says_what_the_day_holds(self, room: Room):
        a_day(room)
        morning(room)
        [said] = agendas(room)
        for part in (
            "2 hot follow-ups",
            "2 other follow-ups",
            "1 planned call",
            "1 fresh lead",
            "wants the blue one",
            "busy until the holiday",
        ):
            assert part in said.text

    def test_has_hot_ones_by_their_times_and_low_ones_in_order_below(self, room: Room):
        a_day(room)
        morning(room)
        text = agendas(room)[0].text.split("Agreed, at their times")[1]
        places = [text.index(f"#{number} ") for number in (2, 1, 4, 3)]
        assert places == sorted(places)
        assert f"<!date^{int((NINE + 2 * HOUR).timestamp())}^" in text

    def test_leaves_out_what_a_reminder_of_this_time_tells(self, room: Room):
        a_day(room)
        agree(room, lead_of(room, AVI, 8), when=NINE - HOUR, note="a reminder tells it")
        morning(room)
        [said] = agendas(room)
        assert "1 hot follow-up waits already, in a reminder of its own" in said.text
        assert "2 hot follow-ups" in said.text
        assert "a reminder tells it" not in said.text

    def test_has_what_nobody_is_reminded_of_any_more(self, room: Room):
        a_day(room)
        lead_id = lead_of(room, AVI, 8)
        agree(room, lead_id, when=NINE - 3 * HOUR, note="ignored for long")
        done = room.followup(lead_id)
        assert done is not None
        with room.desk.store.unit() as unit:
            nags.save(unit, [replace(done, nags=3, nag_at=None)])
            unit.commit()
        morning(room)
        [said] = agendas(room)
        assert "ignored for long" in said.text
        assert "3 hot follow-ups" in said.text

    def test_has_all_for_who_wants_no_reminders(self, room: Room):
        a_day(room)
        agree(room, lead_of(room, AVI, 8), when=NINE - HOUR, note="no reminder tells it")
        with room.desk.store.unit() as unit:
            preferences.keep(unit, AVI, ["nags"], at=NINE)
            unit.commit()
        morning(room)
        [said] = agendas(room)
        assert "no reminder tells it" in said.text

    def test_begins_with_what_comes_first_and_a_button_for_it(self, room: Room):
        a_day(room)
        morning(room)
        [said] = agendas(room)
        assert "First: *#6 Customer 6*, fresh" in said.text
        assert buttons(said) == [ActionId.NEXT, ActionId.PREFERENCES]

    def test_names_the_soonest_where_nothing_is_due_yet(self, room: Room):
        agree(room, lead_of(room, AVI), when=NINE + HOUR)
        morning(room)
        assert f"First: *#1 Customer 1*, <!date^{int((NINE + HOUR).timestamp())}^" in (
            agendas(room)[0].text
        )

    def test_is_of_the_present(self, room: Room):
        a_day(room)
        room.clock.now = NINE
        agenda.send_due(room.desk)
        room.log(1, "lost")
        room.deliver()
        [said] = agendas(room)
        assert "1 hot follow-up" in said.text
        assert "#1 " not in said.text

    def test_says_how_many_more_there_are(self, room: Room):
        for number in range(1, 14):
            agree(room, lead_of(room, AVI, number), when=NINE + HOUR, importance=Importance.LOW)
        morning(room)
        assert "13 other follow-ups" in agendas(room)[0].text
        assert "and 3 more" in agendas(room)[0].text

    def test_leaves_out_calls_that_are_on_hold(self, room: Room):
        a_day(room)
        tier = room.load(6).tier
        room.desk.present.playbook = replace(BOOK, wave=Wave(hold=(Tier(tier),)))
        morning(room)
        assert "fresh" not in agendas(room)[0].text
        assert "2 other follow-ups" in agendas(room)[0].text
        assert "1 planned call" in agendas(room)[0].text


class TestItIsNotSent:
    def test_where_nothing_is_due_today(self, room: Room):
        agree(room, lead_of(room, AVI), when=NINE + 30 * HOUR)
        morning(room)
        assert agendas(room) == []
        assert set(room.states("agenda")) == {"cancelled"}

    def test_more_than_two_hours_late(self, room: Room):
        a_day(room)
        morning(room, NINE + 2 * HOUR)
        assert room.rows("agenda") == []

    def test_when_it_could_not_leave_in_time(self, room: Room):
        a_day(room)
        room.clock.now = NINE
        agenda.send_due(room.desk)
        room.clock.now = NINE + 2 * HOUR
        room.deliver()
        assert agendas(room) == []

    def test_to_who_is_away(self, room: Room):
        a_day(room)
        with room.desk.store.unit() as unit:
            reps.set_away(unit, AVI, until=None)
            unit.commit()
        morning(room)
        assert agendas(room) == []

    def test_to_who_went_away_before_it_left(self, room: Room):
        a_day(room)
        room.clock.now = NINE
        agenda.send_due(room.desk)
        with room.desk.store.unit() as unit:
            reps.set_away(unit, AVI, until=None)
            unit.commit()
        room.deliver()
        assert agendas(room) == []

    def test_to_who_switched_it_off(self, room: Room):
        a_day(room)
        with room.desk.store.unit() as unit:
            preferences.keep(unit, AVI, ["agenda"], at=room.clock.now)
            unit.commit()
        morning(room)
        assert agendas(room) == []

    def test_on_a_day_of_rest(self, tmp_path: Path):
        saturday = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
        with a_desk(tmp_path, FakeClock(saturday - 22 * HOUR)) as room:
            owner = agree(room, when=saturday + HOUR)
            morning(room, saturday)
            assert agendas(room, owner) == []


class TestWithoutHours:
    def test_the_day_begins_at_nine(self, tmp_path: Path):
        with a_desk(tmp_path, FakeClock(SUNDAY)) as room:
            owner = agree(room, when=NINE + HOUR)
            morning(room, NINE - timedelta(minutes=1))
            assert agendas(room, owner) == []
            morning(room)
            assert len(agendas(room, owner)) == 1


class TestTwoReplicas:
    @only_postgresql
    def test_send_one(self, either_room: Room):
        room = either_room
        agree(room, lead_of(room, AVI), when=NINE + HOUR)
        room.clock.now = NINE
        acts: list[Callable[[], object]] = [lambda: agenda.send_due(room.desk)] * 4
        assert at_once(acts) == []
        room.deliver()
        assert len(agendas(room)) == 1


class TestItsWords:
    @pytest.mark.parametrize("who", [NOA, AVI, MIRI])
    @pytest.mark.parametrize("name", ["<!channel>", "N" * 300, "דנה"])
    def test_fit_slack_however_long_they_are(self, room: Room, who: str, name: str):
        lead = replace(room.lead(name=name), next_at=NINE, id=10**9)
        with room.desk.store.view() as view:
            words = words_of(room.desk, view, who)
        listed = Listed(((lead, "x" * 500),) * 10, 99)
        counts = {"reminded": 5, "planned": 500, "fresh": 99}
        found = Agenda(now=NINE, first=lead, high=listed, low=listed, **counts)
        assert faults_of(written(found, words)) == []
