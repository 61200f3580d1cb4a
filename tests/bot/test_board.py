"""The pinned message of the leads channel: how fast first calls are made today (C1)."""

from datetime import UTC, datetime

from bot import board
from bot.orders import DeliveryFailed, SlackPost
from bot.views.blocks import Message
from rules.words import Importance
from storage import kept
from tests.desk import DANA, FakeClock, Room, a_desk

MORNING = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
"""10:00 in Jerusalem."""


def show(room: Room) -> bool:
    """Do what the clock does once a minute, and deliver."""
    changed = board.show_board(room.desk)
    room.deliver()
    return changed


def boards(room: Room) -> list[Message]:
    return [one for one in room.outside.channel() if one.text.startswith("⏱")]


def call(room: Room, number: int, *, minutes: float) -> None:
    """Take a lead in, and log its first call so many minutes later."""
    made = room.lead(phone=f"052-234-{5000 + number}", email="", name=f"Lead {number}")
    room.clock.forward(minutes=minutes)
    room.log(made.id, "noanswer")


class TestTheBoard:
    def test_is_not_there_before_the_first_lead(self, room: Room):
        assert show(room) is False
        assert boards(room) == []

    def test_is_made_and_pinned_with_the_first_lead(self, room: Room):
        room.lead()
        assert show(room) is True
        [made] = boards(room)
        assert "no first call yet" in made.text
        came = int(MORNING.timestamp())
        assert "now: 1" in made.text
        assert f"<!date^{came}^{{ago}}" in made.text
        [order] = [one for one in room.outside.of(SlackPost) if one.message == made]
        assert order.pinned

    def test_shows_todays_median_and_of_how_many(self, room: Room):
        for number, minutes in enumerate((4, 12, 50)):
            call(room, number, minutes=minutes)
        show(room)
        [made] = boards(room)
        assert "12 min" in made.text
        assert "3 first calls" in made.text
        assert "Nobody waits" in made.text

    def test_shows_working_time_beside_the_clock(self, tmp_path, clock: FakeClock):
        hours = '[[rep]]\nslack_id = "U01NOA"\nname = "Noa"\nhours = "Sun-Thu 09:00-18:00"\n'
        with a_desk(tmp_path, clock, team=hours) as room:
            clock.now = MORNING.replace(hour=4)  # 06:00, three hours before the shift
            call(room, 1, minutes=190)
            show(room)
            [made] = boards(room)
        assert "10 min* in working time" in made.text
        assert "3 h 10 min by the clock" in made.text
        assert "one first call" in made.text

    def test_tells_apart_who_came_outside_hours(self, tmp_path, clock: FakeClock):
        hours = '[[rep]]\nslack_id = "U01NOA"\nname = "Noa"\nhours = "Sun-Thu 09:00-18:00"\n'
        with a_desk(tmp_path, clock, team=hours) as room:
            clock.now = MORNING.replace(hour=4)
            for number in range(3):
                room.lead(phone=f"052-234-{5000 + number}", email="")
            show(room)
            [made] = boards(room)
            assert "3 came outside hours: first calls from <!date^" in made.text
            assert "Sunday 15 November 2026 09:00" in made.text
            assert "Nobody waits" not in made.text
            assert show(room) is False
            clock.now = MORNING.replace(hour=7)
            assert show(room) is True
            assert "now: 3." in boards(room)[0].text
            assert "outside" not in boards(room)[0].text

    def test_is_changed_in_place_and_only_when_its_figures_changed(self, room: Room):
        room.lead()
        show(room)
        assert show(room) is False
        room.clock.forward(minutes=5)
        assert show(room) is False
        room.log(1, "noanswer")
        assert show(room) is True
        [made] = boards(room)
        assert "one first call" in made.text

    def test_counts_what_is_agreed_on_as_called(self, room: Room):
        room.lead()
        when = room.clock.now.replace(hour=12)
        room.log(1, "followup", when=when, importance=Importance.HIGH)
        show(room)
        assert "one first call" in boards(room)[0].text

    def test_begins_anew_at_the_teams_midnight(self, room: Room):
        call(room, 1, minutes=4)
        show(room)
        room.clock.now = datetime(2026, 11, 15, 22, 1, tzinfo=UTC)
        assert show(room) is True
        assert "no first call yet" in boards(room)[0].text

    def test_leaves_out_what_was_imported(self, room: Room):
        made = room.lead(received_at="2026-11-10T08:00:00+00:00")
        room.log(made.id, "noanswer")
        show(room)
        [shown] = boards(room)
        assert "no first call yet" in shown.text
        assert "Nobody waits" in shown.text

    def test_is_made_again_where_it_was_deleted(self, room: Room):
        room.lead()
        show(room)
        self.forget(room)
        room.log(1, "noanswer")
        assert show(room) is True
        assert len(boards(room)) == 2

    def forget(self, room: Room) -> None:
        """Let Slack answer, as it does once, that the message is gone."""
        with room.desk.store.unit() as unit:
            place = kept.get(unit, board.BOARD)
            assert place
            kept.put(unit, board.BOARD, place | {"ts": "", "text": ""}, at=room.clock.now)
            unit.commit()

    def test_moves_to_another_channel_with_the_leads(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            room.lead()
            show(room)
        with a_desk(tmp_path, clock, LEADS_CHANNEL="sales") as room:
            assert show(room) is True
            assert len([one for one in room.outside.channel("sales") if "⏱" in one.text]) == 1

    def test_is_not_asked_for_again_and_again_where_it_can_not_stand(self, room: Room):
        room.outside.trouble = lambda order: (
            DeliveryFailed("channel_not_found") if getattr(order, "pinned", False) else None
        )
        room.lead(**DANA)
        assert show(room) is True
        assert show(room) is False
        assert room.states("board") == ["dead"]
