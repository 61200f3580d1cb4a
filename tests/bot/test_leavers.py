"""Who leaves Slack or the team: their leads go on within minutes, whatever happens (C3, L4.1)."""

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from bot import chairs as bot_chairs
from bot import home, leavers
from bot.assign import assign_lead
from bot.orders import SlackHome
from bot.texts import Words
from bot.views.blocks import ActionId, Message
from bot.views.handover import handed_over
from bot.views.why import why as why_view
from bot.why import explain
from rules.lead import Lead
from rules.money import Money
from rules.pools import Pool, Route, Way
from rules.refusals import Refused
from rules.reminders import HandOver
from rules.words import CALLS, Importance, Step
from storage import kept
from storage.tables import leads, reps
from tests.bot.test_assign import away
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, NOA, TEAM, FakeClock, Room, a_desk, faults_of, payload
from tests.storage.making import at_once

DUE = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
DEPUTY = TEAM.replace(f'slack_id = "{NOA}"', f'slack_id = "{NOA}"\ndeputy = "{MIRI}"')
SMALL = TEAM.replace('name = "Avi"', 'name = "Avi"\ncapacity = 2')


def of(room: Room, owner: str, count: int) -> list[Lead]:
    """Take in leads that one rep has: the other takes none meanwhile."""
    other = AVI if owner == NOA else NOA
    away(room, other)
    first = len(room.rows("post_card"))
    made = [
        room.lead(name=f"Lead {n}", phone=f"052-234-{5000 + first + n}", email="")
        for n in range(count)
    ]
    away(room, other, "active")
    assert {one.owner for one in made} <= {owner}
    room.deliver()
    return made


def gone(*who: str) -> Callable[[Collection[str]], set[str]]:
    """Make a Slack in which these people were deactivated."""
    return lambda asked: set(asked) & set(who)


def pass_all_on(room: Room) -> None:
    while leavers.pass_on(room.desk):
        pass
    room.deliver()


def owners(room: Room, made: list[Lead]) -> list[str]:
    return [room.load(one.id).owner for one in made]


def buttons(message: Message) -> list[str]:
    rows = [block.get("elements", []) for block in message.blocks]
    return [one["action_id"] for row in rows for one in row if "action_id" in one]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Move three leads at a time."""
    monkeypatch.setattr(leavers, "AT_ONCE", 3)


def route_all_to(room: Room, pool: Pool) -> None:
    """Let the playbook send every lead to one pool."""
    routes = (Route("all", pool.name),)
    room.desk.present.playbook = replace(BOOK, pools=(pool,), routes=routes)


class TestLeadsOfAPoolThatWaitsForAPerson:
    """They go to the pool's own reps, else wait there again, not with who is gone (C3)."""

    @pytest.mark.parametrize("way", [Way.BY_HAND, Way.CLAIM])
    def test_go_to_the_reps_of_the_pool(self, tmp_path: Path, clock: FakeClock, way: Way):
        third = f'{TEAM}[[rep]]\nslack_id = "U01DAN"\nname = "Dan"\n'
        with a_desk(tmp_path, clock, team=third) as room:
            away(room, "U01DAN")
            made = of(room, NOA, 3)
            away(room, "U01DAN", "active")
            room.log(made[2].id, "followup", when=DUE, importance=Importance.HIGH)
            route_all_to(room, Pool("vip", (NOA, AVI), way))
            leavers.leave(room.desk, (NOA,))
            pass_all_on(room)
            assert owners(room, made) == [AVI] * 3

    @pytest.mark.parametrize("way", [Way.BY_HAND, Way.CLAIM])
    def test_wait_there_again_where_nobody_of_it_is_free(self, room: Room, way: Way):
        made = of(room, NOA, 3)
        room.log(made[2].id, "followup", when=DUE, importance=Importance.HIGH)
        route_all_to(room, Pool("vip", (NOA,), way))
        before = len(room.outside.dms(MIRI))
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        back = [room.load(one.id) for one in made[:2]]
        assert {(one.owner, one.pool, one.next_what) for one in back} == {("", "vip", Step.ASSIGN)}
        assert room.history(made[0].id)[-1] == "left_nobody"
        assert owners(room, made) == ["", "", NOA]
        [told] = room.outside.dms(MIRI)[before:]
        assert "2 leads wait in their pools again" in told.text
        assert "1 lead waits with nobody" in told.text
        claims = [ActionId.CLAIM in buttons(one) for one in room.outside.channel()]
        assert claims == [way is Way.CLAIM] * 2 + [False]

    def test_that_wait_since_before_go_back_once_their_way_is_known(self, room: Room):
        made = of(room, NOA, 1)
        away(room, AVI)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        assert owners(room, made) == [NOA]
        route_all_to(room, Pool("vip", (NOA,), Way.CLAIM))
        away(room, AVI, "active")
        pass_all_on(room)
        assert owners(room, made) == [""]


class TestLeadsThatNobodyMayTake:
    """They keep nobody's lead behind them (C3)."""

    @pytest.mark.usefixtures("few")
    def test_are_passed_by(self, tmp_path: Path, clock: FakeClock):
        hebrew = TEAM.replace('name = "Avi"', 'name = "Avi"\nlanguages = ["he"]')
        with a_desk(tmp_path, clock, team=hebrew) as room:
            away(room, AVI)
            french = [
                room.lead(name="F", phone=f"052-234-6{n:03}", email="", language="fr")
                for n in range(4)
            ]
            plain = [room.lead(name="P", phone=f"052-234-7{n:03}", email="") for n in range(5)]
            away(room, AVI, "active")
            leavers.leave(room.desk, (NOA,))
            pass_all_on(room)
            assert owners(room, french) == [NOA] * 4
            assert owners(room, plain) == [AVI] * 5
            told = room.outside.dms(MIRI)[-1].text
            assert f"5 leads went to <@{AVI}>" in told
            assert "4 leads wait with nobody" in told

    def test_keep_no_number_with_who_is_gone(self, room: Room):
        made = of(room, NOA, 2)
        away(room, AVI)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        assert owners(room, made) == [NOA] * 2
        shown = [payload(one) for one in room.outside.dms(NOA)]
        assert len(shown) == len([one for one in shown if "•••" in one]) == len(made)


class TestADeactivatedMember:
    def test_leaves_the_team_and_the_leads_go_to_the_others(self, room: Room):
        made = of(room, NOA, 2)
        assert leavers.watch(room.desk, gone(NOA)) == 1
        pass_all_on(room)
        assert owners(room, made) == [AVI, AVI]
        assert room.history(made[0].id)[-1] == "inherited"
        assert "052-234-5000" in "".join(one.text for one in room.outside.dms(AVI))
        assert "052-234-5000" not in room.outside.dms(NOA)[0].text

    def test_gets_no_leads_and_sees_none(self, room: Room):
        leavers.watch(room.desk, gone(NOA))
        assert [one.owner for one in (room.lead(), room.lead(phone="052-234-5699", email=""))] == [
            AVI,
            AVI,
        ]
        with pytest.raises(Refused, match="outsider"):
            room.log(1, "noanswer", by=NOA)

    def test_keeps_no_number_on_a_card_of_theirs_not_even_of_a_closed_lead(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(leavers, "MASKED", 1)
        made = of(room, NOA, 3)
        room.log(made[0].id, "lost")
        room.log(made[1].id, "sold", amount=Money(100, "ILS"))
        room.deliver()
        before = [payload(one) for one in room.outside.dms(NOA)]
        assert len(before) == len([one for one in before if "•••" not in one]) == len(made)
        leavers.watch(room.desk, gone(NOA))
        pass_all_on(room)
        room.tick(minutes=2)
        shown = [payload(one) for one in room.outside.dms(NOA)]
        assert [one for one in shown if "•••" not in one] == []

    def test_keeps_no_customer_in_a_home_that_stands_open(self, room: Room):
        of(room, NOA, 1)
        home.show(room.desk, NOA)
        leavers.watch(room.desk, gone(NOA, AVI))
        room.deliver()
        [shown] = room.outside.of(SlackHome)
        assert shown.to == NOA
        assert "5000" not in json.dumps(shown.view, ensure_ascii=False)

    def test_of_whom_slack_says_nothing_stays(self, room: Room):
        made = of(room, NOA, 1)
        assert leavers.watch(room.desk, gone()) == 0
        pass_all_on(room)
        assert owners(room, made) == [NOA]

    def test_is_noticed_once(self, room: Room):
        assert leavers.watch(room.desk, gone(NOA)) == 1
        assert leavers.watch(room.desk, gone(NOA)) == 0
        assert leavers.leave(room.desk, (NOA, "UNOBODY")) == 0

    def test_leaves_when_slack_answers_again(self, room: Room):
        made = of(room, NOA, 1)

        def silent(_asked: Collection[str]) -> set[str]:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            leavers.watch(room.desk, silent)
        leavers.watch(room.desk, gone(NOA))
        pass_all_on(room)
        assert owners(room, made) == [AVI]

    def test_works_again_once_the_team_file_names_them(self, room: Room):
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        room.load_team(TEAM)
        away(room, AVI)
        assert room.lead().owner == NOA


class TestTheLeadsOfALeaver:
    def test_go_to_the_deputy_while_in_the_team(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=DEPUTY) as room:
            made = of(room, NOA, 2)
            leavers.leave(room.desk, (NOA,))
            pass_all_on(room)
            assert owners(room, made) == [MIRI, MIRI]

    def test_go_to_the_rotation_when_the_deputy_has_left_too(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, team=DEPUTY) as room:
            made = of(room, NOA, 1)
            leavers.leave(room.desk, (MIRI, NOA))
            pass_all_on(room)
            assert owners(room, made) == [AVI]

    @pytest.mark.parametrize("gone_for", ["away", "full"])
    def test_go_to_the_rotation_when_the_deputy_cannot_take_them(
        self, tmp_path: Path, clock: FakeClock, gone_for: str
    ):
        full = DEPUTY.replace('name = "Miri"', 'name = "Miri"\ncapacity = 1')
        with a_desk(tmp_path, clock, team=full if gone_for == "full" else DEPUTY) as room:
            made = of(room, NOA, 3)
            if gone_for == "away":
                away(room, MIRI)
            leavers.leave(room.desk, (NOA,))
            pass_all_on(room)
            there = [MIRI] if gone_for == "full" else []
            assert sorted(owners(room, made)) == sorted([AVI] * (3 - len(there)) + there)

    def test_that_are_closed_or_on_the_list_stay_in_their_place(self, room: Room):
        made = of(room, NOA, 2)
        room.log(made[0].id, "lost")
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        assert owners(room, made) == [NOA, AVI]

    def test_bring_their_follow_up_and_its_reminders_begin_anew(self, room: Room):
        [lead] = of(room, NOA, 1)
        room.log(lead.id, "followup", when=DUE, importance=Importance.HIGH, note="the blue one")
        room.clock.now = DUE
        room.tick()
        leavers.leave(room.desk, (NOA,))
        room.clock.forward(minutes=5)
        pass_all_on(room)
        room.tick(seconds=2)
        agreed = room.followup(lead.id)
        assert agreed is not None
        assert (agreed.rep, agreed.nags) == (AVI, 1)
        assert any("the blue one" in one.text for one in room.outside.dms(AVI))

    def test_bring_a_time_that_was_agreed_with_who_refuses_all_other_calls(self, room: Room):
        [lead] = of(room, NOA, 1)
        room.log(lead.id, "followup", when=DUE, importance=Importance.LOW)
        with room.desk.store.unit() as unit:
            values = {"opted_out": [CALLS], "working": False}
            unit.execute(leads.update().where(leads.c.id == lead.id).values(values))
            unit.commit()
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        assert owners(room, [lead]) == [AVI]
        agreed = room.followup(lead.id)
        assert agreed is not None
        assert agreed.rep == AVI

    def test_wait_until_somebody_is_free(self, room: Room):
        made = of(room, NOA, 2)
        away(room, AVI)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        assert owners(room, made) == [NOA, NOA]
        away(room, AVI, "active")
        pass_all_on(room)
        assert owners(room, made) == [AVI, AVI]

    def test_go_as_far_as_the_others_can_take_them(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=SMALL) as room:
            made = of(room, NOA, 3)
            leavers.leave(room.desk, (NOA,))
            pass_all_on(room)
            assert sorted(owners(room, made)) == [AVI, AVI, NOA]
            [told] = room.outside.dms(MIRI)
            assert "1 lead waits" in told.text


class TestNewOwners:
    def test_get_a_card_for_each_of_a_few(self, room: Room):
        of(room, NOA, 3)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        cards = [one for one in room.outside.dms(AVI) if ActionId.NOANSWER in buttons(one)]
        assert len(cards) == 3

    @pytest.mark.usefixtures("few")
    def test_get_one_message_for_many(self, room: Room):
        of(room, NOA, 8)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        [told] = room.outside.dms(AVI)
        assert "8 leads are yours now" in told.text
        assert "has left the team" in told.text
        assert told.text.count("Lead ") == 5
        assert "3 more" in told.text
        assert buttons(told) == [ActionId.NEXT]

    def test_read_of_those_only_that_are_theirs_still(self, room: Room):
        made = of(room, NOA, 4)
        leavers.leave(room.desk, (NOA,))
        leavers.pass_on(room.desk)
        assign_lead(room.desk, made[0].id, to=MIRI, by=MIRI)
        room.deliver()
        [told] = room.outside.dms(AVI)
        assert "Lead 0" not in told.text
        assert "Lead 1" in told.text

    @pytest.mark.parametrize("locale", ["en", "he"])
    @pytest.mark.parametrize("was", [NOA, ""])
    @pytest.mark.parametrize("why", ["inherited", "covered", "moved", "waited"])
    def test_read_why_in_their_language(self, room: Room, locale: str, was: str, why: str):
        first = [room.lead(), replace(room.load(1), next_what=Step.WAIT_FOR_PHONE, next_at=None)]
        told = HandOver(AVI, was, why, "2026-11-15T08:00:00+00:00", 2, (1, 2))
        said = handed_over(told, first, Words(locale, room.desk.settings.zone))
        assert faults_of(said) == []
        assert said.text.count("#1") == 2

    def test_are_told_by_lead_why_how_it_came_to_them(self, room: Room):
        [lead] = of(room, NOA, 1)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        said = why_view(explain(room.desk, lead.id, by=AVI), Words("en", room.desk.settings.zone))
        assert f"<@{AVI}> has it since <@{NOA}> left the team" in said.text


class TestManagers:
    @pytest.mark.usefixtures("few")
    def test_are_told_once_who_left_and_where_the_leads_went(self, room: Room):
        of(room, NOA, 8)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        pass_all_on(room)
        [told] = room.outside.dms(MIRI)
        assert f"<@{NOA}> has left the team" in told.text
        assert f"8 leads went to <@{AVI}>" in told.text
        assert buttons(told) == []

    def test_are_told_of_who_leaves_without_a_lead(self, room: Room):
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        [told] = room.outside.dms(MIRI)
        assert "no open leads" in told.text

    def test_are_told_of_what_waits_and_can_see_it(self, room: Room):
        of(room, NOA, 2)
        away(room, AVI)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        pass_all_on(room)
        [told] = room.outside.dms(MIRI)
        assert "2 leads wait" in told.text
        assert buttons(told) == [ActionId.LOOSE_ENDS]

    def test_are_not_told_again_when_the_rest_has_gone(self, room: Room):
        of(room, NOA, 1)
        away(room, AVI)
        leavers.leave(room.desk, (NOA,))
        pass_all_on(room)
        away(room, AVI, "active")
        pass_all_on(room)
        assert len(room.outside.dms(MIRI)) == 1

    def test_are_told_anew_of_who_leaves_a_second_time(self, room: Room):
        for _ in range(2):
            leavers.leave(room.desk, (NOA,))
            pass_all_on(room)
            room.load_team(TEAM)
            room.clock.forward(hours=1)
        assert len(room.outside.dms(MIRI)) == 2


class TestAMoveThatIsBroken:
    @pytest.mark.usefixtures("few")
    def test_off_goes_on_where_it_stood(self, room: Room, tmp_path: Path):
        made = of(room, NOA, 8)
        leavers.leave(room.desk, (NOA,))
        assert leavers.pass_on(room.desk) == 3
        with a_desk(tmp_path, room.clock) as again:
            pass_all_on(again)
            assert owners(again, made) == [AVI] * 8
            [told] = again.outside.dms(AVI)
            assert "8 leads are yours now" in told.text
            [to_manager] = again.outside.dms(MIRI)
            assert "8 leads went to" in to_manager.text

    @pytest.mark.usefixtures("few")
    def test_by_a_fault_keeps_what_was_moved_before(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        made = of(room, NOA, 5)
        leavers.leave(room.desk, (NOA,))
        leavers.pass_on(room.desk)
        with monkeypatch.context() as broken:
            broken.setattr(kept, "put", lambda *_given, **_named: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                leavers.pass_on(room.desk)
        assert owners(room, made).count(AVI) == 3
        pass_all_on(room)
        assert owners(room, made) == [AVI] * 5

    @pytest.mark.usefixtures("few")
    def test_off_by_their_return_leaves_them_the_rest(self, room: Room):
        made = of(room, NOA, 5)
        leavers.leave(room.desk, (NOA,))
        leavers.pass_on(room.desk)
        room.load_team(TEAM)
        pass_all_on(room)
        assert sorted(owners(room, made)) == [AVI] * 3 + [NOA] * 2


@only_postgresql
class TestTwoReplicas:
    @pytest.mark.usefixtures("few")
    def test_move_each_lead_once_and_tell_of_it_once(self, either_room: Room):
        room = either_room
        made = of(room, NOA, 20)
        leavers.leave(room.desk, (NOA,))

        def work() -> None:
            for _ in range(20):
                leavers.pass_on(room.desk)

        assert at_once([work, work, work]) == []
        pass_all_on(room)
        assert owners(room, made) == [AVI] * 20
        assert all(room.history(one.id).count("inherited") == 1 for one in made)
        [told] = room.outside.dms(AVI)
        assert "20 leads are yours now" in told.text
        [to_manager] = room.outside.dms(MIRI)
        assert "20 leads went to" in to_manager.text

    def test_notice_a_leaver_once(self, either_room: Room):
        noticed: list[int] = []
        watch = gone(NOA)
        assert at_once([lambda: noticed.append(leavers.watch(either_room.desk, watch))] * 3) == []
        assert sorted(noticed) == [0, 0, 1]


class TestAnOwnerWhomTheTeamDoesNotKnow:
    def test_loses_the_leads_at_night(self, room: Room):
        [lead] = of(room, NOA, 1)
        with room.desk.store.unit() as unit:
            unit.execute(reps.delete().where(reps.c.slack_id == NOA))
            unit.commit()
        room.clock.forward(days=1)
        assert bot_chairs.check_nightly(room.desk)
        room.deliver()
        assert owners(room, [lead]) == [AVI]
        assert room.load(lead.id).next_what is Step.CALL


class TestVeryManyLeavers:
    def test_are_asked_about_at_once(self, room: Room):
        asked = [self.statements(room, count) for count in (1, 20)]
        assert asked[0] == asked[1] > 0

    def statements(self, room: Room, count: int) -> int:
        """Let so many people leave, and count what it takes to find that nothing is left."""
        left = "".join(f'[[rep]]\nslack_id = "U09X{n}"\nname = "X{n}"\n' for n in range(count))
        room.load_team(TEAM + left)
        room.load_team(TEAM, replace=True)
        heard: list[str] = []

        def listen(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            heard.append(statement)

        event.listen(room.desk.store.engine, "before_cursor_execute", listen)
        assert leavers.pass_on(room.desk) == 0
        event.remove(room.desk.store.engine, "before_cursor_execute", listen)
        return len(heard)
