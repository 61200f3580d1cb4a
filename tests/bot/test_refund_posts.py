"""Claims as managers hear of them: before windows close, and each week (L5.5)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import refunds
from tests.bot.claiming_back import (
    a_buying_desk,
    buy,
    claimable,
    try_in_vain,
)
from tests.desk import MIRI, FakeClock, Room


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


@pytest.fixture
def managed(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock, MANAGERS_CHANNEL="managers") as made:
        yield made


class TestWarnings:
    def test_come_before_a_window_closes(self, managed: Room):
        claimable(managed, 2)
        managed.deliver()
        assert managed.outside.channel("managers") == []
        managed.clock.forward(days=7)
        refunds.look(managed.desk)
        managed.deliver()
        [said] = managed.outside.channel("managers")
        assert "Windows close soon" in said.text
        assert "claimable now: 2 leads, ₪80 · 2 days left" in said.text

    def test_come_once(self, managed: Room):
        claimable(managed)
        for _ in range(3):
            managed.clock.forward(days=3)
            refunds.look(managed.desk)
            managed.deliver()
        assert len(managed.outside.channel("managers")) == 1

    def test_say_which_leads_lack_calls(self, managed: Room):
        lead = buy(managed)
        try_in_vain(managed, lead, hours=(1,))
        managed.clock.forward(days=7)
        assert refunds.look(managed.desk).short == 1
        managed.deliver()
        [said] = managed.outside.channel("managers")
        assert f"#{lead.id} Lead 1" in said.text
        assert "2 more calls by Wed, Nov 25" in said.text

    def test_are_not_of_leads_that_were_reached_meanwhile(self, managed: Room):
        lead = buy(managed)
        try_in_vain(managed, lead, hours=(1,))
        managed.clock.set(2026, 11, 22, 1, 0)
        refunds.look(managed.desk)
        assert managed.states("tell_managers") == ["waiting"]
        managed.log(lead.id, "lost")
        managed.clock.set(2026, 11, 22, 12, 0)
        managed.deliver()
        assert managed.outside.channel("managers") == []

    def test_wait_until_managers_are_at_work(self, managed: Room):
        claimable(managed)
        managed.clock.set(2026, 11, 23, 23, 0)
        refunds.look(managed.desk)
        [row] = managed.rows("tell_managers")
        assert row["due_at"] == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    def test_make_a_lead_claimable_when_the_calls_are_made(self, managed: Room):
        lead = buy(managed)
        try_in_vain(managed, lead, hours=(1,))
        managed.clock.forward(days=6)
        refunds.look(managed.desk)
        try_in_vain(managed, lead, hours=(1, 1))
        assert refunds.look(managed.desk).opened == 1


class TestTheWeek:
    def test_is_told_once(self, managed: Room):
        claimable(managed)
        managed.clock.set(2026, 11, 22, 7, 0)
        assert refunds.post_weekly(managed.desk)
        assert not refunds.post_weekly(managed.desk)
        managed.deliver()
        [said] = managed.outside.channel("managers")
        assert "This week's claims" in said.text

    def test_is_told_to_each_manager_where_they_have_no_channel(self, room: Room):
        claimable(room)
        room.clock.set(2026, 11, 22, 7, 0)
        refunds.post_weekly(room.desk)
        room.deliver()
        assert "This week's claims" in room.outside.dms(MIRI)[-1].text

    def test_is_passed_over_where_there_is_nothing(self, managed: Room):
        managed.clock.set(2026, 11, 22, 7, 0)
        refunds.post_weekly(managed.desk)
        managed.deliver()
        assert managed.outside.channel("managers") == []
