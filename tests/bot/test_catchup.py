"""Many follow-ups that came due at once: one message, and one notice for the managers (L4.3)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot import assign, followups
from bot.audience import words_of
from bot.catchup import SHOWN, refreshed
from bot.views.blocks import ActionId, Message
from bot.views.nudges import Due, catch_up
from rules.lead import FollowUp, Lead
from rules.nags import Snooze
from rules.reminders import SendCatchUp
from storage import leads, nags, outbox, preferences, reps
from storage.unit import Unit
from tests.bot.nagging import DUE, SHIFTS, agree, agreed, at, buttons, lead_of, put_off, reminders
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.storage.making import PATIENCE, at_once

TEN, TWENTY = timedelta(minutes=10), timedelta(minutes=20)
CALLED = (ActionId.NAG_DONE, ActionId.NAG_LOG)
FIRST_CALL = (ActionId.NOANSWER, ActionId.TALKED, ActionId.SOLD, ActionId.ASSIGN)


def of_avi(room: Room, count: int, *, apart: timedelta = timedelta(0)) -> list[int]:
    """Agree hot follow-ups with so many customers of Avi's, some time apart; gives their leads."""
    made = [lead_of(room, AVI, number) for number in range(1, count + 1)]
    for place, lead_id in enumerate(made):
        agree(room, lead_id, when=DUE + place * apart, note=f"said {lead_id}")
    return made


def rows(message: Message) -> int:
    """Give for how many follow-ups a message has buttons."""
    return buttons(message).count(ActionId.NAG_LOG)


def only(messages: list[Message]) -> Message:
    [one] = messages
    return one


class TestWhatCameDueAtOnce:
    def test_is_a_message_each_for_two(self, room: Room):
        of_avi(room, 2)
        at(room)
        assert len(reminders(room, AVI)) == 2

    def test_is_one_message_for_three_with_a_button_for_each(self, room: Room):
        made = of_avi(room, 3)
        at(room)
        message = only(reminders(room, AVI))
        assert buttons(message) == [*CALLED, ActionId.NAG_MENU] * 3
        for lead_id in made:
            told = (f"#{lead_id} Customer {lead_id}", f"052-234-500{lead_id}", f"said {lead_id}")
            assert all(one in message.text for one in told)
        assert message.text.count(f"<!date^{int(DUE.timestamp())}^") == 3

    def test_while_the_bot_was_down_is_one_message(self, room: Room):
        of_avi(room, 5, apart=timedelta(minutes=9))
        at(room, DUE + timedelta(hours=3))
        assert rows(only(reminders(room, AVI))) == 5
        assert [agreed(room, one).nags for one in range(1, 6)] == [1] * 5

    def test_is_one_message_for_two_that_waited_for_the_shift(self, tmp_path: Path):
        night = DUE + timedelta(hours=8)
        with a_desk(tmp_path, FakeClock(), team=SHIFTS) as room:
            for lead_id in (lead_of(room, AVI, 1), lead_of(room, AVI, 2)):
                agree(room, lead_id, when=night)
            at(room, night)
            at(room, night + timedelta(hours=13))
            assert rows(only(reminders(room, AVI))) == 2

    def test_counts_as_a_round_of_each(self, room: Room):
        of_avi(room, 3)
        at(room)
        room.log(2, "lost")
        at(room, DUE + TEN)
        older, *newer = reminders(room, AVI)
        assert buttons(older) == []
        assert [len(buttons(one)) for one in newer] == [6, 6]
        at(room, DUE + TWENTY)
        assert "2 hot follow-ups" in only(room.outside.dms(MIRI)).text

    def test_takes_the_buttons_off_what_stood_alone_before(self, room: Room):
        first, second = of_avi(room, 2)
        at(room)
        third = lead_of(room, AVI, 3)
        agree(room, third, when=DUE + TEN)
        at(room, DUE + TEN)
        *alone, together = reminders(room, AVI)
        assert [buttons(one) for one in alone] == [[], []]
        assert rows(together) == 3
        assert f"<!date^{int((DUE + TWENTY).timestamp())}^" in together.text
        assert {first, second, third} == {1, 2, 3}

    def test_names_as_many_as_fit_and_says_how_many_more(self, room: Room):
        of_avi(room, SHOWN + 4)
        at(room)
        message = only(reminders(room, AVI))
        assert rows(message) == SHOWN
        assert f"{SHOWN + 4} hot follow-ups" in message.text
        assert "and 4 more" in message.text

    def test_is_each_reps_own(self, room: Room):
        of_avi(room, 3)
        agree(room, lead_of(room, NOA, 7))
        at(room)
        assert [len(buttons(one)) for one in reminders(room, NOA)] == [6]
        assert [rows(one) for one in reminders(room, AVI)] == [3]

    def test_leaves_out_what_ended_before_it_left(self, room: Room):
        of_avi(room, 3)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        room.log(1, "lost")
        room.log(2, "lost")
        room.deliver()
        assert rows(only(reminders(room, AVI))) == 1
        assert "1 hot follow-up waits" in only(reminders(room, AVI)).text

    def test_is_not_sent_when_all_ended(self, room: Room):
        of_avi(room, 3)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        for one in (1, 2, 3):
            room.log(one, "lost")
        room.tick()
        assert reminders(room, AVI) == []
        assert room.states("catch_up") == ["cancelled"]

    def test_is_not_told_to_who_switched_it_off_but_to_the_managers(self, room: Room):
        of_avi(room, 3)
        with room.desk.store.unit() as unit:
            preferences.keep(unit, AVI, ["nags"], at=room.clock.now)
            unit.commit()
        for after in (0, 10, 20):
            at(room, DUE + timedelta(minutes=after))
        assert reminders(room, AVI) == []
        assert len(room.outside.dms(MIRI)) == 1


class TestALineOfIt:
    def test_loses_its_button_when_it_is_done(self, room: Room):
        of_avi(room, 3)
        at(room)
        room.log(2, "lost")
        room.deliver()
        message = only(reminders(room, AVI))
        assert rows(message) == 2
        assert "#2 Customer 2: done" in message.text
        assert "052-234-5002" not in message.text
        assert "2 hot follow-ups" in message.text

    def test_says_that_it_was_put_off(self, room: Room):
        of_avi(room, 3)
        at(room)
        put_off(room, Snooze.LONG, by=AVI, lead_id=3)
        room.deliver()
        message = only(reminders(room, AVI))
        assert "#3 Customer 3: put off" in message.text
        assert rows(message) == 2

    def test_says_that_it_is_somebody_elses_without_the_number(self, room: Room):
        of_avi(room, 3)
        at(room)
        assign.assign_lead(room.desk, 1, to=NOA, by=MIRI)
        room.tick()
        message = only(reminders(room, AVI))
        assert "#1 Customer 1: handed over" in message.text
        assert "052-234-5001" not in message.text
        assert len(reminders(room, NOA)) == 1

    def test_keeps_its_button_when_the_managers_were_told(self, room: Room):
        of_avi(room, 4)
        for after in (0, 10, 20):
            at(room, DUE + timedelta(minutes=after))
        room.log(1, "lost")
        room.deliver()
        older, newer = reminders(room, AVI)
        assert buttons(older) == []
        assert rows(newer) == 3

    def test_says_so_when_nothing_waits_any_more(self, room: Room):
        of_avi(room, 3)
        at(room)
        for one in (1, 2, 3):
            room.log(one, "lost")
        room.deliver()
        [message] = [
            one for one in room.outside.dms(AVI) if one.text.startswith("Nothing in this reminder")
        ]
        assert buttons(message) == []


class TestTheNoticeForManagers:
    def test_names_several_with_their_reps_and_a_button_each(self, room: Room):
        of_avi(room, 3)
        for after in (0, 10, 20):
            at(room, DUE + timedelta(minutes=after))
        told = only(room.outside.dms(MIRI))
        assert buttons(told) == [ActionId.ASSIGN] * 3
        assert told.text.count(f"<@{AVI}>") == 3
        assert "5001" not in told.text

    def test_leaves_out_what_ended_before_it_left(self, room: Room):
        of_avi(room, 3)
        for after in (0, 10):
            at(room, DUE + timedelta(minutes=after))
        room.clock.now = DUE + TWENTY
        followups.nag_due(room.desk)
        room.log(1, "lost")
        room.deliver()
        told = only(room.outside.dms(MIRI))
        assert "2 hot follow-ups" in told.text
        assert "Customer 1" not in told.text

    def test_is_not_sent_when_all_ended(self, room: Room):
        of_avi(room, 2)
        for after in (0, 10):
            at(room, DUE + timedelta(minutes=after))
        room.clock.now = DUE + TWENTY
        followups.nag_due(room.desk)
        for one in (1, 2):
            room.log(one, "lost")
        room.tick()
        assert room.outside.dms(MIRI) == []


class TestFirstCallsThatWait:
    def waiting(self, room: Room) -> SendCatchUp:
        made = tuple(lead_of(room, AVI, number) for number in range(1, 5))
        room.log(made[0], "noanswer")
        assign.assign_lead(room.desk, made[1], to=NOA, by=MIRI)
        room.deliver()
        return SendCatchUp(AVI, "calls", room.clock.now.isoformat(), made)

    def test_are_one_message_too(self, room: Room):
        sent = self.waiting(room)
        with room.desk.store.unit() as unit:
            outbox.add(unit, (sent,), now=room.clock.now)
            unit.commit()
        room.deliver()
        message = room.outside.dms(AVI)[-1]
        assert "2 leads wait for their first call" in message.text
        assert buttons(message) == [*FIRST_CALL] * 2
        assert "052-234-5003" in message.text
        assert "052-234-5002" not in message.text


class TestItsWords:
    @pytest.mark.parametrize("who", [NOA, AVI])
    @pytest.mark.parametrize("about", ["nags", "calls"])
    @pytest.mark.parametrize("name", ["<!channel>", "N" * 300, "דנה"])
    def test_fit_slack_however_long_they_are(self, room: Room, who: str, about: str, name: str):
        lead = replace(room.lead(name=name), id=10**9)
        room.log(1, "followup", when=DUE, importance="high", note="x" * 900)
        due = Due(lead, agreed(room) if about == "nags" else None)
        with room.desk.store.view() as view:
            words = words_of(room.desk, view, who)
        message = catch_up([due] * SHOWN, words, BOOK, about=about, home="IL", more=99)
        assert faults_of(message) == []


class TestTwoReplicas:
    def replicas(self, room: Room, count: int = 4) -> list[Callable[[], object]]:
        """Give so many processes' ticks, each over a pool of connections of its own."""
        return [lambda: followups.nag_due(room.desk) for _ in range(count)]

    @only_postgresql
    def test_never_remind_twice(self, either_room: Room):
        room = either_room
        of_avi(room, 5)
        agree(room, lead_of(room, NOA, 8))
        for after in (0, 10, 20):
            room.clock.now = DUE + timedelta(minutes=after)
            assert at_once(self.replicas(room)) == []
            room.deliver()
        assert [len(reminders(room, one)) for one in (AVI, NOA)] == [2, 2]
        assert len(room.outside.dms(MIRI)) == 1

    @only_postgresql
    def test_hand_over_once_what_is_covered(self, either_room: Room):
        room = either_room
        of_avi(room, 5)
        away(room, AVI)
        room.clock.now = DUE
        assert at_once(self.replicas(room)) == []
        room.deliver()
        assert [room.history(one).count("covered") for one in range(1, 6)] == [1] * 5
        assert len(reminders(room, NOA)) == 1

    @only_postgresql
    def test_tear_nothing_apart_while_one_hands_over(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        room, reached, go_on = either_room, threading.Event(), threading.Event()
        of_avi(room, 5)
        away(room, AVI)
        room.clock.now = DUE
        take, load = nags.take, leads.load

        def take_slowly(unit: Unit, followup_id: int) -> FollowUp | None:
            found = take(unit, followup_id)
            if threading.current_thread() is slow:
                reached.set()
                assert go_on.wait(PATIENCE)
            return found

        def load_late(*given: Any, **named: Any) -> Lead | None:
            if threading.current_thread() is slow and not handed_over:
                handed_over.append(True)
                for one in range(1, 6):
                    assign.assign_lead(room.desk, one, to=NOA, by=MIRI)
            return load(*given, **named)

        handed_over: list[bool] = []
        slow = threading.Thread(target=followups.nag_due, args=(room.desk,), daemon=True)
        monkeypatch.setattr(nags, "take", take_slowly)
        monkeypatch.setattr(leads, "load", load_late)
        slow.start()
        assert reached.wait(PATIENCE)
        followups.nag_due(room.desk)
        go_on.set()
        slow.join(PATIENCE)
        room.deliver()
        assert len(reminders(room, NOA)) == 1


def away(room: Room, who: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_away(unit, who, until=None)
        unit.commit()


class TestVeryMany:
    def test_are_reminded_of_batch_by_batch(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(followups, "AT_ONCE", 4)
        of_avi(room, 3)
        for number in (7, 8, 9):
            agree(room, lead_of(room, NOA, number))
        room.clock.now = DUE
        assert followups.nag_due(room.desk) == 6
        room.deliver()
        assert [rows(only(reminders(room, one))) for one in (AVI, NOA)] == [3, 3]

    def test_of_one_rep_come_in_one_message(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(followups, "AT_ONCE", 4)
        of_avi(room, 9)
        at(room)
        assert [rows(one) for one in reminders(room, AVI)] == [9]


class TestItsChange:
    def test_asks_as_little_of_the_database_for_many_lines_as_for_few(self, tmp_path: Path):
        assert self.asked(tmp_path / "few", 3) == self.asked(tmp_path / "many", 12)

    def asked(self, folder: Path, count: int) -> int:
        """Let one of so many follow-ups end, and count what the message's change asks."""
        folder.mkdir()
        heard: list[str] = []

        def listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            heard.append(statement)

        with a_desk(folder, FakeClock()) as room:
            of_avi(room, count)
            at(room)
            room.log(1, "lost")
            with room.desk.store.view() as view:
                event.listen(room.desk.store.engine, "before_cursor_execute", listen)
                [_change] = refreshed(room.desk, view, 1)
        assert heard
        return len(heard)
