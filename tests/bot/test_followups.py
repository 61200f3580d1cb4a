"""A follow-up that was agreed: reminded of, put off, escalated, ended (L4)."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import followups
from bot.views.blocks import ActionId, Message
from rules.refusals import Refused
from rules.words import Importance, Step
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk

DUE = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)


def buttons(message: Message) -> list[str]:
    return [
        element["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def nudges(room: Room, slack_id: str) -> list[Message]:
    """Give the reminders in a person's direct messages: what follows the lead's card."""
    return room.outside.dms(slack_id)[1:]


def agree(room: Room, importance: Importance = Importance.HIGH, note: str = "") -> str:
    """Agree to speak again at noon; gives the owner."""
    lead = room.lead()
    room.log(1, "followup", when=DUE, importance=importance, note=note)
    room.deliver()
    return lead.owner


def at_due(room: Room, **after: float) -> None:
    room.clock.now = DUE
    room.tick(**after)


class TestAHotFollowUp:
    def test_is_quiet_until_it_is_due(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE - timedelta(seconds=1)
        room.tick()
        assert nudges(room, owner) == []

    def test_is_reminded_of_when_due_with_its_note_and_number(self, room: Room):
        owner = agree(room, note="wants the blue one")
        at_due(room)
        room.tick(seconds=30)
        [nudge] = nudges(room, owner)
        assert "#1 Dana Cohen" in nudge.text
        assert "052-234-5678" in nudge.text
        assert "wants the blue one" in nudge.text
        assert ActionId.NAG_DONE in buttons(nudge)

    def test_is_reminded_of_again_by_a_new_message_and_the_older_loses_its_buttons(
        self, room: Room
    ):
        owner = agree(room)
        at_due(room)
        room.tick(minutes=10)
        older, newer = nudges(room, owner)
        assert buttons(older) == []
        assert buttons(newer)
        agreed = room.followup(1)
        assert agreed is not None
        told_at = agreed.due_at + timedelta(minutes=20)
        assert f"<!date^{int(told_at.timestamp())}^" in newer.text

    def test_is_told_to_managers_after_twenty_minutes_and_once(self, room: Room):
        agree(room)
        at_due(room)
        room.tick(minutes=10)
        assert room.outside.dms(MIRI) == []
        room.tick(minutes=10)
        [told] = room.outside.dms(MIRI)
        assert "#1 Dana Cohen" in told.text
        assert "5678" not in told.text
        for _ in range(3):
            room.tick(hours=1)
        assert len(room.outside.dms(MIRI)) == 1

    def test_that_nobody_looked_at_for_a_day_is_reminded_of_round_by_round(self, room: Room):
        owner = agree(room)
        at_due(room, hours=24)
        assert len(nudges(room, owner)) == 1
        assert room.outside.dms(MIRI) == []

    def test_is_told_to_managers_of_today(self, room: Room):
        agree(room)
        room.load_team(TEAM.replace('role = "manager"', "").replace('"Avi"', '"Avi"\nrole="admin"'))
        at_due(room)
        room.tick(minutes=10)
        room.tick(minutes=10)
        assert room.outside.dms(MIRI) == []
        assert room.outside.dms(AVI)


class TestLoggingEndsIt:
    def test_and_the_reminder_loses_its_buttons(self, room: Room):
        owner = agree(room)
        at_due(room)
        room.log(1, "noanswer")
        room.tick(minutes=10)
        [nudge] = nudges(room, owner)
        assert buttons(nudge) == []
        assert room.followup(1) is None

    def test_and_a_waiting_reminder_never_leaves(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        room.log(1, "noanswer")
        room.tick(minutes=30)
        assert nudges(room, owner) == []
        assert room.states("nudge") == ["cancelled"]

    def test_and_managers_are_not_told(self, room: Room):
        agree(room)
        at_due(room)
        room.tick(minutes=10)
        room.log(1, "lost")
        room.tick(minutes=10)
        assert room.outside.dms(MIRI) == []

    def test_and_another_may_follow(self, room: Room):
        owner = agree(room)
        at_due(room)
        room.log(1, "followup", when=DUE + timedelta(hours=1), importance=Importance.HIGH)
        room.tick(hours=1)
        older, newer = nudges(room, owner)
        assert (buttons(older), bool(buttons(newer))) == ([], True)

    def test_also_before_it_was_due(self, room: Room):
        owner = agree(room)
        room.log(1, "lost")
        at_due(room)
        assert nudges(room, owner) == []


class TestPuttingItOff:
    def test_begins_its_rounds_again_later(self, room: Room):
        owner = agree(room)
        at_due(room)
        done = followups.put_off(room.desk, 1, minutes=15, by=owner)
        assert done.followup.due_at == room.clock.now + timedelta(minutes=15)
        assert done.lead.next_at == done.followup.due_at
        room.tick(minutes=14)
        [first] = nudges(room, owner)
        assert buttons(first) == []
        room.tick(minutes=1)
        assert len(nudges(room, owner)) == 2
        room.tick(minutes=10)
        assert len(nudges(room, owner)) == 3
        assert room.outside.dms(MIRI) == []
        room.tick(minutes=10)
        assert len(room.outside.dms(MIRI)) == 1

    def test_does_not_speak_of_a_newer_reminder_before_there_is_one(self, room: Room):
        owner = agree(room)
        at_due(room)
        followups.put_off(room.desk, 1, minutes=15, by=owner)
        room.tick(seconds=5)
        [nudge] = nudges(room, owner)
        assert "newer" not in nudge.text
        assert "חדשה" not in nudge.text

    def test_delivered_twice_is_done_once(self, room: Room):
        owner = agree(room)
        at_due(room)
        first = followups.put_off(room.desk, 1, minutes=15, by=owner, key="t")
        room.clock.forward(minutes=1)
        again = followups.put_off(room.desk, 1, minutes=15, by=owner, key="t")
        assert again.followup.due_at == first.followup.due_at
        assert room.history(1).count("snoozed") == 1

    def test_of_one_that_ended_is_refused(self, room: Room):
        owner = agree(room)
        at_due(room)
        room.log(1, "noanswer")
        with pytest.raises(Refused, match=r"followup\.ended"):
            followups.put_off(room.desk, 1, minutes=15, by=owner)
        with pytest.raises(Refused, match=r"followup\.ended"):
            followups.lead_of(room.desk, 1)

    def test_of_one_that_is_not_there_is_refused(self, room: Room):
        with pytest.raises(Refused, match=r"followup\.ended"):
            followups.put_off(room.desk, 77, minutes=15, by=NOA)

    def test_is_for_its_owner_or_a_manager(self, room: Room):
        owner = agree(room)
        other = AVI if owner == NOA else NOA
        with pytest.raises(Refused, match=r"lead\.of_another"):
            followups.put_off(room.desk, 1, minutes=15, by=other)
        followups.put_off(room.desk, 1, minutes=15, by=MIRI)


class TestALowFollowUp:
    def test_is_never_nagged_about(self, room: Room):
        owner = agree(room, Importance.LOW)
        at_due(room)
        room.tick(hours=1)
        room.tick(days=1)
        assert nudges(room, owner) == []
        assert room.outside.dms(MIRI) == []
        assert room.load(1).next_what is Step.FOLLOW_UP


class TestALeadAgreedOnByAManager:
    def test_is_reminded_to_its_owner(self, room: Room):
        lead = room.lead()
        room.log(1, "followup", by=MIRI, when=DUE, importance=Importance.HIGH)
        at_due(room)
        assert len(nudges(room, lead.owner)) == 1


class TestTheManagersChannel:
    def test_is_told_instead_of_each(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, MANAGERS_CHANNEL="bosses") as room:
            agree(room)
            at_due(room)
            room.tick(minutes=10)
            room.tick(minutes=10)
            assert len(room.outside.channel("bosses")) == 1
            assert room.outside.dms(MIRI) == []
