"""More leads than hands: the proposal by hand-counted leads, what a hold does, its end (C1)."""

from dataclasses import replace
from typing import Any

import pytest

from bot import assign, home, learning, playbooks, present_playbook, wave, why
from bot.away import come_back, go_away
from bot.desk import Desk
from bot.mine import my_leads
from bot.next import Later, next_lead
from bot.present import Present
from bot.teamboard import team_board
from bot.texts import Words
from bot.views import replies
from bot.views.away import returned
from bot.views.replies import handed as handed_words
from bot.views.teamboard import team_message
from bot.views.why import why as why_view
from rules.refusals import Refused
from rules.wave import HOLD, SHORTEN
from rules.words import Step
from tests.bot.test_merging import imported
from tests.bot.waves import (
    HOT,
    HOUR,
    NOTNOW,
    PLANNED,
    TEAM,
    ZONE,
    B,
    C,
    D,
    add,
    buttons,
    cold,
    done,
    flooded,
    handed,
    hold,
    look,
    room,
    told,
)
from tests.desk import AVI, BOOK, MIRI, NOA, Room

__all__ = ["room"]


class TestAHold:
    def test_tells_what_changes_and_for_how_many(self, room: Room):
        flooded(room)
        done = hold(room)
        assert (done.calls, room.desk.playbook.wave.hold) == (40, (D,))
        assert playbooks.newest(room.desk, MIRI).version.changed == {"wave.hold": [[], ["D"]]}

    def test_is_the_managers(self, room: Room):
        with pytest.raises(Refused, match="managers_only"):
            wave.make_stricter(room.desk, HOLD, (D,), by=AVI)
        with pytest.raises(Refused, match="managers_only"):
            wave.lift(room.desk, (D,), by=AVI)
        assert room.desk.present.version == 0

    def test_adds_to_what_is_held(self, room: Room):
        hold(room)
        hold(room, C, D)
        assert room.desk.playbook.wave.hold == (C, D)
        assert not hold(room, C).made.version.changed

    def test_pressed_twice_counts_once(self, room: Room):
        assert hold(room, key="t1").made.version.id == hold(room, key="t1").made.version.id == 1

    @pytest.mark.parametrize(
        "columns", [{}, PLANNED, {"owner": ""}], ids=["fresh", "planned", "pool"]
    )
    def test_leaves_a_tier_out_of_the_next_call(self, room: Room, columns: dict[str, Any]):
        [held] = add(room, 1, D, **columns)
        hold(room)
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        [other] = add(room, 1, C)
        found = handed(room)
        assert found.id == other
        playbooks.undo(room.desk, MIRI, room.desk.present.version)
        room.log(other, "lost", by=NOA)
        again = handed(room)
        assert again.id == held

    @pytest.mark.parametrize("kind", ["agreed", "hot", "wrote"])
    def test_keeps_what_was_agreed_and_who_wrote(self, room: Room, kind: str):
        now = room.clock.now
        columns = {"agreed": NOTNOW, "hot": HOT, "wrote": {"replied_at": now}}[kind]
        [kept_one] = add(room, 1, D, **columns | {"next_at": now - 2 * HOUR})
        hold(room)
        found = handed(room)
        assert found.id == kept_one

    def test_says_nothing_of_a_held_lead_that_would_come_next(self, room: Room):
        add(room, 1, D, next_at=room.clock.now + HOUR)
        assert next_lead(room.desk, by=NOA).lead
        hold(room)
        assert next_lead(room.desk, by=NOA) == Later(room.clock.now, held=1)

    def test_is_told_to_who_asks_for_the_next_call(self, room: Room):
        words = Words("en", ZONE)
        add(room, 40, D)
        add(room, 1, D, owner="")
        hold(room)
        found = next_lead(room.desk, by=NOA)
        assert isinstance(found, Later)
        assert handed_words(found, words) == (
            "There is nobody to call now.\n40 of yours are on hold while there are more leads "
            "than hands; agreed times come first."
        )
        found = next_lead(room.desk, by=AVI)
        assert "Leads of the pool are on hold" in handed_words(found, words)
        add(room, 1, C, next_at=room.clock.now + HOUR)
        said = handed_words(next_lead(room.desk, by=NOA), words)
        assert said.startswith("Nothing is due until today 11:00")
        assert "40 of yours are on hold" in said

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_is_left_out_of_the_reps_day_and_said(self, room: Room, locale: str):
        add(room, 40, D)
        add(room, 2, D, **HOT)
        hold(room)
        words = Words(locale, ZONE)
        mine = replies.day(my_leads(room.desk, by=NOA), words).text
        shown = str(home.show(room.desk, NOA))
        late, held = ("Due now: 2", "40 of yours are on hold")
        if locale == "he":
            late, held = ("לטיפול עכשיו: 2", "40 מהלידים שלך בהמתנה")
            assert "2 לטיפול עכשיו" in shown
            assert "40 בהמתנה" in shown
            assert held in shown
        assert late in mine
        assert held in mine
        assert "40 לטיפול" not in shown + mine

    def test_is_counted_on_the_board_with_the_pool_and_is_not_late(self, room: Room):
        add(room, 40, D, next_at=room.clock.now - 2 * HOUR)
        add(room, 460, D, owner="")
        add(room, 3, D, owner="", next_what=Step.ASSIGN)
        hold(room)
        board = team_board(room.desk, by=MIRI)
        said = team_message(board, Words("en", ZONE)).text
        assert "*On hold: 503* leads of tier D." in said
        assert f"<@{NOA}> · on shift · 0 of 40 leads · 40 on hold\n" in said
        assert "overdue" not in said
        assert "No lead waits for an owner." in said

    def test_is_told_to_who_comes_back(self, room: Room):
        add(room, 4, D)
        add(room, 1, C)
        hold(room)
        go_away(room.desk, by=NOA, until=None)
        said = returned(come_back(room.desk, by=NOA), Words("en", ZONE)).text
        assert "1 due now · 4 on hold" in said

    def test_shows_home_anew_to_who_watches_it(self, room: Room):
        add(room, 4, D)
        home.show(room.desk, NOA)
        home.refresh_watched(room.desk)
        hold(room)
        assert home.refresh_watched(room.desk) == 1

    def test_lets_a_new_lead_wait_without_an_owner(self, room: Room):
        cold(room)
        hold(room)
        lead = room.lead(kind="cold")
        room.deliver()
        assert (lead.tier, lead.owner, lead.next_what) == (D, "", Step.ASSIGN)
        assert room.history(lead.id) == ["created", "on_hold"]
        assert told(room) == told(room, NOA) == told(room, AVI) == []
        [card] = room.outside.channel()
        assert "On hold: there are more leads than hands, and tier D gets no calls" in card.text
        assert (lead.ladder_at, lead.clocked_at) == (None, None)

    def test_is_why_a_lead_is_not_called(self, room: Room):
        [held] = add(room, 1, D)
        assert not why.explain(room.desk, held, by=NOA).waits
        hold(room)
        found = why.explain(room.desk, held, by=NOA)
        assert "tier D gets no calls for now" in why_view(found, Words("en", ZONE)).text

    def test_lets_other_leads_have_their_owner(self, room: Room):
        hold(room)
        assert room.lead().owner

    def test_hands_out_what_waited_once_it_is_lifted(self, room: Room):
        cold(room)
        hold(room)
        made = [room.lead(kind="cold", phone=f"052-234-51{n:02}", email="") for n in range(10)]
        assert assign.assign_held(room.desk) == 0
        wave.lift(room.desk, (D,), by=MIRI)
        room.outside.messages.clear()
        assert assign.assign_held(room.desk) == 10
        room.deliver()
        found = [room.load(one.id) for one in made]
        assert {one.owner for one in found} == {NOA, AVI}
        assert {one.next_what for one in found} == {Step.CALL}
        assert [len(told(room, who)) for who in (NOA, AVI)] == [1, 1]
        assert "5 leads are yours now" in told(room, AVI)[0]

    def test_hands_out_a_lead_whose_tier_rose_meanwhile(self, room: Room):
        cold(room)
        hold(room)
        lead = room.lead(kind="cold")
        room.desk.present.playbook = replace(room.desk.playbook, tiers=BOOK.tiers)
        learning.follow_playbook(room.desk)
        assert assign.assign_held(room.desk) == 1
        assert room.load(lead.id).owner

    def test_hands_out_a_lead_that_left_details_again(self, room: Room):
        cold(room)
        hold(room)
        lead = room.lead(kind="cold")
        room.lead(kind="cold", note="Please call")
        assign.assign_held(room.desk)
        assert room.load(lead.id).owner

    def test_does_not_fill_a_reps_capacity(self, room: Room):
        avi = TEAM.replace('name = "Avi"', 'name = "Avi"\ncapacity = 2')
        room.load_team(avi.replace('name = "נועה"', 'name = "נועה"\ncapacity = 0'))
        add(room, 2, D, owner=AVI)
        assert room.lead().owner == ""
        hold(room)
        assert room.lead(phone="052-234-5999", email="").owner == AVI

    def test_keeps_a_file_in_the_pool(self, room: Room):
        cold(room)
        hold(room)
        imported(room, kind="cold")
        lead = room.load(1)
        assert (lead.owner, lead.next_what) == ("", Step.CALL)
        assert isinstance(next_lead(room.desk, by=AVI), Later)


class TestTheEndOfAWave:
    def test_lifts_what_a_proposal_brought_and_tells_the_managers(self, room: Room):
        flooded(room)
        hold(room)
        done(room, B, 72)
        assert look(room) == ""
        done(room, B, 1)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == ()
        [said] = told(room)
        assert "with tier D called again there are 127 calls to make by" in said
        assert "2 reps can make about 160.\n40 of today's calls are back in line." in said
        assert buttons(room) == ["Hold again"]
        assert look(room) == ""

    def test_is_in_nobodys_name_in_the_history(self, room: Room):
        flooded(room)
        hold(room)
        done(room, B, 150)
        look(room)
        made = playbooks.newest(room.desk, MIRI)
        assert (made.version.actor, made.name) == ("", "")
        assert made.version.overlay == {}

    def test_comes_when_hands_are_free_whatever_waits(self, room: Room):
        add(room, 100, B)
        add(room, 500, D, owner="")
        assert look(room) == "proposed"
        hold(room)
        assert look(room) == ""
        done(room, B, 21)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == ()
        said = told(room)[-1]
        assert "*Hands are free:* 79 calls are left to make by" in said
        assert "2 reps can make about 160. So calls go to tier D again.\n500 of" in said
        assert [look(room), look(room)] == ["", ""]

    def test_counts_the_held_calls_in(self, room: Room):
        add(room, 100, B)
        add(room, 60, D)
        hold(room)
        assert look(room) == ""

    def test_leaves_what_a_manager_wrote_by_hand(self, room: Room):
        playbooks.change(room.desk, MIRI, {"wave.hold": ["D"]})
        assert look(room) == ""
        hold(room, C)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == (D,)

    def test_leaves_what_was_taken_back_and_written_by_hand(self, room: Room):
        made = hold(room).made.version
        playbooks.undo(room.desk, MIRI, made.id)
        playbooks.change(room.desk, MIRI, {"wave.hold": ["D"]})
        assert look(room) == ""
        assert room.desk.playbook.wave.hold == (D,)

    def test_leaves_what_was_brought_again_after_it(self, room: Room):
        hold(room)
        assert look(room) == "lifted"
        hold(room, stays=True)
        assert look(room) == ""
        assert room.desk.playbook.wave.hold == (D,)

    def test_brings_c_back_before_d(self, room: Room):
        add(room, 80, C)
        add(room, 80, D)
        hold(room, C, D)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == (D,)
        assert "with tier C called again there are 80 calls" in told(room)[0]

    def test_lifts_a_short_plan(self, room: Room):
        add(room, 3, D, **PLANNED)
        wave.make_stricter(room.desk, SHORTEN, (D,), by=MIRI)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.shorten == ()
        assert buttons(room) == ["Shorten again"]

    def test_does_not_come_with_the_days_end(self, room: Room):
        flooded(room)
        hold(room)
        for hours in (7.9, 3, 15):
            room.clock.forward(hours=hours)
            assert look(room) != "lifted"
        assert room.desk.playbook.wave.hold == (D,)

    def test_outlasts_a_restart(self, room: Room):
        hold(room)
        again = Desk(room.desk.store, room.desk.settings, Present(BOOK), room.clock)
        present_playbook.refresh(again)
        assert again.playbook.wave.hold == (D,)
        assert wave.look(again) == "lifted"
