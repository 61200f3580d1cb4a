"""When digests leave: weekly, late but once, and each so many leads (L6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import figures, recommending
from bot.orders import DeliveryFailed, SlackPost
from bot.playbooks import change
from rules.playbook import Playbook
from tests.desk import BOOK, MIRI, FakeClock, Room, a_desk

SUNDAY = (2026, 11, 22, 7, 0)


def digests(room: Room) -> list[str]:
    return [one.text.replace("\u2060", "") for one in room.outside.channel("lead-digest")]


def a_week(room: Room) -> None:
    room.lead(campaign="March", cost="40")
    room.clock.set(*SUNDAY)


class TestTheWeeklyDigest:
    def test_tells_the_profit_first(self, room: Room):
        a_week(room)
        room.tick()
        [said] = digests(room)
        assert said.startswith("*Week 47: profit -₪40 from 1 lead*")

    def test_that_is_hours_late_says_so(self, room: Room):
        a_week(room)
        room.clock.set(2026, 11, 24, 7, 0)
        room.tick()
        [post] = room.outside.channel("lead-digest")
        assert "This digest comes late: it was due <!date^" in str(post.blocks)

    def test_in_time_does_not(self, room: Room):
        a_week(room)
        room.tick(minutes=30)
        [post] = room.outside.channel("lead-digest")
        assert "late" not in str(post.blocks)

    def test_that_waited_for_slack_is_posted_once_and_late(self, room: Room):
        a_week(room)
        down = DeliveryFailed("http_503")
        room.outside.trouble = lambda one: down if isinstance(one, SlackPost) else None
        figures.post_weekly(room.desk)
        room.courier.deliver_due()
        assert digests(room) == []
        room.outside.trouble = lambda _: None
        room.clock.forward(hours=5)
        room.tick()
        [post] = room.outside.channel("lead-digest")
        assert "comes late" in str(post.blocks)

    def test_of_weeks_that_were_missed_is_only_the_newest(self, room: Room):
        a_week(room)
        room.clock.set(2026, 12, 9, 7, 0)
        room.tick()
        room.tick(hours=1)
        [said] = digests(room)
        assert said.startswith("*Week 49: no leads*")

    def test_leaves_though_nothing_can_be_recommended(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        def fails(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        a_week(room)
        monkeypatch.setattr(recommending, "propose", fails)
        room.tick()
        [said] = digests(room)
        assert "No new recommendations could be made: a fault, `" in said

    def test_says_what_keeps_it_from_weighing(self, room: Room):
        a_week(room)
        room.tick()
        [said] = digests(room)
        assert "Not weighed: " in said
        assert "`rep_hour` under `[costs]`" in said

    def test_that_is_not_the_newest_comes_without_todays_recommendations(self, room: Room):
        a_week(room)
        week = figures.newest_week(room.desk)
        for back, told in ((0, True), (7, False)):
            past = timedelta(days=back)
            since, until = week.since - past, week.until - past
            figures.post_digest(room.desk, since=since, until=until, asked=f"{back}")
            room.deliver()
            assert ("rep_hour" in digests(room)[-1]) == told

    def test_of_two_replicas_is_one(self, room: Room):
        a_week(room)
        for _ in range(2):
            figures.post_weekly(replace(room.desk))
        room.deliver()
        assert len(digests(room)) == 1

    def test_is_due_at_its_hour_of_the_clock_that_changed(self, room: Room):
        room.clock.set(2026, 10, 19, 8, 0)
        room.lead()
        room.clock.set(2026, 10, 25, 6, 59)
        room.tick()
        assert digests(room) == []
        room.tick(minutes=2)
        [row] = room.rows("post_digest")
        assert (row["payload"]["since"][-6:], row["payload"]["until"][-6:]) == ("+03:00", "+03:00")


class TestADigestEachSoManyLeads:
    @pytest.fixture
    def room(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, playbook=replace(BOOK, digest_every=3)) as made:
            figures.post_each(made.desk)
            yield made

    def leads(self, room: Room, *numbers: int) -> None:
        for number in numbers:
            room.clock.forward(minutes=1)
            room.lead(phone=f"052-234-50{number:02}", email="", campaign="March")
            figures.post_each(room.desk)

    def test_comes_when_so_many_came(self, room: Room):
        self.leads(room, 1, 2)
        assert room.rows("post_digest") == []
        self.leads(room, 3, 4)
        [row] = room.rows("post_digest")
        assert row["payload"]["until"].startswith("2026-11-15T08:03:00")
        room.deliver()
        assert "from 3 leads" in digests(room)[0]

    def test_begins_where_the_last_one_ended(self, room: Room):
        self.leads(room, *range(1, 7))
        first, second = room.rows("post_digest")
        assert first["payload"]["until"] == second["payload"]["since"]

    def test_of_many_at_once_is_one(self, room: Room):
        for number in range(10):
            room.clock.forward(minutes=1)
            room.lead(phone=f"052-234-50{number:02}", email="")
        for _ in range(2):
            figures.post_each(room.desk)
        [row] = room.rows("post_digest")
        assert row["payload"]["until"].startswith("2026-11-15T08:09:00")

    def test_is_never_late(self, room: Room):
        self.leads(room, 1, 2, 3)
        room.clock.forward(days=2)
        room.deliver()
        assert "comes late" not in str(room.outside.channel("lead-digest")[0].blocks)

    def test_counts_from_when_it_was_asked_for(self, room: Room):
        self.leads(room, 1, 2)
        change(room.desk, MIRI, {"digest.every_leads": 0})
        figures.post_each(room.desk)
        change(room.desk, MIRI, {"digest.every_leads": 3})
        self.leads(room, 3, 4)
        assert room.rows("post_digest") == []

    def test_is_not_the_default(self):
        assert Playbook().digest_every == 0

    def test_leaves_the_weekly_one_alone(self, room: Room):
        self.leads(room, 1, 2, 3)
        room.clock.set(*SUNDAY)
        room.tick()
        assert datetime(2026, 11, 22, 7, 0, tzinfo=UTC) <= room.clock.now
        assert len(digests(room)) == 2
