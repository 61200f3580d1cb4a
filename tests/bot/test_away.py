"""Away and back: said in full, obeyed at once, over by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import absence, assign, ladder
from bot.away import Gone, come_back, go_away
from bot.leavers import leave
from bot.texts import FSI, PDI, Words
from bot.views.away import gone, returned
from bot.views.blocks import ActionId
from rules.refusals import Refused
from storage import reps
from tests.databases import just_before, only_postgresql
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk, faults_of

HOUR = timedelta(hours=1)


def words(room: Room, locale: str = "en") -> Words:
    return Words(locale, room.desk.settings.zone)


def said(room: Room, done: Gone, locale: str = "en") -> str:
    message = gone(done, words(room, locale), now=room.clock.now)
    assert faults_of(message) == []
    return message.text


class TestGoingAway:
    def test_keeps_new_leads_from_the_rep(self, room: Room):
        go_away(room.desk, by=NOA, until=None)
        assert {room.lead(phone=f"052-234-500{n}").owner for n in range(4)} == {AVI}

    def test_says_all_that_follows(self, room: Room):
        until = room.clock.now + 8 * HOUR
        text = said(room, go_away(room.desk, by=AVI, until=until))
        assert text.splitlines() == [
            "You are away until Sunday 15 November 18:00.",
            "No new leads come to you, and those that wait for a first call go to who is at work.",
            "Follow-ups that come due go to a colleague at work.",
            "Then leads come again by themselves; `/lead back` ends it sooner.",
        ]

    def test_without_an_end_says_how_it_ends(self, room: Room):
        text = said(room, go_away(room.desk, by=AVI, until=None))
        assert text.startswith("You are away until you say that you are back.\n")
        assert "`/lead back` ends it" in text

    def test_names_the_deputy(self, tmp_path, clock: FakeClock):
        team = TEAM.replace('name = "Avi"', f'name = "Avi"\ndeputy = "{NOA}"')
        with a_desk(tmp_path, clock, team=team) as room:
            text = said(room, go_away(room.desk, by=AVI, until=None))
            assert f"Follow-ups that come due go to <@{NOA}> while they work." in text
            avi = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\ndeputy = "{NOA}"'
            room.load_team(avi, replace=True)
            assert NOA not in said(room, go_away(room.desk, by=AVI, until=None))

    def test_names_the_deputy_before_others(self, tmp_path, clock: FakeClock):
        more = f'{TEAM}[[rep]]\nslack_id = "U01DAN"\nname = "Dan"\n'
        team = more.replace('name = "Avi"', f'name = "Avi"\ndeputy = "{NOA}"')
        with a_desk(tmp_path, clock, team=team) as room:
            text = said(room, go_away(room.desk, by=AVI, until=None))
            assert f"go to <@{NOA}> while they work, else to another colleague" in text
            go_away(room.desk, by=NOA, until=None)
            text = said(room, go_away(room.desk, by=AVI, until=None))
            assert "Follow-ups that come due go to a colleague at work." in text

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_promises_no_colleague_where_nobody_is_there(self, room: Room, locale: str):
        go_away(room.desk, by=NOA, until=None)
        text = said(room, go_away(room.desk, by=AVI, until=None), locale)
        alone = words(room, locale).say("away.alone")
        assert alone in text.splitlines()
        assert len(text.splitlines()) == 3

    def test_promises_no_colleague_who_begins_after_they_are_back(self, tmp_path, clock: FakeClock):
        team = TEAM.replace('name = "Avi"', 'name = "Avi"\nhours = "Mon 09:00-18:00"')
        with a_desk(tmp_path, clock, team=team) as room:
            today = go_away(room.desk, by=NOA, until=clock.now + HOUR)
            week = go_away(room.desk, by=NOA, until=clock.now + 200 * HOUR)
            assert (today.others, week.others) == (False, True)

    def test_says_so_where_followups_wait(self, room: Room):
        room.desk.present.playbook = replace(room.desk.playbook, nag_away="wait")
        text = said(room, go_away(room.desk, by=AVI, until=None))
        assert "Follow-ups that come due wait for you." in text

    def test_speaks_hebrew(self, room: Room):
        text = said(room, go_away(room.desk, by=NOA, until=room.clock.now + 8 * HOUR), "he")
        assert text.startswith(f"ההפסקה שלך נמשכת עד יום ראשון 15 בנובמבר {FSI}18:00{PDI}.\n")

    def test_offers_the_way_back(self, room: Room):
        done = go_away(room.desk, by=AVI, until=None)
        message = gone(done, words(room), now=room.clock.now)
        [undo] = message.blocks[-1]["elements"]
        assert (undo["action_id"], undo["text"]["text"]) == (ActionId.COME_BACK, "Undo")

    def test_into_the_past_is_refused(self, room: Room):
        with pytest.raises(Refused, match=r"when\.past"):
            go_away(room.desk, by=AVI, until=room.clock.now)
        assert room.lead().owner in {AVI, NOA}

    @pytest.mark.parametrize(
        "act", [lambda *given, **who: go_away(*given, until=None, **who), come_back]
    )
    def test_is_for_people_of_the_team_file(self, tmp_path, clock: FakeClock, act: Any):
        with a_desk(tmp_path, clock, ADMIN_SLACK_IDS="U01ADMIN") as room:
            for who, why in (("U01ADMIN", "unlisted"), ("U01GUEST", "outsider")):
                with pytest.raises(Refused, match=why):
                    act(room.desk, by=who)

    def test_delivered_again_after_coming_back_does_nothing(self, room: Room):
        go_away(room.desk, by=NOA, until=None, key="t1")
        come_back(room.desk, by=NOA, key="t2")
        go_away(room.desk, by=NOA, until=None, key="t1")
        assert not come_back(room.desk, by=NOA).was_away


class TestComingBack:
    def test_brings_new_leads_again(self, room: Room):
        for who in (NOA, AVI):
            go_away(room.desk, by=who, until=None)
        assert room.lead().owner == ""
        come_back(room.desk, by=AVI)
        room.tick(seconds=5)
        assert room.load(1).owner == AVI

    def test_says_what_waits(self, room: Room):
        go_away(room.desk, by=NOA, until=None)
        for number in range(3):
            room.lead(phone=f"052-234-500{number}", name=f"Lead {number}", email="")
        room.log(1, "notnow", when=room.clock.now + 3 * HOUR)
        go_away(room.desk, by=AVI, until=None)
        message = returned(come_back(room.desk, by=AVI), words(room))
        assert faults_of(message) == []
        assert message.text == "You are back: new leads come to you again.\n2 due now · 1 later"
        assert message.blocks[-1]["elements"][0]["action_id"] == ActionId.NEXT

    def test_says_what_went_to_whom_meanwhile(self, room: Room):
        for number in range(6):
            lead = room.lead(phone=f"052-234-500{number}", name=f"Lead {number}", email="")
            if lead.owner != AVI:
                assign.assign_lead(room.desk, lead.id, to=AVI, by=MIRI)
        go_away(room.desk, by=AVI, until=None)
        ladder.climb_due(room.desk)
        room.deliver()
        text = returned(come_back(room.desk, by=AVI), words(room)).text
        assert text.endswith(f"\nMeanwhile 6 of your leads went to <@{NOA}>.")
        go_away(room.desk, by=AVI, until=None)
        assert "Meanwhile" not in returned(come_back(room.desk, by=AVI), words(room)).text

    def test_to_nothing_says_so(self, room: Room):
        go_away(room.desk, by=AVI, until=None)
        text = returned(come_back(room.desk, by=AVI), words(room)).text
        assert text.endswith("\nNothing waits for you.")

    def test_of_who_was_there_says_so(self, room: Room):
        text = returned(come_back(room.desk, by=MIRI), words(room)).text
        assert text.startswith("You were not away")

    def test_by_an_undo_takes_that_absence_back_alone(self, room: Room):
        first = go_away(room.desk, by=AVI, until=None)
        come_back(room.desk, by=AVI)
        room.clock.forward(minutes=5)
        second = go_away(room.desk, by=AVI, until=None)
        with pytest.raises(Refused, match=r"button\.stale"):
            come_back(room.desk, by=AVI, began=first.began)
        assert room.lead().owner == NOA
        assert come_back(room.desk, by=AVI, began=second.began).was_away

    def test_by_an_undo_leaves_an_absence_that_began_by_itself(self, room: Room):
        mine = go_away(room.desk, by=AVI, until=room.clock.now + HOUR)
        room.clock.forward(hours=2)
        with room.desk.store.unit() as unit:
            absence.begin(unit, AVI, until=None, now=room.clock.now)
            unit.commit()
        with pytest.raises(Refused, match=r"button\.stale"):
            come_back(room.desk, by=AVI, began=mine.began)

    @only_postgresql
    def test_does_not_bring_back_who_leaves_in_that_moment(self, either_room: Room):
        room = either_room
        go_away(room.desk, by=NOA, until=None)
        engine = room.desk.store.engine
        with (
            just_before(engine, "UPDATE reps", lambda: leave(room.desk, (NOA,))),
            pytest.raises(Refused, match="outsider"),
        ):
            come_back(room.desk, by=NOA)
        with room.desk.store.view() as view:
            found = reps.get(view, NOA)
        assert found is not None
        assert found.state == "paused"

    def test_comes_by_itself_when_the_time_is_over(self, room: Room):
        for who in (NOA, AVI):
            go_away(room.desk, by=who, until=room.clock.now + HOUR)
        assert room.lead().owner == ""
        room.tick(minutes=59)
        assert room.load(1).owner == ""
        room.tick(minutes=2)
        assert room.load(1).owner in {NOA, AVI}
        assert not come_back(room.desk, by=AVI).was_away
