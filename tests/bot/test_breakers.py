"""Another side is down for an hour: few tries, all acts answered, all told once, all in order."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot import teamboard
from bot.breakers import Breakers, standings
from bot.orders import DeliveryFailed, Mail, Order, SlackPost, SlackUpdate, Sms
from bot.texts import Words
from bot.views.teamboard import team_message
from rules.breaker import State
from rules.retries import Failure
from rules.sides import SLACK, side_of
from storage import kept, outbox
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, payload

SLACKS = (SlackPost, SlackUpdate)
HOUR = timedelta(hours=1)
STEP = 5


class Outage:
    """Trouble for orders of some kinds, which counts the tries of each minute."""

    def __init__(self, room: Room, code: str, *kinds: type) -> None:
        self.room, self.code, self.kinds = room, code, kinds
        self.tries: Counter[int] = Counter()
        self._begun = room.clock.now
        room.outside.trouble = self

    def __call__(self, order: Order) -> DeliveryFailed | None:
        if not isinstance(order, self.kinds):
            return None
        self.tries[int((self.room.clock.now - self._begun).total_seconds() // 60)] += 1
        return DeliveryFailed(self.code)

    def end(self) -> None:
        self.room.outside.trouble = lambda _: None


def live(room: Room, span: timedelta, act: Callable[[int], object] = lambda _: None) -> None:
    """Let time pass and the bot deliver; `act` is done once a minute."""
    until, minute = room.clock.now + span, 0
    while room.clock.now < until:
        if (until - room.clock.now).total_seconds() % 60 == 0:
            act(minute)
            minute += 1
        room.courier.deliver_due()
        room.courier.keep_leases()
        room.clock.forward(seconds=STEP)


def come(room: Room, number: int) -> None:
    room.lead(phone=f"052-234-{5000 + number}", email="", name=f"Lead{number}")


def missed(room: Room, number: int) -> None:
    """Let a lead come whom nobody reaches, so that an SMS and a mail are due."""
    made = room.lead(phone=f"052-234-{5000 + number}", email=f"lead{number}@example.com")
    room.log(made.id, "noanswer")


def board(room: Room, locale: str = "en") -> str:
    found = teamboard.team_board(room.desk, by=MIRI)
    return payload(team_message(found, Words(locale, room.desk.settings.zone)))


def stands(room: Room) -> list[tuple[str, bool, int]]:
    with room.desk.store.view() as view:
        found = standings(view, now=room.clock.now)
    return [(one.side, one.until is None, one.wait) for one in found]


class TestWhileSlackIsDown:
    def test_an_hour_costs_a_few_tries_a_minute(self, room: Room):
        for number in range(20):
            come(room, number)
        outage = Outage(room, "internal_error", *SLACKS)
        live(room, HOUR, lambda minute: come(room, 100 + minute) if minute < 8 else None)
        assert 60 <= sum(outage.tries.values()) < 200
        assert max(count for minute, count in outage.tries.items() if minute) <= 5

    def test_commands_answer_and_sms_leave(self, room: Room):
        come(room, 1)
        outage = Outage(room, "http_503", *SLACKS)
        live(room, HOUR / 2)
        assert room.log(1, "noanswer").lead.attempts == 1
        live(room, timedelta(minutes=2))
        assert len(room.outside.sms) == 1
        assert outage.tries

    def test_everything_leaves_in_order_when_it_is_back(self, room: Room):
        outage = Outage(room, "URLError", *SLACKS)
        live(room, HOUR, lambda minute: come(room, minute) if minute < 24 else None)
        outage.end()
        posted: list[datetime] = []
        room.outside.on_send = lambda order: (
            posted.append(room.clock.now)
            if isinstance(order, SlackPost) and order.to == "leads"
            else None
        )
        room.clock.forward(seconds=30)
        room.deliver()
        cards = [one.text.split("#")[1].split()[0] for one in room.outside.channel()]
        assert [int(one) for one in cards] == list(range(1, 25))
        gaps = [(after - before).total_seconds() for before, after in pairwise(posted)]
        assert min(gaps) >= 1
        for rep in (NOA, AVI):
            ids = [int(one.text.split("#")[1].split()[0]) for one in room.outside.dms(rep)]
            assert ids == sorted(ids)
        assert set(room.states("post_card") + room.states("post_owner_card")) == {"sent"}

    def test_a_person_whom_nothing_reaches_stops_nobody_else(self, room: Room):
        for number in range(12):
            come(room, number)
        room.outside.trouble = lambda order: (
            DeliveryFailed("internal_error")
            if isinstance(order, SlackPost) and order.to == NOA
            else None
        )
        live(room, timedelta(minutes=10), lambda minute: come(room, 50 + minute))
        assert len(room.outside.channel()) == 22
        assert len(room.outside.dms(AVI)) >= 6

    def test_the_managers_hear_of_it_once_it_is_back(self, room: Room):
        come(room, 1)
        outage = Outage(room, "internal_error", *SLACKS)
        live(room, HOUR)
        assert ("slack", True) in [one[:2] for one in stands(room)]
        assert "Slack: stopped since" in board(room)
        outage.end()
        live(room, timedelta(minutes=2))
        told = [one.text for one in room.outside.dms(MIRI) if "back" in one.text]
        assert len(told) == 1
        assert told[0].startswith("*Slack: back* after ")
        assert "Slack: answers again since" in board(room)
        live(room, HOUR + timedelta(minutes=1))
        assert stands(room) == []


class TestWhileSlackLimits:
    def test_each_lane_rests_as_long_as_it_is_asked_to(self, room: Room):
        for number in range(10):
            come(room, number)
        asked: Counter[str] = Counter()

        def limit(order: Order) -> DeliveryFailed | None:
            if not isinstance(order, SlackPost):
                return None
            asked[order.to] += 1
            return DeliveryFailed("ratelimited", retry_after=30)

        room.outside.trouble = limit
        live(room, HOUR)
        assert max(asked.values()) <= 2 * 60 + 1
        assert room.courier.breakers.states() == {}
        room.outside.trouble = lambda _: None
        live(room, timedelta(minutes=2))
        cards = [one.text.split("#")[1].split()[0] for one in room.outside.channel()]
        assert [int(one) for one in cards] == list(range(1, 11))


class TestWhileTwilioIsDown:
    def test_sms_wait_and_mails_and_cards_leave(self, room: Room):
        outage = Outage(room, "503", Sms)
        live(room, HOUR, lambda minute: missed(room, minute) if minute < 14 else None)
        assert len(room.outside.mails) == 14
        assert set(room.states("post_card")) == {"sent"}
        assert sum(outage.tries.values()) < 60
        assert stands(room) == [("sms", True, 14)]
        assert "SMS: stopped since" in board(room)
        assert "14 wait" in board(room)
        outage.end()
        live(room, timedelta(minutes=8))
        assert room.states("sms") == ["sent"] * 14

    def test_few_sms_are_risked_where_no_answer_comes(self, room: Room):
        """One without an answer may have been sent, so it is never tried again."""
        outage = Outage(room, "unknown_if_sent", Sms)
        live(room, HOUR, lambda minute: missed(room, minute) if minute < 40 else None)
        assert sum(outage.tries.values()) < 25
        assert Counter(room.states("sms"))["waiting"] > 15

    def test_the_managers_hear_of_it_once_and_of_its_end_once(self, room: Room):
        outage = Outage(room, "503", Sms)
        live(room, timedelta(minutes=30), lambda minute: missed(room, minute))
        outage.end()
        live(room, timedelta(minutes=10))
        about = [one.text for one in room.outside.dms(MIRI) if "SMS" in one.text]
        assert [one.split(":")[0] for one in about] == ["⚠️ *SMS", "*SMS"]

    def test_a_short_fault_is_told_to_nobody(self, room: Room):
        outage = Outage(room, "503", Sms)
        live(room, timedelta(minutes=2), lambda minute: missed(room, minute))
        outage.end()
        live(room, timedelta(minutes=10))
        assert [one for one in room.outside.dms(MIRI) if "SMS:" in one.text] == []


class TestWhileTheMailServerIsDown:
    @pytest.mark.parametrize("code", ["ConnectionRefusedError", "TimeoutError", "smtp_451"])
    def test_mails_wait_and_leave_in_the_end(self, room: Room, code: str):
        outage = Outage(room, code, Mail)
        live(room, HOUR, lambda minute: missed(room, minute) if minute < 10 else None)
        assert len(room.outside.sms) == 10
        assert sum(outage.tries.values()) < 120
        outage.end()
        live(room, timedelta(minutes=3))
        assert room.states("email") == ["sent"] * 10


class TestALookThatIsMadeByItself:
    def test_is_shown_when_it_fails_for_long(self, room: Room):
        for _ in range(10):
            room.courier.breakers.looked("imap", "ConnectionRefusedError")
            room.clock.forward(seconds=10)
        assert stands(room) == [("imap", True, 0)]
        assert "The mailbox: stopped since" in board(room)
        assert "תיבת המייל: תקלה מאז" in board(room, "he")
        room.courier.breakers.looked("imap", "")
        assert "The mailbox: answers again since" in board(room)

    def test_is_not_shown_for_a_moments_fault(self, room: Room):
        room.courier.breakers.looked("imap", "ConnectionResetError")
        room.courier.breakers.looked("imap", "")
        assert stands(room) == []


class TestAProcessThatBeginsAnew:
    def test_tries_one_order_first_and_knows_since_when(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            Outage(room, "503", Sms)
            live(room, timedelta(minutes=10), lambda minute: missed(room, minute))
            with room.desk.store.view() as view:
                [before] = standings(view, now=clock.now)
        with a_desk(tmp_path, clock) as room:
            assert room.courier.breakers.states() == {"sms": State.HALF_OPEN}
            outage = Outage(room, "503", Sms)
            room.courier.deliver_due()
            assert sum(outage.tries.values()) == 1
            outage.end()
            live(room, timedelta(minutes=7))
            assert set(room.states("sms")) == {"sent"}
            with room.desk.store.view() as view:
                [after] = standings(view, now=clock.now)
        assert (after.since, after.until is None) == (before.since, False)


class TestWhatCouldNotBeKept:
    def test_is_kept_by_the_next_look(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        def refuse(*_given: object, **_more: object) -> None:
            raise OSError

        missed(room, 1)
        monkeypatch.setattr(kept, "put", refuse)
        for number in range(9):
            room.courier.breakers.looked("imap", "OSError")
            room.clock.forward(seconds=10 + number)
        assert stands(room) == []
        monkeypatch.undo()
        room.courier.keep_leases()
        assert stands(room) == [("imap", True, 0)]


class TestASide:
    def test_of_every_effect_is_slack_or_a_lane_of_its_own(self, room: Room):
        missed(room, 1)
        with room.desk.store.unit() as unit:
            rows = outbox.claim(unit, owner="x", now=room.clock.now + HOUR, lease=HOUR, most=99)
        sides = {row.effect.kind: side_of(row.effect) for row in rows}
        assert sides.pop("sms") == "sms"
        assert sides.pop("email") == "email"
        assert set(sides.values()) == {SLACK}

    def test_that_was_asked_for_while_it_rests_is_not_down(self, room: Room):
        held = Breakers(room.desk, lambda: 0.0)
        missed(room, 1)
        with room.desk.store.unit() as unit:
            rows = outbox.claim(unit, owner="x", now=room.clock.now + HOUR, lease=HOUR, most=99)
        for row in rows * 3:
            assert not held.failed(row, Failure("ratelimited", retry_after=30))
        assert held.states() == {}
