"""The fairness report, from the leads given to what a manager reads and sees (C3)."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot import fairness, pictures
from bot.orders import SlackPictures, SlackPost
from bot.texts import LOCALES, Words
from bot.views import fairness as views
from rules.refusals import Refused
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of


@pytest.fixture
def managed(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, MANAGERS_CHANNEL="managers") as room:
        yield room


def words(room: Room, locale: str = "en") -> Words:
    return Words(locale, room.desk.settings.zone)


def arrive(room: Room, count: int) -> None:
    """Let leads arrive up to so many; who came already only comes again."""
    for number in range(count):
        room.lead(phone=f"052-23456{number:02}", email="")


class TestTheReport:
    def test_counts_what_the_rotation_gave(self, room: Room):
        arrive(room, 4)
        found = fairness.report(room.desk, by=MIRI)
        assert {one.rep: one.leads for one in found.shares} == {NOA: 2, AVI: 2}
        assert found.leads == 4

    def test_puts_a_lead_into_the_week_in_which_it_was_given(self, room: Room):
        arrive(room, 1)
        room.clock.forward(days=15)
        arrive(room, 2)
        weeks = [one.weeks for one in fairness.report(room.desk, by=MIRI).shares]
        assert [sum(week) for week in zip(*weeks, strict=True)] == [0, 1, 0, 1]

    def test_is_not_for_reps(self, room: Room):
        with pytest.raises(Refused, match="managers_only"):
            fairness.report(room.desk, by=AVI)

    @pytest.mark.parametrize("locale", LOCALES)
    def test_of_no_lead_says_what_will_stand_here(self, room: Room, locale: str):
        said = views.fairness(fairness.report(room.desk, by=MIRI), words(room, locale))
        assert len(said.blocks) == 1
        assert faults_of(said) == []

    @pytest.mark.parametrize("locale", LOCALES)
    def test_tells_each_reps_share_beside_their_weights(self, room: Room, locale: str):
        arrive(room, 4)
        said = views.fairness(fairness.report(room.desk, by=MIRI), words(room, locale))
        assert said.text.count("50%") == 4
        assert "Avi" in said.text
        assert faults_of(said) == []

    @pytest.mark.parametrize("locale", LOCALES)
    def test_reads_the_weeks_in_the_direction_of_its_text(self, room: Room, locale: str):
        arrive(room, 4)
        said = views.fairness(fairness.report(room.desk, by=MIRI), words(room, locale))
        assert said.text.count(": 0, 0, 0, 2") == 2


class TestTheChart:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_says_in_words_what_it_shows(self, room: Room, locale: str):
        room.lead()
        found = fairness.report(room.desk, by=MIRI)
        chart = views.chart(found, words(room, locale).plain)
        assert chart is not None
        assert "100%" in chart.alt
        with Image.open(io.BytesIO(pictures.draw(chart))) as picture:
            assert picture.width == 1000

    def test_is_none_of_nothing(self, room: Room):
        assert views.chart(fairness.report(room.desk, by=MIRI), words(room).plain) is None

    def test_is_posted_where_the_managers_read(self, managed: Room):
        managed.lead()
        fairness.post(managed.desk, by=MIRI, asked="once")
        fairness.post(managed.desk, by=MIRI, asked="once")
        managed.deliver()
        orders = [one for one in managed.outside.orders if getattr(one, "to", "") == "managers"]
        [post, picture] = orders
        assert isinstance(post, SlackPost)
        assert post.for_managers
        assert isinstance(picture, SlackPictures)

    def test_may_not_be_posted_by_a_rep(self, managed: Room):
        with pytest.raises(Refused):
            fairness.post(managed.desk, by=AVI, asked="once")
        managed.deliver()
        assert managed.outside.orders == []
