"""A follow-up that was agreed: reminded of, escalated, ended (L4.3, L4.4)."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import assign, followups, undoing
from bot.orders import DeliveryFailed, SlackPost
from bot.views.blocks import ActionId
from rules.words import Importance, Step
from tests.bot.nagging import DUE, agree, agreed, at, buttons, lead_of, reminders
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk

TEN, TWENTY = timedelta(minutes=10), timedelta(minutes=20)


class TestAHotFollowUp:
    def test_is_quiet_until_it_is_due(self, room: Room):
        owner = agree(room)
        at(room, DUE - timedelta(seconds=1))
        assert reminders(room, owner) == []

    def test_is_reminded_of_when_due_with_its_note_and_number(self, room: Room):
        owner = agree(room, note="wants the blue one")
        at(room)
        room.tick(seconds=30)
        [nudge] = reminders(room, owner)
        assert "#1 Dana Cohen" in nudge.text
        assert "052-234-5678" in nudge.text
        assert "wants the blue one" in nudge.text

    def test_can_be_answered_with_one_press(self, room: Room):
        owner = agree(room)
        at(room)
        [nudge] = reminders(room, owner)
        assert buttons(nudge) == [
            ActionId.NAG_DONE,
            ActionId.NAG_LOG,
            ActionId.SNOOZE_SHORT,
            ActionId.SNOOZE_LONG,
            ActionId.SNOOZE_TOMORROW,
            ActionId.NAG_HAND_OVER,
        ]

    def test_is_reminded_of_again_by_a_new_message_and_the_older_loses_its_buttons(
        self, room: Room
    ):
        owner = agree(room)
        at(room)
        at(room, DUE + TEN)
        older, newer = reminders(room, owner)
        assert buttons(older) == []
        assert "5678" not in older.text
        assert buttons(newer)
        assert f"<!date^{int(DUE.timestamp())}^" in newer.text
        assert f"<!date^{int((DUE + TWENTY).timestamp())}^" in newer.text

    def test_is_told_to_managers_after_twenty_minutes_and_once(self, room: Room):
        owner = agree(room)
        at(room)
        at(room, DUE + TEN)
        assert room.outside.dms(MIRI) == []
        at(room, DUE + TWENTY)
        [told] = room.outside.dms(MIRI)
        assert "#1 Dana Cohen" in told.text
        assert "5678" not in told.text
        assert buttons(told) == [ActionId.ASSIGN]
        for _ in range(3):
            room.tick(hours=1)
        assert len(room.outside.dms(MIRI)) == 1
        assert len(reminders(room, owner)) == 2

    def test_keeps_its_buttons_when_the_managers_were_told(self, room: Room):
        owner = agree(room)
        for after in (0, 10, 20):
            at(room, DUE + timedelta(minutes=after))
        assert buttons(reminders(room, owner)[-1])

    def test_that_nobody_looked_at_for_a_day_is_reminded_of_round_by_round(self, room: Room):
        owner = agree(room)
        at(room, DUE + timedelta(hours=24))
        assert len(reminders(room, owner)) == 1
        assert room.outside.dms(MIRI) == []

    def test_is_told_to_managers_of_today(self, room: Room):
        agree(room)
        room.load_team(TEAM.replace('role = "manager"', "").replace('"Avi"', '"Avi"\nrole="admin"'))
        for after in (0, 10, 20):
            at(room, DUE + timedelta(minutes=after))
        assert room.outside.dms(MIRI) == []
        assert room.outside.dms(AVI)

    def test_sends_its_newest_round_alone_when_slack_was_down(self, room: Room):
        owner = agree(room)
        room.outside.trouble = lambda order: (
            DeliveryFailed("ratelimited") if isinstance(order, SlackPost) else None
        )
        at(room)
        at(room, DUE + TEN)
        room.outside.trouble = lambda _: None
        room.tick(minutes=3)
        [nudge] = reminders(room, owner)
        assert buttons(nudge)
        assert room.states("nudge") == ["sent"]

    @pytest.mark.parametrize(("who", "said"), [(AVI, "asked for now"), (NOA, "נקבע לדבר עכשיו")])
    def test_is_read_in_the_reps_own_language(self, room: Room, who: str, said: str):
        agree(room, lead_of(room, who))
        at(room)
        assert said in reminders(room, who)[0].text


class TestLoggingEndsIt:
    def test_and_the_reminder_loses_its_buttons(self, room: Room):
        owner = agree(room)
        at(room)
        room.log(1, "noanswer")
        at(room, DUE + TEN)
        [nudge] = reminders(room, owner)
        assert buttons(nudge) == []
        assert room.followup(1) is None

    def test_and_a_waiting_reminder_never_leaves(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        room.log(1, "noanswer")
        room.tick(minutes=30)
        assert reminders(room, owner) == []
        assert room.states("nudge") == ["cancelled"]

    def test_and_managers_are_not_told(self, room: Room):
        agree(room)
        at(room)
        at(room, DUE + TEN)
        room.log(1, "lost")
        at(room, DUE + TWENTY)
        assert room.outside.dms(MIRI) == []

    def test_and_another_may_follow(self, room: Room):
        owner = agree(room)
        at(room)
        room.log(1, "followup", when=DUE + timedelta(hours=1), importance=Importance.HIGH)
        at(room, DUE + timedelta(hours=1))
        older, newer = reminders(room, owner)
        assert (buttons(older), bool(buttons(newer))) == ([], True)

    def test_also_before_it_was_due(self, room: Room):
        owner = agree(room)
        room.log(1, "lost")
        at(room)
        assert reminders(room, owner) == []

    def test_until_it_is_taken_back(self, room: Room):
        owner = agree(room)
        at(room)
        room.log(1, "lost")
        room.deliver()
        undoing.undo(room.desk, by=owner)
        room.tick(minutes=10)
        older, newer = reminders(room, owner)
        assert (buttons(older), bool(buttons(newer))) == ([], True)
        assert agreed(room).nags == 2


class TestHandingItOver:
    def test_begins_the_rounds_again_for_the_new_rep(self, room: Room):
        was = agree(room, note="likes blue")
        at(room)
        at(room, DUE + TEN)
        to = AVI if was == NOA else NOA
        assign.assign_lead(room.desk, 1, to=to, by=MIRI)
        room.tick()
        assert [buttons(one) for one in reminders(room, was)] == [[], []]
        [first] = reminders(room, to)
        assert "likes blue" in first.text
        assert f"<!date^{int(DUE.timestamp())}^" in first.text
        room.tick(minutes=10)
        room.tick(minutes=9)
        assert len(reminders(room, to)) == 2
        assert room.outside.dms(MIRI) == []
        room.tick(minutes=1)
        assert len(room.outside.dms(MIRI)) == 1

    def test_leaves_nothing_for_the_former_rep(self, room: Room):
        was = agree(room)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        assign.assign_lead(room.desk, 1, to=AVI if was == NOA else NOA, by=MIRI)
        room.tick()
        assert reminders(room, was) == []
        assert sorted(room.states("nudge")) == ["cancelled", "sent"]


class TestARestartInTheMiddle:
    def test_goes_on_where_the_rounds_stood(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            owner = agree(room)
            at(room)
            before = room.outside
        with a_desk(tmp_path, clock) as room:
            room.outside.orders += before.orders
            room.outside.messages |= before.messages
            at(room, DUE + TEN - timedelta(seconds=1))
            assert len(reminders(room, owner)) == 1
            at(room, DUE + TEN)
            older, newer = reminders(room, owner)
            assert (buttons(older), bool(buttons(newer))) == ([], True)
            at(room, DUE + TWENTY)
            assert len(room.outside.dms(MIRI)) == 1


class TestALowFollowUp:
    def test_is_never_nagged_about(self, room: Room):
        owner = agree(room, importance=Importance.LOW)
        at(room)
        room.tick(hours=1)
        room.tick(days=1)
        assert reminders(room, owner) == []
        assert room.outside.dms(MIRI) == []
        assert room.load(1).next_what is Step.FOLLOW_UP


class TestALeadAgreedOnByAManager:
    def test_is_reminded_to_its_owner(self, room: Room):
        lead = room.lead()
        room.log(1, "followup", by=MIRI, when=DUE, importance=Importance.HIGH)
        at(room)
        assert len(reminders(room, lead.owner)) == 1


class TestTheManagersChannel:
    def test_is_told_instead_of_each(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, MANAGERS_CHANNEL="bosses") as room:
            agree(room)
            for after in (0, 10, 20):
                at(room, DUE + timedelta(minutes=after))
            assert len(room.outside.channel("bosses")) == 1
            assert room.outside.dms(MIRI) == []
