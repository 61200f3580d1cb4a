"""When managers are asked for a stricter bar, with which figures, and how once (C1)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot import learning, playbooks, present_playbook, wave
from bot.desk import Desk
from bot.next import Handed, Later, next_lead
from bot.present import Present
from rules.tiers import Cell, Group
from rules.wave import SHORTEN, Forecast
from rules.words import Kind, Queue, Step, Tier
from storage import measures, reps
from storage.engine import make_engine
from storage.store import Store
from tests.bot.waves import (
    DAY,
    HOUR,
    PLANNED,
    TEAM,
    WEEK,
    A,
    B,
    C,
    D,
    add,
    buttons,
    called,
    came,
    done,
    flooded,
    handed,
    hold,
    look,
    room,
    told,
)
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk
from tests.storage.making import at_once

__all__ = ["room"]


class TestTheForecast:
    def forecast(self, room: Room) -> Forecast:
        with room.desk.store.view() as view:
            return wave.forecast(room.desk, view, now=room.clock.now)

    def test_counts_what_is_due_until_the_last_shift_ends(self, room: Room):
        add(room, 3, B)
        add(room, 2, D, owner="", next_at=room.clock.now + 8 * HOUR)
        add(room, 9, D, next_at=room.clock.now + 8 * HOUR + HOUR / 60)
        calls = self.forecast(room).calls
        assert (calls[B].first, calls[D].first) == (3, 2)

    def test_counts_what_the_team_can_call(self, room: Room):
        found = self.forecast(room)
        assert (found.hands.reps, found.hands.minutes, found.can) == (2, 16 * 60, 160)
        room.clock.forward(hours=2)
        assert self.forecast(room).can == 120

    def test_counts_who_is_away_from_when_they_are_back(self, room: Room):
        with room.desk.store.unit() as unit:
            reps.set_away(unit, AVI, until=room.clock.now + 6 * HOUR)
            unit.commit()
        assert self.forecast(room).can == 80 + 20

    def test_expects_as_many_as_came_in_these_hours_of_the_weekday(self, room: Room):
        now = room.clock.now
        came(room, 1, A, now - 29 * DAY)
        for weeks in range(1, 5):
            came(room, 2 * weeks, D, now - weeks * WEEK + HOUR)
            came(room, 50, D, now - weeks * WEEK - 2 * HOUR)
            came(room, 50, D, now - weeks * WEEK + 9 * HOUR)
            came(room, 50, D, now - weeks * WEEK + DAY)
        came(room, 80, C, now - WEEK + HOUR, source="import")
        coming = {tier: one.coming for tier, one in self.forecast(room).calls.items()}
        assert coming == {A: 0, B: 0, C: 0, D: (2 + 4 + 6 + 8) / 4}

    def test_goes_by_the_weeks_that_there_were(self, room: Room):
        now = room.clock.now
        came(room, 1, A, now - 8 * DAY)
        came(room, 6, D, now - WEEK + HOUR)
        assert self.forecast(room).calls[D].coming == 6

    def test_takes_the_teams_hours_over_a_change_of_the_clock(self, room: Room):
        """On 25 October clocks go back: 10:00 was an hour earlier in UTC."""
        now = room.clock.now
        came(room, 1, A, now - 29 * DAY)
        came(room, 4, D, now - 4 * WEEK - HOUR)
        assert self.forecast(room).calls[D].coming == 1

    def test_goes_by_the_calls_of_two_weeks_once_there_are_200(self, room: Room):
        add(room, 1, B)
        for hour in range(10):
            called(room, 19, room.clock.now - DAY + hour * HOUR)
        assert self.forecast(room).can == 160
        called(room, 20, room.clock.now - DAY - HOUR)
        assert self.forecast(room).can == int(16 * (20 + 4 * 19 + 19) / 6)

    def test_forgets_older_calls(self, room: Room):
        add(room, 1, B)
        called(room, 300, room.clock.now - 15 * DAY)
        assert self.forecast(room).can == 160


class TestAProposal:
    def test_says_the_numbers_and_what_a_stricter_bar_brings(self, room: Room):
        flooded(room)
        came(room, 1, A, room.clock.now - 29 * DAY)
        for weeks in range(1, 5):
            came(room, 2, D, room.clock.now - weeks * WEEK + HOUR)
        assert look(room) == "proposed"
        [said] = told(room)
        assert "202 calls to make by" in said
        assert "18:00" in said
        assert "2 reps can make about 160. 2 of them are for leads still to come." in said
        assert "• Hold tier D: 42 calls fewer, 160 left.\n" in said
        assert "• Shorten the plan of tier D to 1 attempt: 10 calls fewer, 192 left." in said
        assert "still more" not in said
        assert buttons(room) == ["Hold tier D", "Shorten the plan of tier D", "Not now"]

    def test_names_c_too_where_d_alone_is_not_enough(self, room: Room):
        add(room, 130, B)
        add(room, 70, C, **PLANNED)
        add(room, 25, D)
        look(room)
        [said] = told(room)
        assert "• Hold tier D: 25 calls fewer, 200 left. That is still more than" in said
        assert "• Hold tiers C and D: 95 calls fewer, 130 left.\n" in said
        assert "• Shorten the plan of tier C to 1 attempt: 70 calls fewer, 155 left." in said
        assert buttons(room)[:2] == ["Hold tier D", "Hold tiers C and D"]

    def test_says_what_the_tier_closes(self, room: Room):
        flooded(room)
        with room.desk.store.unit() as unit:
            group = Group("x", Kind.COLD, "")
            cells = [
                Cell(group, 800, 20),
                Cell(replace(group, campaign="y"), 100, 60),
            ]
            measures.keep(unit, cells, {})
            unit.commit()
        learning.recall(room.desk)
        look(room)
        assert "Tier D closes 1 in 40 (of 800 leads)." in told(room)[0]

    def test_is_in_hebrew_for_who_reads_hebrew(self, tmp_path: Path, clock: FakeClock):
        team = TEAM.replace('name = "Miri"', 'name = "מירי"\nlocale = "he"')
        with a_desk(tmp_path, clock, team=team) as room:
            flooded(room)
            look(room)
            [said] = told(room)
            assert "היום יש יותר שיחות מידיים:* 200 שיחות עד" in said
            assert "ו־2 נציגים יספיקו בערך 160" in said
            assert "דרגה D בהמתנה: 40 שיחות פחות, נשארות 160." in said
            assert buttons(room) == ["להשהות: דרגה D", "לקצר תכנית: דרגה D", "לא עכשיו"]

    def test_goes_to_the_managers_channel_where_there_is_one(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, team=TEAM, MANAGERS_CHANNEL="boss") as room:
            flooded(room)
            look(room)
            assert "200 calls" in room.outside.channel("boss")[0].text

    def test_comes_once_a_day(self, room: Room):
        flooded(room)
        assert [look(room) for _ in range(3)] == ["proposed", "", ""]
        room.clock.forward(hours=6)
        assert look(room) == ""
        room.clock.forward(hours=18)
        assert look(room) == "proposed"
        assert len(told(room)) == 2

    @pytest.mark.parametrize(("calls", "done"), [(191, ""), (193, "proposed")])
    def test_comes_over_the_limit_alone(self, room: Room, calls: int, done: str):
        add(room, 100, B)
        add(room, calls - 100, D)
        assert look(room) == done

    def test_does_not_come_where_there_would_be_nobody_left_to_call(self, room: Room):
        """A file of 500 cold people on a quiet day: all hands call them."""
        add(room, 500, D, owner="")
        add(room, 30, B)
        assert look(room) == ""
        assert told(room) == []

    @pytest.mark.parametrize(
        ("hours", "done"), [(-3, ""), (-1, ""), (7, "proposed"), (7.5, ""), (9, "")]
    )
    def test_comes_in_working_hours_and_not_in_the_last(self, room: Room, hours: float, done: str):
        flooded(room)
        room.clock.forward(hours=hours)
        assert look(room) == done

    def test_does_not_come_while_all_are_away(self, room: Room):
        flooded(room)
        with room.desk.store.unit() as unit:
            for who in (NOA, AVI):
                reps.set_away(unit, who, until=None)
            unit.commit()
        assert look(room) == ""

    def test_is_one_that_slack_takes_in_both_languages(self, room: Room):
        flooded(room)
        room.load_team(
            TEAM
            + '\n[[rep]]\nslack_id = "U01DINA"\nname = "דינה"\nrole = "manager"\nlocale = "he"\n'
        )
        look(room)
        assert len(room.outside.dms("U01DINA")) == 1


class TestAShortenedPlan:
    def shorten(self, room: Room, *tiers: Tier) -> wave.Stricter:
        return wave.make_stricter(room.desk, SHORTEN, tiers or (D,), by=MIRI)

    def test_makes_first_calls_and_agreed_ones(self, room: Room):
        flooded(room)
        assert self.shorten(room).calls == 10
        found = set()
        for _ in range(200):
            given = next_lead(room.desk, by=NOA)
            if not isinstance(given, Handed):
                break
            found.add((given.lead.tier, given.lead.queue, given.lead.last_outcome == "notnow"))
            room.log(given.lead.id, "lost", by=NOA)
            room.clock.forward(seconds=11)
        assert (D, Queue.FRESH, False) in found
        assert (D, Queue.PLANNED, True) in found
        assert (D, Queue.PLANNED, False) not in found

    def test_of_two_attempts_makes_the_second(self, room: Room):
        playbooks.change(room.desk, MIRI, {"wave.attempts": 2})
        first, second = add(room, 1, D, **PLANNED), add(room, 1, D, **PLANNED | {"plan_step": 2})
        self.shorten(room)
        found = handed(room)
        assert [found.id] == first
        room.log(found.id, "noanswer", by=NOA)
        assert room.load(first[0]).next_what is Step.MAILING_LIST
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        wave.lift(room.desk, (D,), by=MIRI)
        found = handed(room)
        assert [found.id] == second


class TestTwoReplicas:
    """Two processes of one database, each with a playbook of its own in mind."""

    @pytest.fixture
    def both(self, either_room: Room, database_url: str) -> Iterator[list[Desk]]:
        either_room.load_team(TEAM)
        flooded(either_room)
        store = Store(make_engine(database_url))
        yield [either_room.desk, replace(either_room.desk, store=store, present=Present(BOOK))]
        store.close()

    def look(self, both: list[Desk]) -> None:
        for one in both:
            present_playbook.refresh(one)
        assert at_once([partial(wave.look, one) for one in both]) == []

    def test_propose_once(self, either_room: Room, both: list[Desk]):
        self.look(both)
        assert len(either_room.rows("tell_managers")) == 1

    def test_lift_once(self, either_room: Room, both: list[Desk]):
        hold(either_room)
        done(either_room, B, 150)
        self.look(both)
        assert len(either_room.rows("tell_managers")) == 1
        assert playbooks.newest(both[0], MIRI).version.id == 2

    def test_know_of_each_others_holds(self, either_room: Room, both: list[Desk]):
        hold(either_room)
        done(either_room, B, 150)
        present_playbook.refresh(both[1])
        assert wave.look(both[1]) == "lifted"
