"""The team changed in Slack: each button and modal, with Slack's payloads (C3, C5)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import guide, holidays, leavers, team_edits
from bot.team import whole_team
from bot.views.blocks import ActionId, Message
from handlers.answers import Errors, OpenModal, Say
from handlers.home import home_of
from handlers.submits import Submitted
from rules.team import KEYS, Rep
from rules.words import Importance, Outcome
from sandbox.blockkit import check_view
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk
from tests.handlers.test_actions import click, pick, submit
from tests.handlers.test_commands import say
from tests.handlers.test_home import AT_HOME
from tests.handlers.test_slack import Office, server

DANA, BOSS, GIL = "U01DANA", "U01BOSS", "U01GUEST"
WITH_BOSS = f'[[rep]]\nslack_id = "{BOSS}"\nname = "Ruth"\nrole = "admin"\nlocale = "en"'


def person(slack_id: str) -> dict[str, Any]:
    return {"selected_user": slack_id}


def text(value: str) -> dict[str, Any]:
    return {"value": value}


def rep_of(room: Room, slack_id: str) -> Rep:
    return next(one for one in whole_team(room.desk) if one.slack_id == slack_id)


def names(room: Room) -> set[str]:
    return {one.slack_id for one in whole_team(room.desk) if one.state != "paused"}


def opened(room: Room, action: ActionId, value: object, *, who: str = MIRI) -> dict[str, Any]:
    answer = click(room, who, action, value)
    assert isinstance(answer, OpenModal), answer.message.text
    return answer.view


def edited(room: Room, slack_id: str, *, who: str = MIRI, **given: Any) -> Any:
    return submit(room, who, opened(room, ActionId.TEAM_EDIT, slack_id, who=who), **given)


def added(room: Room, slack_id: str, *, who: str = MIRI, **given: Any) -> Any:
    view = opened(room, ActionId.TEAM_ADD, "add", who=who)
    return submit(room, who, view, member=person(slack_id), **given)


def left(room: Room, action: ActionId, slack_id: str, *, who: str = MIRI) -> Message:
    done = submit(room, who, opened(room, action, slack_id, who=who))
    assert isinstance(done, Submitted)
    return done.said


def pressed(message: Message) -> set[tuple[str, str]]:
    """Give every button of a message: its name and value."""
    return {
        (one["action_id"], one["value"])
        for block in message.blocks
        for one in [*block.get("elements", ()), block.get("accessory") or {}]
        if one.get("type") == "button"
    }


def people(room: Room, *, who: str = MIRI, page: int = 0) -> Message:
    answer = click(room, who, ActionId.TEAM_PEOPLE, page)
    assert isinstance(answer, Say)
    return answer.message


@pytest.fixture
def boss(room: Room) -> str:
    """Let an administrator join; gives who."""
    room.load_team(WITH_BOSS)
    return BOSS


class TestTheList:
    def test_is_opened_from_the_team_board(self, room: Room):
        doors = {name for name, _ in pressed(say(room, MIRI, "team"))}
        assert {ActionId.TEAM_ADD, ActionId.TEAM_PEOPLE} <= doors

    def test_has_each_member_with_their_buttons(self, room: Room):
        listed = people(room)
        assert "*The team: 3*" in listed.text
        every = [ActionId.TEAM_EDIT, ActionId.TEAM_PAUSE, ActionId.TEAM_REMOVE]
        for action in (*every, ActionId.TEAM_REASSIGN):
            assert (action, AVI) in pressed(listed)

    def test_lets_nobody_pause_or_remove_themselves(self, room: Room):
        mine = {action for action, who in pressed(people(room)) if who == MIRI}
        assert mine == {ActionId.TEAM_EDIT, ActionId.TEAM_REASSIGN}

    def test_lets_managers_change_no_administrator(self, room: Room, boss: str):
        theirs = {action for action, who in pressed(people(room)) if who == boss}
        assert theirs == {ActionId.TEAM_REASSIGN}

    def test_has_pages(self, room: Room):
        room.load_team(
            "\n".join(f'[[rep]]\nslack_id = "U0{n:02}"\nname = "n{n:02}"' for n in range(8))
        )
        assert (ActionId.TEAM_PAGE, "1") in pressed(people(room))
        answer = click(room, MIRI, ActionId.TEAM_PAGE, 1)
        assert answer.instead
        assert (ActionId.TEAM_PAGE, "0") in pressed(answer.message)
        assert "<@U007>" in answer.message.text

    def test_stands_on_top_of_home_where_it_was_asked_for_there(self, room: Room):
        answer = click(room, MIRI, ActionId.TEAM_PEOPLE, 0, **AT_HOME)
        view = home_of(room.desk, MIRI, said=answer.message)
        assert check_view(view=view, surface="home") == []
        assert (ActionId.TEAM_REMOVE, AVI) in pressed(Message("", tuple(view["blocks"])))

    def test_is_in_hebrew_for_who_reads_hebrew(self, room: Room, boss: str):
        edited(room, boss, who=boss, locale=pick("he"))
        assert "*הצוות: 4*" in people(room, who=boss).text

    @pytest.mark.parametrize(
        "action",
        [
            ActionId.TEAM_PEOPLE,
            ActionId.TEAM_ADD,
            ActionId.TEAM_EDIT,
            ActionId.TEAM_PAUSE,
            ActionId.TEAM_RESUME,
            ActionId.TEAM_REMOVE,
            ActionId.GUIDE_CHECK,
        ],
    )
    def test_is_no_reps(self, room: Room, action: ActionId):
        answer = click(room, AVI, action, 0 if action is ActionId.TEAM_PEOPLE else NOA)
        assert isinstance(answer, Say)
        assert answer.message.text == "The team is the managers' to change."
        assert names(room) == {NOA, AVI, MIRI}


class TestALongList:
    def test_is_whole_in_its_field_and_stays_so(self, room: Room):
        many = [f"Product {n}" for n in range(150)]
        edited(room, AVI, products=text(", ".join(many)))
        view = opened(room, ActionId.TEAM_EDIT, AVI)
        [field] = [one for one in view["blocks"] if one.get("block_id") == "products"]
        assert field["element"]["initial_value"] == ", ".join(many)
        edited(room, AVI, capacity=text("7"))
        assert rep_of(room, AVI).products == tuple(many)

    def test_that_no_field_takes_is_left_out_and_stays_with_a_word_on_it(self, room: Room):
        many = [f"Product {n}" for n in range(300)]
        team_edits.change(room.desk, AVI, {"products": tuple(many)}, by=MIRI)
        view = opened(room, ActionId.TEAM_EDIT, AVI)
        assert check_view(view=view, surface="modal") == []
        assert "products" not in {one.get("block_id") for one in view["blocks"]}
        note = view["blocks"][-1]["elements"][0]["text"]
        assert note == "Too long for a field here: Products. The team file can change it."
        edited(room, AVI, capacity=text("7"))
        assert rep_of(room, AVI).products == tuple(many)


class TestAddingARep:
    def test_makes_a_member_who_gets_leads(self, room: Room):
        done = added(room, DANA, name=text("Dana"), languages=text("he, en"), capacity=text("7"))
        assert f"<@{DANA}> is in the team" in done.said.text
        dana = rep_of(room, DANA)
        assert (dana.name, dana.languages, dana.capacity) == ("Dana", ("he", "en"), 7)
        owners = {room.lead(phone=f"052-234-567{n}", email="").owner for n in range(3)}
        assert DANA in owners

    def test_welcomes_them_with_the_three_commands(self, room: Room):
        added(room, DANA, name=text("Dana"), locale=pick("he"))
        room.deliver()
        [dm] = room.outside.dms(DANA)
        assert "ברוכים הבאים" in dm.text
        assert all(one in dm.text for one in ("/lead next", "/lead mine", "/lead help"))

    def test_lets_them_in_at_once(self, room: Room):
        assert "not in the sales team" in say(room, DANA, "mine").text
        added(room, DANA, name=text("Dana"))
        assert "not in the sales team" not in say(room, DANA, "mine").text

    def test_twice_is_told_beside_the_person(self, room: Room):
        wrong = added(room, AVI, name=text("Avi"))
        assert isinstance(wrong, Errors)
        assert "in the team already" in wrong.errors["member"]

    def test_delivered_twice_adds_and_welcomes_once(self, room: Room):
        view = opened(room, ActionId.TEAM_ADD, "add")
        for _ in range(2):
            done = submit(room, MIRI, view, trigger="x", member=person(DANA), name=text("Dana"))
            assert isinstance(done, Submitted)
        room.deliver()
        assert len(room.outside.dms(DANA)) == 1

    def test_brings_back_who_was_removed(self, room: Room):
        left(room, ActionId.TEAM_REMOVE, AVI)
        added(room, AVI, name=text("Avi B"))
        assert rep_of(room, AVI).state == "active"
        assert rep_of(room, AVI).name == "Avi B"
        assert (ActionId.TEAM_EDIT, AVI) in pressed(people(room))

    def test_offers_no_role_to_who_is_no_administrator(self, room: Room, boss: str):
        assert "role" not in json.dumps(opened(room, ActionId.TEAM_ADD, "add")["blocks"])
        added(room, DANA, who=boss, name=text("Dana"), role=pick("manager"))
        assert rep_of(room, DANA).manages


class TestEditing:
    def test_shows_every_field_of_the_team_file(self, room: Room, boss: str):
        view = opened(room, ActionId.TEAM_EDIT, AVI, who=boss)
        shown = {one["block_id"] for one in view["blocks"] if one["type"] == "input"}
        assert shown == {*KEYS} - {"slack_id"}

    def test_sent_as_it_opened_changes_nothing(self, room: Room):
        before = rep_of(room, AVI)
        assert "Nothing differs" in edited(room, AVI).said.text
        assert rep_of(room, AVI) == before

    def test_says_what_from_and_to(self, room: Room):
        done = edited(room, AVI, hours=text("Sun-Thu 09:00-17:00"), weight=text("0.5"))
        assert "Working hours: empty → Sun-Thu 09:00-17:00" in done.said.text
        assert "Share of the rotation: 1 → 0.5" in done.said.text
        assert (rep_of(room, AVI).hours, rep_of(room, AVI).weight) == ("Sun-Thu 09:00-17:00", 0.5)

    def test_of_two_at_once_keeps_both(self, room: Room, boss: str):
        view = opened(room, ActionId.TEAM_EDIT, AVI)
        edited(room, AVI, who=boss, capacity=text("3"))
        submit(room, MIRI, view, regions=text("Haifa"))
        assert (rep_of(room, AVI).capacity, rep_of(room, AVI).regions) == (3, ("Haifa",))

    @pytest.mark.parametrize(
        ("field", "typed", "words"),
        [
            ("name", " ", "a name"),
            ("hours", "nine to five", "Sun-Thu"),
            ("timezone", "Jerusalem", "time zone"),
            ("country", "Israel", "two letters"),
            ("country", "ZZ", "not known"),
            ("weight", "-1", "from 0"),
            ("capacity", "many", "whole number"),
            ("ages", "young", "18-60"),
        ],
    )
    def test_refuses_each_value_beside_its_field(
        self, room: Room, field: str, typed: str, words: str
    ):
        given: dict[str, Any] = {field: text(typed)}
        wrong = edited(room, AVI, **given)
        assert isinstance(wrong, Errors)
        assert words in wrong.errors[field]

    @pytest.mark.parametrize("deputy", [AVI, "U01GUEST"])
    def test_takes_as_deputy_only_another_of_the_team(self, room: Room, deputy: str):
        wrong = edited(room, AVI, deputy=person(deputy))
        assert list(wrong.errors) == ["deputy"]
        edited(room, AVI, deputy=person(NOA))
        assert rep_of(room, AVI).deputy == NOA

    def test_in_hebrew_refuses_in_hebrew(self, room: Room, boss: str):
        edited(room, boss, who=boss, locale=pick("he"))
        wrong = edited(room, AVI, who=boss, weight=text("-1"))
        assert "כותבים מספר" in wrong.errors["weight"]

    def test_makes_a_manager_by_an_administrator(self, room: Room, boss: str):
        edited(room, AVI, who=boss, role=pick("manager"))
        assert "*The team: 4*" in people(room, who=AVI).text

    def test_leaves_everybody_their_own_role(self, room: Room, boss: str):
        wrong = edited(room, boss, who=boss, role=pick("rep"))
        assert "their own role" in wrong.errors["role"]
        assert rep_of(room, boss).manages

    def test_of_an_administrator_is_not_a_managers(self, room: Room, boss: str):
        answer = click(room, MIRI, ActionId.TEAM_EDIT, boss)
        assert "Only an administrator" in answer.message.text


class TestLeaving:
    def test_says_before_how_much_moves_and_to_whom(self, room: Room):
        lead = room.lead()
        view = opened(room, ActionId.TEAM_REMOVE, lead.owner)
        assert "1 lead moves on.\nWhere to:" in view["blocks"][0]["text"]["text"]
        assert "the one other rep" in view["blocks"][0]["text"]["text"]
        assert rep_of(room, lead.owner).state == "active"

    def test_counts_agreed_followups_and_names_the_deputy(self, room: Room):
        lead = room.lead()
        when = room.clock.now.replace(hour=14)
        room.log(lead.id, Outcome.FOLLOWUP, when=when, importance=Importance.LOW)
        other = room.other(lead)
        edited(room, lead.owner, deputy=person(other))
        said = opened(room, ActionId.TEAM_PAUSE, lead.owner)["blocks"][0]["text"]["text"]
        assert "1 agreed follow-up goes along" in said
        assert f"<@{other}>, the deputy" in said

    @pytest.mark.parametrize("action", [ActionId.TEAM_PAUSE, ActionId.TEAM_REMOVE])
    def test_ends_their_access_at_once_and_moves_their_leads(self, room: Room, action: ActionId):
        lead = room.lead()
        left(room, action, lead.owner)
        assert "not in the sales team" in say(room, lead.owner, "mine").text
        room.deliver()
        leavers.pass_on(room.desk)
        assert room.load(lead.id).owner == room.other(lead)

    def test_removed_takes_them_off_the_list_and_paused_does_not(self, room: Room):
        left(room, ActionId.TEAM_PAUSE, NOA)
        assert (ActionId.TEAM_RESUME, NOA) in pressed(people(room))
        left(room, ActionId.TEAM_REMOVE, AVI)
        assert AVI not in {who for _, who in pressed(people(room))}

    def test_paused_is_taken_back_by_a_press(self, room: Room):
        said = left(room, ActionId.TEAM_PAUSE, AVI)
        assert (ActionId.TEAM_RESUME, AVI) in pressed(said)
        answer = click(room, MIRI, ActionId.TEAM_RESUME, AVI)
        assert "takes leads again" in answer.message.text
        assert rep_of(room, AVI).state == "active"

    def test_is_not_for_oneself(self, room: Room):
        answer = click(room, MIRI, ActionId.TEAM_REMOVE, MIRI)
        assert "leaves by themselves" in answer.message.text

    def test_refused_after_the_question_says_why(self, room: Room, boss: str):
        view = opened(room, ActionId.TEAM_REMOVE, AVI)
        edited(room, AVI, who=boss, role=pick("admin"))
        done = submit(room, MIRI, view)
        assert "Only an administrator" in done.said.text
        assert rep_of(room, AVI).state == "active"


class TestADialogThatStandsOpen:
    @pytest.mark.parametrize("action", [ActionId.TEAM_REMOVE, ActionId.TEAM_PAUSE])
    def test_of_who_was_removed_meanwhile_tells_them_so(
        self, room: Room, boss: str, action: ActionId
    ):
        view = opened(room, action, AVI)
        left(room, ActionId.TEAM_REMOVE, MIRI, who=boss)
        done = submit(room, MIRI, view)
        assert isinstance(done, Submitted)
        assert "not in the sales team" in done.said.text
        assert rep_of(room, AVI).state == "active"


class TestTheFileAndSlack:
    FILE = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"\nlocale = "en"\n'

    def test_do_not_fight_over_a_field(self, room: Room):
        room.load_team(self.FILE)
        edited(room, AVI, capacity=text("3"), name=text("Avi Bar"))
        room.load_team(self.FILE)
        assert (rep_of(room, AVI).capacity, rep_of(room, AVI).name) == (3, "Avi Bar")
        room.load_team(self.FILE + "capacity = 9\n")
        assert (rep_of(room, AVI).capacity, rep_of(room, AVI).name) == (9, "Avi Bar")

    def test_leave_who_was_added_in_slack_as_they_are(self, room: Room):
        added(room, DANA, name=text("Dana"), hours=text("Sun-Thu 09:00-17:00"))
        room.load_team(f'[[rep]]\nslack_id = "{DANA}"\nname = "Dana Levi"\n')
        assert rep_of(room, DANA).hours == "Sun-Thu 09:00-17:00"
        assert rep_of(room, DANA).name == "Dana Levi"

    def test_leave_who_was_paused_in_slack_paused(self, room: Room):
        left(room, ActionId.TEAM_PAUSE, AVI)
        room.load_team(self.FILE)
        assert rep_of(room, AVI).state == "paused"

    def test_bring_back_whom_the_file_left_out_and_names_again(self, room: Room):
        others = f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\n'
        room.load_team(others, replace=True)
        room.load_team(others + self.FILE)
        assert rep_of(room, AVI).state == "active"


class TestTheHolidaysOfACountry:
    def test_are_the_reps_from_the_edit_on(self, room: Room):
        room.clock.set(2026, 12, 24, 8)
        edited(room, AVI, country=text("fr"), timezone=text("Europe/Paris"))
        assert rep_of(room, AVI).days_off == ("2026-12-25", "2027-01-01")
        assert rep_of(room, NOA).days_off == ()

    def test_are_the_teams_where_none_is_named_and_follow_the_calendar(self, room: Room):
        room.clock.set(2026, 9, 10, 8)
        assert holidays.follow(room.desk) == len(whole_team(room.desk))
        assert rep_of(room, AVI).days_off[:2] == ("2026-09-12", "2026-09-13")
        assert holidays.follow(room.desk) == 0

    def test_take_nobody_who_has_one_for_the_next_lead(self, room: Room):
        room.clock.set(2026, 12, 25, 8)
        edited(room, AVI, country=text("FR"))
        owners = {room.lead(phone=f"052-234-567{n}", email="").owner for n in range(3)}
        assert owners == {NOA}


@pytest.fixture
def bare(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """Open a desk without a team, whose settings name an administrator."""
    with a_desk(tmp_path, clock, team="", ADMIN_SLACK_IDS=BOSS) as made:
        yield made


class TestTheFirstRun:
    def test_guides_each_administrator_once_ever(self, bare: Room):
        assert guide.begin(bare.desk) == 1
        assert guide.begin(bare.desk) == 0
        bare.deliver()
        [dm] = bare.outside.dms(BOSS)
        assert "○ *Team:*" in dm.text
        assert "✓ *Intake:*" in dm.text
        assert "*SMS:* written to the log only, nothing is sent" in dm.text
        assert (ActionId.TEAM_ADD, "team") in pressed(dm)
        assert (ActionId.GUIDE_PLAYBOOK, "playbook") in pressed(dm)

    def test_is_not_for_a_desk_that_has_a_team(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, ADMIN_SLACK_IDS=BOSS) as room:
            assert guide.begin(room.desk) == 0

    def test_is_brought_up_to_date_by_a_press(self, bare: Room):
        guide.begin(bare.desk)
        bare.deliver()
        added(bare, DANA, who=BOSS, name=text("Dana"))
        answer = click(bare, BOSS, ActionId.GUIDE_CHECK, "check")
        assert answer.instead
        assert "✓ *Team:* 1 rep takes leads" in answer.message.text
        assert "✓ *Channels:* the board stands in leads" in answer.message.text

    def test_tells_of_a_channel_that_is_not_there(self, bare: Room):
        answer = click(bare, BOSS, ActionId.GUIDE_CHECK, "check")
        assert "○ *Channels:* nothing could be posted in leads yet" in answer.message.text

    def test_opens_the_playbook(self, bare: Room):
        answer = click(bare, BOSS, ActionId.GUIDE_PLAYBOOK, "playbook")
        assert "calls 09:00-20:00" in answer.message.text


class TestTheWholeWay:
    def test_leads_from_the_guide_to_a_rep_who_is_welcomed_and_removed(
        self, tmp_path: Path, clock: FakeClock
    ):
        desk = a_desk(tmp_path, clock, team="", ADMIN_SLACK_IDS=MIRI)
        with server() as slack, desk as room, Office(slack, room) as office:
            miri, gil = slack.person(MIRI), slack.person(GIL)
            guide.begin(room.desk)
            office.courier.deliver_due()
            [dm] = miri.dms
            miri.click(dm, ActionId.TEAM_ADD)
            slack.wait_for(lambda: miri.modal)
            refused = miri.submit({"member": GIL, "name": "Gil", "weight": "heavy"})
            assert list(refused.errors) == ["weight"]
            assert miri.submit({"weight": "2"}).closed
            office.courier.deliver_due()
            assert "Welcome to the sales desk" in gil.dms[-1].plain
            miri.click(dm, ActionId.GUIDE_CHECK)
            slack.wait_for(lambda: "✓ *Team" in miri.dms[0].plain)
            miri.click(miri.command("/lead team"), ActionId.TEAM_PEOPLE)
            listed = slack.wait_for(
                lambda: [one for one in miri.ephemerals if "The team: 1" in one.plain]
            )
            miri.click(listed[-1], ActionId.TEAM_REMOVE, value=GIL)
            slack.wait_for(lambda: miri.modal)
            assert miri.submit().closed
            assert "not in the sales team" in gil.command("/lead mine").plain
            assert slack.faults_seen == []
