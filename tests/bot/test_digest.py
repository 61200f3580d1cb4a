"""The digest: figures with their samples, posted once a week (L6)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import figures
from bot.desk import Desk
from bot.orders import DeliveryFailed, SlackPictures, SlackPost
from bot.texts import Words
from bot.undoing import undo
from bot.views.digest import digest
from rules.money import Money
from rules.report import Report
from rules.report_values import Amount
from tests.desk import FakeClock, Room, a_desk, faults_of, payload

NEXT_SUNDAY = (2026, 11, 22, 7, 0)
WEEK = (datetime(2026, 11, 15, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))


def a_week(room: Room) -> None:
    """Three leads of two campaigns; four calls, three answered; a sale, a repeat and a refund."""
    room.receive(name="a", phone="052-234-5001", campaign="March", cost="40")
    room.receive(name="b", phone="052-234-5002", campaign="March", cost="10.50")
    room.receive(name="c", phone="052-234-5003", campaign="April", cost="7", currency="USD")
    room.clock.forward(minutes=4)
    room.log(1, "noanswer")
    room.clock.forward(minutes=4)
    room.log(2, "sold", amount=Money(100000, "ILS"))
    room.clock.forward(minutes=4)
    room.log(2, "sold", amount=Money(50000, "ILS"))
    room.clock.forward(minutes=4)
    room.log(2, "sold", amount=Money(-10000, "ILS"))
    room.log(3, "lost")
    room.receive(name="a", phone="052-234-5001", campaign="April", cost="3")


class TestFigures:
    def test_are_of_all_and_of_each_campaign(self, room: Room):
        a_week(room)
        found = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1])
        total = found.total
        assert (total.leads, total.calls.of, total.calls.hits) == (3, 4, 3)
        assert [(one.campaign, one.leads) for one in found.campaigns] == [
            ("March", 2),
            ("April", 1),
        ]
        march, april = found.campaigns
        assert (march.sales, march.refunds, march.revenue) == (2, 1, Amount(140000))
        assert march.cost == Amount(5050)
        assert april.cost == Amount(300, (Money(700, "USD"),))
        assert (march.response.median, march.response.of) == (360.0, 2)

    def test_leave_out_what_was_taken_back(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=Money(1, "ILS"))
        undo(room.desk, by=lead.owner)
        found = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1])
        assert (found.total.calls.of, found.total.sales) == (0, 0)

    def test_leave_out_what_was_before_and_after(self, room: Room):
        a_week(room)
        later = figures.report_of(
            room.desk, since=WEEK[1], until=datetime(2026, 11, 29, tzinfo=UTC)
        )
        assert later.empty

    def test_are_shown_with_their_samples(self, room: Room):
        a_week(room)
        found = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1])
        for locale in ("en", "he"):
            said = digest(found, Words(locale, room.desk.settings.zone))
            assert faults_of(said) == []
            assert "75%" in said.text
            assert "₪1,400" in said.text
            assert "March" in said.text
        assert "75% of 4 calls answered" in digest(found, _english(room)).text

    def test_of_an_empty_week_say_what_to_do(self, room: Room):
        found = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1])
        said = digest(found, _english(room))
        assert faults_of(said) == []
        assert "import" in said.text

    def test_of_many_campaigns_fit(self, room: Room):
        for number in range(40):
            room.receive(phone=f"052-234-50{number:02}", campaign=f"{number} <!channel> {'x' * 90}")
        said = digest(figures.report_of(room.desk, since=WEEK[0], until=WEEK[1]), _english(room))
        assert faults_of(said) == []
        assert "35 more" in payload(said)


def _english(room: Room) -> Words:
    return Words("en", room.desk.settings.zone)


class TestTheWeeklyDigest:
    def posts(self, room: Room) -> list[str]:
        return [one.text for one in room.outside.channel("lead-digest")]

    def test_is_posted_when_due_and_once(self, room: Room):
        a_week(room)
        room.clock.set(*NEXT_SUNDAY)
        room.clock.forward(seconds=-1)
        room.tick()
        assert self.posts(room) == []
        room.tick(seconds=1)
        assert len(self.posts(room)) == 1
        for _ in range(5):
            room.tick(days=1)
        assert len(self.posts(room)) == 1
        room.tick(days=2)
        assert len(self.posts(room)) == 2

    def test_speaks_of_sunday_to_saturday(self, room: Room):
        a_week(room)
        room.clock.set(*NEXT_SUNDAY)
        room.tick()
        [text] = self.posts(room)
        assert "Nov 15" in text
        assert "Nov 21" in text

    def test_missed_while_the_bot_was_down_is_posted_late(self, room: Room):
        a_week(room)
        room.clock.set(2026, 11, 25, 7, 0)
        room.tick()
        assert len(self.posts(room)) == 1

    def test_of_weeks_before_the_first_lead_is_never_posted(self, room: Room):
        room.tick()
        assert self.posts(room) == []
        room.lead()
        for _ in range(6):
            room.tick(days=1)
        assert self.posts(room) == []

    def test_asked_for_is_posted_each_time(self, room: Room):
        for asked in ("a", "a", "b"):
            figures.post_digest(room.desk, since=WEEK[0], until=WEEK[1], asked=asked)
        room.deliver()
        assert len(self.posts(room)) == 2


class TestTheDigestsPicture:
    def ask(self, room: Room, asked: str = "a") -> None:
        figures.post_digest(room.desk, since=WEEK[0], until=WEEK[1], asked=asked)

    def test_comes_right_after_the_digest_in_the_same_channel(self, room: Room):
        a_week(room)
        room.clock.set(*NEXT_SUNDAY)
        room.tick()
        sent = [one for one in room.outside.orders if getattr(one, "to", "") == "lead-digest"]
        assert [type(one) for one in sent] == [SlackPost, SlackPictures]
        [posted] = room.outside.of(SlackPictures)
        picture = posted.pictures[0]
        assert picture.png.startswith(b"\x89PNG")
        assert "Too few leads to rank. March earned ₪1,350" in picture.alt
        assert picture.title.startswith("Profit by campaign · Sun, Nov 15")

    def test_is_put_in_line_with_the_digest_and_once(self, room: Room):
        for _ in range(2):
            self.ask(room)
        assert [row["lane"] for row in room.rows("post_digest_picture")] == ["channel:digest"]
        digest_row, picture_row = room.rows("post_digest") + room.rows("post_digest_picture")
        assert digest_row["id"] < picture_row["id"]

    def test_of_an_empty_week_is_dropped(self, room: Room):
        self.ask(room)
        room.deliver()
        assert room.states("post_digest") == ["sent"]
        assert room.states("post_digest_picture") == ["cancelled"]

    def test_that_fails_leaves_the_digest_and_the_next_ones_standing(self, room: Room):
        a_week(room)
        room.outside.trouble = lambda order: (
            DeliveryFailed("http_500") if isinstance(order, SlackPictures) else None
        )
        self.ask(room)
        room.deliver()
        self.ask(room, "b")
        room.deliver()
        assert room.states("post_digest") == ["sent", "sent"]
        assert "sent" not in room.states("post_digest_picture")
        assert len(room.outside.channel("lead-digest")) == 2

    def test_shows_what_the_digest_said_reckoned_once(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        a_week(room)
        made: list[datetime] = []
        report_of = figures.report_of

        def counted(desk: Desk, **asked: Any) -> Report:
            made.append(asked["since"])
            found = report_of(desk, **asked)
            room.receive(phone="052-234-5009", campaign="Much later", cost="900")
            return found

        monkeypatch.setattr(figures, "report_of", counted)
        self.ask(room)
        room.deliver()
        [posted] = room.outside.of(SlackPictures)
        assert made == [WEEK[0]]
        assert "Much later" not in payload(room.outside.channel("lead-digest")[0])
        assert "March earned ₪1,350" in posted.pictures[0].alt

    def test_is_reckoned_anew_where_another_process_told_it(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        a_week(room)
        monkeypatch.setattr(room.desk.told, "keep", lambda *_: None)
        self.ask(room)
        room.deliver()
        assert len(room.outside.of(SlackPictures)) == 1

    def test_is_read_in_the_teams_language(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, LOCALE="he") as room:
            a_week(room)
            self.ask(room)
            room.deliver()
            [posted] = room.outside.of(SlackPictures)
        assert "\u2068March\u2069 הרוויח" in posted.pictures[0].alt


class TestTheLastWeek:
    def test_is_the_newest_whole_one(self, room: Room):
        since, until = figures.last_week(room.desk)
        assert since.isoformat() == "2026-11-08T00:00:00+02:00"
        assert until.isoformat() == "2026-11-15T00:00:00+02:00"
