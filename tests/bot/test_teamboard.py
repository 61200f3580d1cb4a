"""The managers' board: speed, the team's loads, what nobody has, what did not arrive."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import approvals, home, stages, teamboard
from bot.away import go_away
from bot.orders import DeliveryFailed, Sms
from bot.texts import FSI, PDI, Words
from bot.views.blocks import ActionId, Message
from bot.views.teamboard import team_message
from rules.acts import MoveStage
from rules.playbook import Wave
from rules.refusals import Refused
from rules.words import Importance, Stage, Tier
from storage import kept
from storage import leads as stored_leads
from storage import messages as stored_messages
from tests.bot.test_home import elements, text_of
from tests.desk import AVI, MIRI, NOA, Room, faults_of


def board(room: Room, locale: str = "en", **pages: int) -> Message:
    """Give the board as a manager's private message, checked as Slack would."""
    found = teamboard.team_board(room.desk, by=MIRI, pages=pages)
    made = team_message(found, Words(locale, room.desk.settings.zone))
    assert faults_of(made) == []
    return made


def shown(room: Room, locale: str = "en", **pages: int) -> str:
    return text_of({"blocks": board(room, locale, **pages).blocks})


def values(message: Message, action: ActionId) -> list[str]:
    found = elements({"blocks": message.blocks})
    return [one["value"] for one in found if one["action_id"] == action]


def lead(room: Room, number: int, **fields: Any) -> int:
    given = {"name": f"Lead {number}", "phone": f"052-234-{5000 + number}", "email": ""}
    return room.lead(**(given | fields)).id


def called(room: Room, lead_id: int, waited: float) -> None:
    """Say that a lead was called now for the first time, after so many working minutes."""
    made = replace(room.load(lead_id), first_call_at=room.clock.now, waited=waited)
    with room.desk.store.unit() as unit:
        stored_leads.save(unit, made)
        unit.commit()


def fail(room: Room, code: str) -> None:
    """Let every SMS fail for good from now on, and the first one leave."""
    room.outside.trouble = lambda order: DeliveryFailed(code) if isinstance(order, Sms) else None
    room.log(lead(room, 1), "noanswer")
    room.clock.forward(seconds=40)
    room.deliver()


def bare(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "")


def nobody_free(room: Room) -> None:
    for who in (NOA, AVI):
        go_away(room.desk, by=who, until=None)


class TestTheBoard:
    def test_is_for_managers(self, room: Room):
        with pytest.raises(Refused, match="managers_only"):
            teamboard.team_board(room.desk, by=AVI)
        with pytest.raises(Refused, match="outsider"):
            teamboard.team_board(room.desk, by="U01GUEST")

    def test_of_a_new_desk_has_no_figures_and_no_faults(self, room: Room):
        text = shown(room)
        assert "*First calls today:* none yet" in text
        assert "No leads and no calls yet in these days." in text
        assert "No follow-up is more than an hour past its time." in text
        assert "No lead waits for an owner." in text

    def test_tells_it_all_in_its_text_too(self, room: Room):
        nobody_free(room)
        lead(room, 1)
        text = board(room).text
        assert text.startswith("The team since Sun, Nov 15\n*First calls today:*")
        assert "*Without an owner: 1*\n*#1 Lead 1*" in text

    def test_has_the_response_of_today_and_of_the_week(self, room: Room):
        called(room, lead(room, 1), 20.0)
        room.clock.forward(days=1)
        called(room, lead(room, 2), 4.0)
        text = shown(room)
        assert "wait" not in text.partition("waited longer than 5 min.")[2].partition("Reps")[0]
        assert "*First calls today:* after 4 min of working time (median of 1)" in text
        assert "*First calls this week:* after 12 min of working time (median of 2)" in text
        assert "1 of 2 waited longer than 5 min." in text

    def test_counts_who_waits_still_among_those_who_waited_too_long(self, room: Room):
        for number in range(3):
            lead(room, number)
        room.clock.forward(minutes=50)
        called(room, lead(room, 4), 3.0)
        lead(room, 5)
        text = shown(room)
        assert "3 of 4 waited longer than 5 min; 3 of them wait still." in text
        assert "*4 wait for a first call now:* the longest waiting came <!date^" in text
        assert "1 of 1" not in text
        hebrew = bare(shown(room, "he"))
        assert "3 מתוך 4 המתינו יותר מ־5 דק׳; 3 מהם עדיין ממתינים." in hebrew

    def test_counts_the_minutes_of_the_owners_shift_alone(self, room: Room):
        room.load_team(
            f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\nhours = "Sun-Thu 09:00-10:03"',
            replace=True,
        )
        room.load_team(f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"')
        lead(room, 1)
        room.clock.forward(hours=5)
        assert "*1 waits for a first call now:*" in shown(room)
        assert "waited longer" not in shown(room)
        room.clock.forward(hours=18, minutes=3)
        assert "1 of 1 waited longer than 5 min; 1 of them wait" in shown(room)

    def test_tells_apart_who_came_outside_hours(self, room: Room):
        hours = 'hours = "Sun-Thu 09:00-18:00"'
        room.load_team(f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\n{hours}', replace=True)
        room.load_team(f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"')
        room.clock.forward(hours=9)
        lead(room, 1)
        text = shown(room)
        assert "1 came outside hours: its first call is from <!date^" in text
        assert "Monday 16 November 2026 09:00" in text
        assert "wait for a first call now" not in text

    def test_is_shown_anew_when_a_first_call_has_waited_too_long(self, room: Room):
        lead(room, 1)
        home.show(room.desk, MIRI)
        room.clock.forward(minutes=4)
        home.refresh_watched(room.desk)
        assert home.refresh_watched(room.desk) == 0
        room.clock.forward(minutes=1)
        assert home.refresh_watched(room.desk) == 1

    def test_has_a_line_for_each_rep(self, room: Room):
        number = lead(room, 1)
        owner = room.load(number).owner
        room.clock.forward(minutes=5)
        mine, other = f"• <@{owner}> · on shift · 1 of 40 leads · 1 due", "on shift · 0 of 40 leads"
        lines = [line for line in shown(room).splitlines() if line.startswith("•")]
        assert lines[0].startswith(f"{mine} · one waits for its first call since <!date^")
        assert lines[1].endswith(other)
        assert len(lines) == 2

    def test_says_who_is_away_and_until_when(self, room: Room):
        go_away(room.desk, by=AVI, until=room.clock.now + timedelta(hours=1))
        assert f"<@{AVI}> · away until <!date^" in shown(room)
        go_away(room.desk, by=AVI, until=None)
        assert f"<@{AVI}> · away · 0 of 40" in shown(room)

    def test_says_who_is_off_shift(self, room: Room):
        room.load_team(f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\nhours = "Mon 09:00-10:00"')
        assert f"<@{AVI}> · off shift" in shown(room)

    def test_has_the_overdue_first(self, room: Room):
        lead(room, 1)
        busy = room.load(1).owner
        room.clock.forward(hours=2)
        [first, _] = [line for line in shown(room).splitlines() if line.startswith("•")]
        assert first.startswith(f"• <@{busy}>")
        assert "1 overdue" in first

    def test_speaks_hebrew(self, room: Room):
        nobody_free(room)
        lead(room, 1)
        text = shown(room, "he")
        assert text.startswith("הצוות מאז")
        assert "*ממתינים לשיוך: 1*" in text


class TestItsLists:
    def test_have_followups_past_their_hour(self, room: Room):
        number = lead(room, 1)
        due = room.clock.now + timedelta(minutes=10)
        room.log(number, "followup", when=due, importance=Importance.HIGH)
        room.clock.forward(minutes=69)
        assert "Follow-ups past their time" not in shown(room)
        room.clock.forward(minutes=1)
        text = shown(room)
        assert "*Follow-ups past their time: 1*\n*#1 Lead 1* · ⏰ hot, agreed for <!date^" in text
        assert values(board(room), ActionId.ASSIGN) == ["1"]

    def test_have_leads_without_an_owner_in_pages(self, room: Room):
        nobody_free(room)
        for number in range(7):
            lead(room, number)
        first = board(room)
        assert values(first, ActionId.ASSIGN) == ["1", "2", "3", "4", "5"]
        assert values(first, ActionId.HOME_PAGE) == ["unassigned:1"]
        second = board(room, unassigned=1)
        assert values(second, ActionId.ASSIGN) == ["6", "7"]
        assert values(second, ActionId.PAGE_BACK) == ["unassigned:0"]

    def test_tell_what_is_on_hold_apart(self, room: Room):
        nobody_free(room)
        lead(room, 1)
        tier = room.load(1).tier
        held = replace(room.desk.playbook, wave=Wave(hold=(tier,)))
        room.desk.present.playbook = held
        text = shown(room)
        assert f"*On hold: 1* lead of tier {tier}. There are more leads than hands" in text
        assert "Without an owner" not in text

    def test_have_no_hold_where_there_is_none(self, room: Room):
        assert "On hold" not in shown(room)
        room.desk.present.playbook = replace(room.desk.playbook, wave=Wave(hold=(Tier.D,)))
        assert "*On hold: 0* leads of tier D" in shown(room)

    def test_have_what_came_in_and_could_not_be_used(self, room: Room):
        room.receive(name="Dana")
        room.receive_raw(b"{")
        text = shown(room)
        assert "*Came in and could not be used: 2.*" in text
        assert "• website · could not be read" in text
        assert "• website · no phone and no email" in text

    @pytest.mark.parametrize(
        ("counts", "words"),
        [
            ({"day_late": 2, "owner_away": 1}, "*Between the chairs: 3 leads*"),
            ({}, "At the last look at all leads, <!date^"),
        ],
    )
    def test_have_what_is_between_the_chairs(self, room: Room, counts: dict[str, int], words: str):
        assert values(board(room), ActionId.LOOSE_ENDS) == []
        with room.desk.store.unit() as unit:
            found = {"at": room.clock.now.isoformat(), "counts": counts}
            kept.put(unit, "loose_ends", found, at=room.clock.now)
            unit.commit()
        assert words in shown(room)
        assert len(values(board(room), ActionId.LOOSE_ENDS)) == 1

    @pytest.mark.parametrize("what", ["unassigned", "overdue", "followup"])
    def test_claim_nothing_of_all_leads_that_they_themselves_contradict(
        self, room: Room, what: str
    ):
        with room.desk.store.unit() as unit:
            found = {"at": room.clock.now.isoformat(), "counts": {}}
            kept.put(unit, "loose_ends", found, at=room.clock.now)
            unit.commit()
        if what == "unassigned":
            nobody_free(room)
        number = lead(room, 1)
        if what == "followup":
            due = room.clock.now + timedelta(minutes=1)
            room.log(number, "followup", when=due, importance=Importance.HIGH)
        assert ("each had an owner" in shown(room)) is (what != "unassigned")
        room.clock.forward(hours=2)
        assert "each had an owner" not in shown(room)
        assert "The last look at all leads was <!date^" in shown(room)


class TestAnSqoThatWaits:
    def ask(self, room: Room, number: int, reason: str = "") -> int:
        made = lead(room, number)
        command = MoveStage(made, Stage.SQO, reason)
        approvals.request(room.desk, command, by=room.load(made).owner)
        return made

    def test_has_who_asked_when_and_why_with_both_answers(self, room: Room):
        owner = room.load(self.ask(room, 1, "budget agreed")).owner
        room.clock.forward(hours=2)
        made = board(room)
        text = bare(text_of({"blocks": made.blocks}))
        assert "*SQOs that wait for a decision: 1*" in text
        assert f"*#1 Lead 1* · lead · <@{owner}> asked <!date^" in text
        assert "“budget agreed”" in text
        [line] = values(made, ActionId.APPROVE_SQO)
        assert values(made, ActionId.REJECT_SQO) == [line]
        assert approvals.approve(room.desk, int(line), by=MIRI).lead.stage is Stage.SQO

    @pytest.mark.parametrize(
        ("locale", "words"),
        [("en", "No SQO waits for a decision."), ("he", "אין ליד שממתין לאישור כהזדמנות.")],
    )
    def test_that_is_none_is_said(self, room: Room, locale: str, words: str):
        assert words in shown(room, locale)

    def test_is_gone_once_decided_or_once_its_lead_moved_on(self, room: Room):
        for number in (1, 2, 3):
            self.ask(room, number)
        first, *_ = values(board(room), ActionId.APPROVE_SQO)
        approvals.reject(room.desk, int(first), "no budget", by=MIRI)
        stages.move(room.desk, 2, Stage.DISQUALIFIED, by=MIRI, reason="spam")
        text = shown(room)
        assert "decision: 1*" in text
        assert "#3 Lead 3" in text

    def test_does_not_wait_of_a_lead_that_was_closed_and_came_back(self, room: Room):
        self.ask(room, 1)
        stages.move(room.desk, 1, Stage.DISQUALIFIED, by=MIRI, reason="spam")
        room.clock.forward(minutes=5)
        stages.move(room.desk, 1, Stage.LEAD, by=MIRI)
        assert values(board(room), ActionId.APPROVE_SQO) == []

    def test_stands_in_pages_the_longest_waiting_first(self, room: Room):
        for number in range(1, 8):
            self.ask(room, number)
            room.clock.forward(minutes=1)
        first, second = (board(room, asked=number) for number in (0, 1))
        assert "decision: 7*" in text_of({"blocks": first.blocks})
        assert [len(values(one, ActionId.APPROVE_SQO)) for one in (first, second)] == [3, 3]
        assert "#1 Lead 1" in text_of({"blocks": first.blocks})
        assert values(first, ActionId.HOME_PAGE) == ["asked:1"]

    def test_brings_the_board_up_to_date(self, room: Room):
        made = lead(room, 1)
        with room.desk.store.view() as view:
            before = teamboard.mark(room.desk, view)
        command = MoveStage(made, Stage.SQO, "")
        approvals.request(room.desk, command, by=room.load(made).owner)
        with room.desk.store.view() as view:
            assert teamboard.mark(room.desk, view) != before


class TestWhatCouldNotBeDelivered:
    def test_is_listed_with_both_ways_out(self, room: Room):
        fail(room, "21408")
        assert "*Could not be delivered: 1*\nSMS · *#1 Lead 1* · 21408 · <!date^" in shown(room)
        [row] = [row for row in room.rows("sms") if row["state"] == "dead"]
        assert values(board(room), ActionId.RETRY_DEAD) == [str(row["id"])]
        assert values(board(room), ActionId.DISMISS_DEAD) == [str(row["id"])]

    def test_is_tried_again_and_written_down_as_sent(self, room: Room):
        fail(room, "21408")
        [row] = room.rows("sms")
        room.outside.trouble = lambda _: None
        teamboard.retry_dead(room.desk, row["id"], by=MIRI)
        assert "Could not be delivered" not in shown(room)
        room.deliver()
        assert [one.to for one in room.outside.sms] == ["+972522345001"]
        with room.desk.store.view() as view:
            assert [one.state for one in stored_messages.of_lead(view, 1)] == ["sent"]

    def test_comes_back_to_the_board_when_it_fails_again(self, room: Room):
        fail(room, "21408")
        teamboard.retry_dead(room.desk, room.rows("sms")[0]["id"], by=MIRI)
        room.deliver()
        assert "*Could not be delivered: 1*" in shown(room)

    def test_that_may_have_arrived_asks_before_it_is_sent_again(self, room: Room):
        fail(room, "unknown_if_sent")
        assert "may have arrived all the same" in shown(room)
        found = elements({"blocks": board(room).blocks})
        asks = {one["action_id"] for one in found if "confirm" in one}
        assert asks == {ActionId.RETRY_DEAD}

    def test_that_surely_did_not_arrive_asks_nothing(self, room: Room):
        fail(room, "21408")
        assert not [one for one in elements({"blocks": board(room).blocks}) if "confirm" in one]

    def test_is_dismissed(self, room: Room):
        fail(room, "21408")
        [row] = room.rows("sms")
        teamboard.dismiss_dead(room.desk, row["id"], by=MIRI)
        assert "Could not be delivered" not in shown(room)
        room.tick(hours=1)
        assert room.states("sms") == ["dismissed"]

    @pytest.mark.parametrize("act", [teamboard.retry_dead, teamboard.dismiss_dead])
    def test_is_decided_on_once_and_by_managers(self, room: Room, act: Any):
        fail(room, "21408")
        [row] = room.rows("sms")
        with pytest.raises(Refused, match="managers_only"):
            act(room.desk, row["id"], by=AVI)
        act(room.desk, row["id"], by=MIRI)
        with pytest.raises(Refused, match="not_dead"):
            act(room.desk, row["id"], by=MIRI)

    def test_brings_the_board_up_to_date(self, room: Room):
        home.show(room.desk, MIRI)
        home.refresh_watched(room.desk)
        fail(room, "21408")
        home.refresh_watched(room.desk)
        room.deliver()
        teamboard.dismiss_dead(room.desk, room.rows("sms")[0]["id"], by=MIRI)
        assert home.refresh_watched(room.desk) == 1
