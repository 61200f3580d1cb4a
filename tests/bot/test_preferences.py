"""What each person is told by itself: chosen by kind, obeyed when a message leaves."""

import pytest

from bot.preferences import choose, wanted
from bot.texts import LOCALES, Words
from bot.views.preferences import chosen, preferences_modal
from rules.refusals import Refused
from rules.words import Switch
from sandbox.blockkit import check_view
from storage import preferences as stored
from tests.desk import AVI, MIRI, NOA, Room, faults_of

ALL = frozenset(Switch)


def words(room: Room, locale: str = "en") -> Words:
    return Words(locale, room.desk.settings.zone)


class TestTheChoice:
    def test_begins_with_everything(self, room: Room):
        assert wanted(room.desk, by=MIRI).on == ALL
        assert wanted(room.desk, by=AVI).on == ALL - {Switch.TEAM}

    def test_is_kept_for_each_person(self, room: Room):
        choose(room.desk, ["leads", "nags"], by=AVI)
        assert wanted(room.desk, by=AVI).on == {Switch.LEADS, Switch.NAGS}
        assert wanted(room.desk, by=MIRI).on == ALL

    def test_leaves_what_was_not_asked_as_it_was(self, room: Room):
        with room.desk.store.unit() as unit:
            stored.keep(unit, AVI, ["team"], at=room.clock.now)
            unit.commit()
        choose(room.desk, ["leads"], by=AVI)
        with room.desk.store.view() as view:
            assert stored.is_off(view, AVI, "team")

    def test_of_something_unknown_switches_nothing_on(self, room: Room):
        assert choose(room.desk, ["everything", "team"], by=AVI).on == frozenset()

    def test_is_for_people_of_the_team(self, room: Room):
        with pytest.raises(Refused):
            wanted(room.desk, by="U01GUEST")
        with pytest.raises(Refused):
            choose(room.desk, [], by="U01GUEST")


class TestWhatLeaves:
    @pytest.mark.parametrize("on", [True, False])
    def test_follows_the_choice(self, room: Room, on: bool):
        for who in (NOA, AVI):
            choose(room.desk, ["leads"] if on else [], by=who)
        lead = room.lead()
        room.deliver()
        assert len(room.outside.dms(lead.owner)) == (1 if on else 0)
        assert len(room.outside.channel()) == 1
        [row] = room.rows("post_owner_card")
        assert row["error"] == ("" if on else "switched_off")


class TestTheModal:
    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize("who", [AVI, MIRI])
    @pytest.mark.parametrize("on", [[], ["leads"], list(Switch)])
    def test_is_as_slack_wants_it(self, room: Room, locale: str, who: str, on: list[str]):
        view = preferences_modal(choose(room.desk, on, by=who), words(room, locale))
        assert check_view(view=view, surface="modal") == []

    def test_has_a_box_for_each_kind_that_the_person_can_get(self, room: Room):
        for who, kinds in ((AVI, ALL - {Switch.TEAM}), (MIRI, ALL)):
            view = preferences_modal(wanted(room.desk, by=who), words(room))
            options = view["blocks"][0]["element"]["options"]
            assert {one["value"] for one in options} == kinds

    def test_marks_what_is_on(self, room: Room):
        view = preferences_modal(choose(room.desk, ["news"], by=AVI), words(room))
        [marked] = view["blocks"][0]["element"]["initial_options"]
        assert marked["value"] == "news"

    def test_says_what_stays(self, room: Room):
        view = preferences_modal(wanted(room.desk, by=AVI), words(room))
        assert "managers hear of it" in str(view["blocks"][-1])


class TestItsAnswer:
    def test_names_what_is_on_and_off(self, room: Room):
        message = chosen(choose(room.desk, ["leads", "nags"], by=AVI), words(room))
        assert faults_of(message) == []
        on, off, _ = message.text.splitlines()
        assert on == "You are told of new leads and follow-ups."
        assert off.startswith("Switched off: first calls, the day's agenda,")

    def test_of_everything_has_no_warning(self, room: Room):
        message = chosen(choose(room.desk, list(Switch), by=AVI), words(room))
        assert len(message.text.splitlines()) == 1
