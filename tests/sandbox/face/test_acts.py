from typing import Any

import pytest

from sandbox.face.acts import carry_out
from sandbox.face.seat import HOME, WIDEST, Hit, Seat
from sandbox.face.stage import Stage
from sandbox.town import Town
from tests.sandbox.face.stages import (
    DIGEST,
    LEADS,
    MANAGERS,
    MIRI,
    MONDAY,
    NOA,
    a_message,
    a_show,
    a_stage,
)
from tests.sandbox.face.touching import GONE, Heard, touched


class TestGoing:
    def test_to_another_place_shows_it(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "go", DIGEST) == ""
        assert seat.place == DIGEST

    @pytest.mark.parametrize("place", [MANAGERS, "C0NOWHERE", "", "leads"])
    def test_where_one_is_not_a_member_stays_here(self, stage: Stage, seat: Seat, place: str):
        assert touched(stage, seat, "go", place) == GONE
        assert seat.place == LEADS

    def test_home_tells_the_app(self, stage: Stage, seat: Seat, heard: Heard):
        touched(stage, seat, "go", HOME)
        assert seat.place == HOME
        assert heard.last["user"] == NOA.id


class TestAThread:
    def test_opens_and_closes(self, town: Town, stage: Stage, seat: Seat):
        parent = a_message(town)
        a_message(town, "reply", thread_ts=parent.ts)
        assert touched(stage, seat, "thread", parent.ts) == ""
        assert seat.thread == parent.ts
        touched(stage, seat, "unthread")
        assert seat.thread == ""

    def test_that_is_not_there_does_not_open(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "thread", "1.2") == GONE
        assert seat.thread == ""

    def test_takes_no_commands(self, town: Town, stage: Stage, seat: Seat):
        seat.thread = a_message(town).ts
        assert "cannot be used in threads" in touched(stage, seat, "say", "/lead next")
        assert stage.done == set()

    def test_takes_replies(self, town: Town, stage: Stage, seat: Seat):
        seat.thread = a_message(town).ts
        assert touched(stage, seat, "say", "I called") == ""
        [_, reply] = town.slack.world.thread_of(NOA.id, LEADS, seat.thread)
        assert reply.text == "I called"


class TestWriting:
    def test_says_it_where_one_is(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "say", " hello ") == ""
        [said] = town.slack.channel("leads").messages
        assert (said.text, said.user) == ("hello", NOA.id)

    def test_nothing_says_nothing(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "say", "   ") == ""
        assert town.slack.channel("leads").messages == []

    def test_on_the_home_tab_goes_to_the_messages(self, town: Town, stage: Stage, seat: Seat):
        seat.place = HOME
        touched(stage, seat, "say", "hello")
        assert seat.place == town.slack.world.open_im(user=NOA.id).id
        assert [one.text for one in town.slack.person(NOA.id).dms][-1] == "hello"

    def test_a_command_sends_it_to_the_app_and_ticks_the_guide(
        self, stage: Stage, seat: Seat, heard: Heard
    ):
        assert touched(stage, seat, "say", "/lead noanswer 7") == ""
        assert (heard.last["text"], heard.last["user_id"]) == ("noanswer 7", NOA.id)
        assert stage.done == {"noanswer"}

    @pytest.mark.parametrize(
        ("text", "done"),
        [("/lead NEXT", {"next"}), ("/lead אין מענה 7", {"noanswer"}), ("/lead nextone", set())],
        ids=["upper", "Hebrew", "other"],
    )
    def test_a_command_is_known_by_each_of_its_names(
        self, stage: Stage, seat: Seat, heard: Heard, text: str, done: set[str]
    ):
        touched(stage, seat, "say", text)
        assert stage.done == done

    def test_what_the_guide_types_is_typed_by_its_rep(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        touched(stage, seat, "type", "/lead followup 9 high 10m")
        assert (heard.last["user_id"], seat.me) == (MIRI.id, MIRI.id)
        assert seat.place == town.slack.world.open_im(user=MIRI.id).id
        touched(stage, seat, "type", "/lead noanswer 7")
        assert (heard.last["user_id"], seat.me) == (NOA.id, NOA.id)


class TestBeingSomebodyElse:
    def test_stays_where_both_may_be(self, stage: Stage, seat: Seat):
        touched(stage, seat, "act_as", picked=MIRI.id)
        assert (seat.me, seat.place) == (MIRI.id, LEADS)

    def test_goes_to_ones_own_messages_else(self, town: Town, stage: Stage, seat: Seat):
        seat.me, seat.place = MIRI.id, MANAGERS
        touched(stage, seat, "act_as", picked=NOA.id)
        assert seat.place == town.slack.world.open_im(user=NOA.id).id

    def test_opens_their_home_on_the_home_tab(self, stage: Stage, seat: Seat, heard: Heard):
        seat.place = HOME
        touched(stage, seat, "act_as", picked=MIRI.id)
        assert seat.place == HOME
        assert heard.last["user"] == MIRI.id

    @pytest.mark.parametrize(
        "who", ["U0NOBODY", None, ["U01MIRI"]], ids=["stranger", "none", "list"]
    )
    def test_who_is_not_here_changes_nothing(self, stage: Stage, seat: Seat, who: Any):
        assert touched(stage, seat, "act_as", picked=who) == GONE
        assert seat.me == NOA.id


class TestTheClock:
    def test_runs_to_its_goal_and_ticks_the_guide(self, town: Town, stage: Stage, seat: Seat):
        touched(stage, seat, "clock", "minutes")
        assert town.calendar.hurries
        assert stage.done == {"minutes"}

    def test_does_not_run_to_what_is_no_goal(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "clock", "yesterday") == GONE
        assert not town.calendar.hurries
        assert town.calendar.now() == MONDAY
        assert stage.done == set()


class TestTheLanguage:
    def test_is_asked_for_once_it_differs(self, town: Town, seat: Seat):
        stage, asked = a_stage(a_show(town))
        touched(stage, seat, "locale", picked="en")
        assert asked == []
        touched(stage, seat, "locale", picked="he")
        assert asked == ["he"]

    @pytest.mark.parametrize("locale", ["fr", "", "..", "/tmp", None])
    def test_is_one_of_two(self, town: Town, seat: Seat, locale: str | None):
        stage, asked = a_stage(a_show(town))
        assert touched(stage, seat, "locale", picked=locale) == GONE
        assert asked == []


class TestTheRest:
    def test_of_a_seats_state_is_set(self, stage: Stage, seat: Seat):
        touched(stage, seat, "more")
        touched(stage, seat, "shown", "side")
        assert (seat.window, seat.shown) == (WIDEST, "side")
        touched(stage, seat, "tab", "mail")
        assert seat.tab == "mail"
        touched(stage, seat, "dismiss_guide")
        assert (seat.guided, seat.tab) == (False, "phone")

    @pytest.mark.parametrize("do", ["shown", "tab"])
    def test_is_none_that_the_page_does_not_have(self, stage: Stage, seat: Seat, do: str):
        assert touched(stage, seat, do, "elsewhere") == GONE
        assert (seat.shown, seat.tab) == ("place", "guide")

    def test_of_the_switch_lets_leads_arrive(self, town: Town, stage: Stage, seat: Seat):
        town.meet(address="http://127.0.0.1:9")
        before = town.arrivals.version
        touched(stage, seat, "arrivals", on=False)
        assert (town.arrivals.on, town.arrivals.version) == (False, before + 1)

    def test_dismisses_a_notice(self, stage: Stage, seat: Seat):
        seat.notice = "trouble"
        carry_out(stage, seat, Hit(do="dismiss"))
        assert seat.notice == ""

    def test_every_touch_is_a_change_and_an_unknown_one_is_none(self, stage: Stage, seat: Seat):
        before = seat.version
        touched(stage, seat, "more")
        assert seat.version > before
        before = seat.version
        touched(stage, seat, "fly")
        assert seat.version == before

    def test_nothing_is_done_while_a_world_is_set_up(self, stage: Stage, seat: Seat):
        stage.show = None
        touched(stage, seat, "go", DIGEST)
        assert seat.place == LEADS
