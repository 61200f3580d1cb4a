"""The answer to an agreed time tells when the reminder comes, and to whom (L4.3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import agreements, away
from bot.agreements import Changed
from bot.texts import Words
from bot.views import agreements as views
from bot.views import replies
from rules.agreements import Agreement
from rules.expected import Expected
from rules.playbook import DEPUTY
from rules.words import Importance
from tests.bot.nagging import SHIFTS, lead_of
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of

NIGHT = datetime(2026, 11, 15, 18, 0, tzinfo=UTC)
"""Sunday 20:00 in Jerusalem, when nobody's shift is."""
MORNING = "Monday 16 November 09:00"
HIGH, LOW = Importance.HIGH, Importance.LOW
WHATS = ["later", "back", "taken"]


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=SHIFTS) as made:
        yield made


def english(room: Room) -> Words:
    return Words("en", room.desk.settings.zone)


def logged(room: Room, when: datetime, *, by: str = AVI, importance: Importance = HIGH) -> str:
    """Agree with a lead of Avi's by an outcome; gives the answer."""
    lead_id = lead_of(room, AVI)
    done = room.log(lead_id, "followup", by=by, when=when, importance=importance)
    return replies.logged(done, english(room)).text


def changed(room: Room, done: Changed) -> str:
    return views.changed(done, english(room), now=room.clock.now).text


class TestAnOutcome:
    def test_outside_the_shift_says_when_the_reminder_comes(self, room: Room):
        said = logged(room, NIGHT)
        assert "The next call is Sunday 15 November 20:00." in said
        assert f"outside your working hours: the reminder comes {MORNING}." in said
        assert said.count("The reminder comes") == 0

    def test_says_that_a_colleague_takes_it(self, room: Room):
        room.load_team(SHIFTS.replace("Sun-Thu 09:00-18:00", "Sun-Thu 09:00-23:00", 1))
        room.desk.present.playbook = replace(room.desk.playbook, nag_off_shift=DEPUTY)
        assert "You are not at work then: a colleague takes it." in logged(room, NIGHT)

    def test_in_the_shift_says_nothing_of_it(self, room: Room):
        said = logged(room, NIGHT - timedelta(hours=6))
        assert (
            said.count("eminder") == said.count("The reminder comes Sunday 15 November 14:00") == 1
        )

    def test_of_low_importance_says_nothing_of_it(self, room: Room):
        assert "reminder" not in logged(room, NIGHT, importance=LOW)

    @pytest.mark.parametrize(
        ("importance", "when", "said"),
        [
            (HIGH, NIGHT - timedelta(hours=6), f"The reminder goes to <@{AVI}>."),
            (HIGH, NIGHT, f"The reminder goes to <@{AVI}>, and comes {MORNING}"),
            (LOW, NIGHT, f"It stands in the day of <@{AVI}>."),
        ],
    )
    def test_by_a_manager_says_whose_the_reminder_is(
        self, room: Room, importance: Importance, when: datetime, said: str
    ):
        told = logged(room, when, by=MIRI, importance=importance)
        assert said in told
        assert "your day" not in told


class TestAnotherTime:
    def test_outside_the_shift_says_when_the_reminder_comes(self, room: Room):
        logged(room, NIGHT - timedelta(hours=6))
        done = agreements.set_time(room.desk, 1, NIGHT, by=AVI)
        assert f"the reminder comes {MORNING}." in changed(room, done)

    def test_of_a_planned_call_says_nothing_of_it(self, room: Room):
        room.log(lead_of(room, AVI), "noanswer")
        done = agreements.set_time(room.desk, 1, NIGHT, by=AVI)
        assert "reminder" not in changed(room, done)

    def test_agreed_anew_in_an_absence_says_that_it_waits(self, room: Room):
        room.log(lead_of(room, AVI), "noanswer")
        room.desk.present.playbook = replace(room.desk.playbook, nag_away="wait")
        away.go_away(room.desk, by=AVI, until=None)
        made = Agreement(1, NIGHT - timedelta(hours=6), HIGH)
        done = agreements.agree(room.desk, made, by=AVI)
        said = views.agreed(done, english(room), now=room.clock.now).text
        assert "You are away then: the reminder waits until you are back." in said


class TestItsWords:
    @pytest.mark.parametrize("locale", ["en", "he"])
    @pytest.mark.parametrize("deputy", ["", NOA])
    @pytest.mark.parametrize("rep", ["", AVI])
    @pytest.mark.parametrize("what", WHATS)
    def test_are_there_for_each_in_both_languages(
        self, room: Room, locale: str, what: str, rep: str, deputy: str
    ):
        lead = room.load(lead_of(room, AVI))
        found = Expected(rep, what, NIGHT, deputy if what == "taken" else "")
        words = Words(locale, room.desk.settings.zone)
        said = views.agreed(Changed(lead, expected=found), words, now=room.clock.now)
        assert faults_of(said) == []
        assert "\n" in said.text
