"""Slack was down: what waited leaves in few messages, and managers hear nothing untrue (L4.3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import followups
from bot.orders import DeliveryFailed, Order, SlackPost
from bot.views.blocks import Message
from storage import nags
from tests.bot.nagging import DUE, agree, agreed, buttons, reminders
from tests.bot.test_catchup import of_avi
from tests.desk import AVI, MIRI, TEAM, FakeClock, Room, a_desk

MINUTE = timedelta(minutes=1)
DAN = "U01DAN"


@contextmanager
def refusing(room: Room, *people: str) -> Iterator[None]:
    """Let Slack take no message to these people, or to anybody where none is named."""

    def refuse(order: Order) -> DeliveryFailed | None:
        refused = isinstance(order, SlackPost) and (not people or order.to in people)
        return DeliveryFailed("internal_error") if refused else None

    room.outside.trouble = refuse
    yield
    room.outside.trouble = lambda _: None


def pass_by(room: Room, minutes: int, step: int = 1) -> None:
    """Let the clock tick once a minute, or every `step` minutes, so long."""
    for _ in range(0, minutes, step):
        room.tick(minutes=step)


def down(room: Room, minutes: int, *people: str) -> None:
    """Let Slack be down from when the first follow-up is due, and be there again since."""
    room.clock.now = DUE - MINUTE
    with refusing(room, *people):
        pass_by(room, minutes, step=5 if minutes > 60 else 1)
    pass_by(room, 3)


def of_leads(room: Room) -> list[Message]:
    """Give what the manager heard, without the word that Slack is back."""
    return [one for one in room.outside.dms(MIRI) if not one.text.startswith("*Slack: back*")]


@pytest.mark.parametrize("minutes", [25, 150])
class TestAFollowUpThatCameDueWhileSlackWasDown:
    def test_is_reminded_of_with_its_buttons(self, room: Room, minutes: int):
        owner = agree(room)
        down(room, minutes)
        [nudge] = reminders(room, owner)
        assert buttons(nudge)
        assert of_leads(room) == []

    def test_goes_through_its_rounds_from_there(self, room: Room, minutes: int):
        owner = agree(room)
        down(room, minutes)
        pass_by(room, 6)
        assert len(reminders(room, owner)) == 1
        pass_by(room, 5)
        assert len(reminders(room, owner)) == 2
        pass_by(room, 5)
        assert of_leads(room) == []
        pass_by(room, 6)
        assert len(of_leads(room)) == 1

    def test_is_told_with_all_others_in_one_message(self, room: Room, minutes: int):
        made = of_avi(room, 24, apart=5 * MINUTE if minutes == 150 else MINUTE)
        down(room, minutes)
        *before, together = reminders(room, AVI)
        assert len(before) <= 1
        assert sum(f"#{one} Customer" in together.text for one in made) >= 19
        assert {agreed(room, one).nags for one in made} <= {1, 2}
        assert of_leads(room) == []
        pass_by(room, 30)
        self.is_told_to_the_managers_with_the_others(room)

    def is_told_to_the_managers_with_the_others(self, room: Room):
        *before, notice = of_leads(room)
        assert len(before) <= 1
        assert f"{24 - len(before)} hot follow-ups" in notice.text


class TestTheManagersRound:
    def test_does_not_take_the_reps_reminder_back(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        with room.desk.store.unit() as unit:
            nags.save(unit, (replace(agreed(room), nags=2, nag_at=None),))
            unit.commit()
        room.deliver()
        [nudge] = reminders(room, owner)
        assert buttons(nudge)

    def test_waits_while_no_manager_is_reached(self, room: Room):
        made = of_avi(room, 12, apart=2 * MINUTE)
        room.clock.now = DUE - MINUTE
        with refusing(room, MIRI):
            pass_by(room, 60)
        pass_by(room, 4)
        told = room.outside.dms(MIRI)
        assert len(told) <= 2
        assert all(any(f"#{one} Customer" in each.text for each in told) for one in made)


class TestWhereOneIsNotReached:
    def test_the_other_managers_are_told_in_time(self, tmp_path: Path, clock: FakeClock):
        two = TEAM + f'[[rep]]\nslack_id = "{DAN}"\nname = "Dan"\nrole = "manager"\n'
        with a_desk(tmp_path, clock, team=two) as room:
            of_avi(room, 3, apart=5 * MINUTE)
            room.clock.now = DUE - MINUTE
            with refusing(room, MIRI):
                pass_by(room, 32)
            assert len(room.outside.dms(DAN)) == 3

    def test_managers_are_told_after_hours_all_the_same(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE - MINUTE
        with refusing(room, owner):
            pass_by(room, 200)
            assert room.outside.dms(MIRI) == []
            for _ in range(30):
                room.tick(minutes=30)
        assert room.outside.dms(MIRI) != []
