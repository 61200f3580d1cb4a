"""Who hears what only managers should know: somebody always does, and nobody else (C5)."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.assign import tell_managers
from bot.team import allowed, managers, member
from rules.effects import TellManagers
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.words import Role
from storage import outbox, reps
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk

TWO = TEAM.replace(f'slack_id = "{AVI}"', f'slack_id = "{AVI}"\nrole = "manager"')
NONE = TEAM.replace('role = "manager"', "")
BOSS = "U01BOSS"


def heard(room: Room, *, admins: tuple[str, ...] = (BOSS,)) -> set[str]:
    with room.desk.store.view() as view:
        return set(managers(view, admins=admins, now=room.clock.now))


def away(room: Room, slack_id: str, *, hours: int = 0) -> None:
    until = room.clock.now + timedelta(hours=hours) if hours else None
    with room.desk.store.unit() as unit:
        reps.set_away(unit, slack_id, until=until)
        unit.commit()


def pause(room: Room, *slack_ids: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, slack_ids, "paused")
        unit.commit()


class TestANotice:
    def test_goes_to_who_manages(self, room: Room):
        room.load_team(TWO)
        assert heard(room) == {MIRI, AVI}

    def test_spares_who_is_away_while_another_is_there(self, room: Room):
        room.load_team(TWO)
        away(room, MIRI)
        assert heard(room) == {AVI}

    def test_goes_again_to_whose_absence_is_over(self, room: Room):
        room.load_team(TWO)
        away(room, MIRI, hours=2)
        room.clock.forward(hours=2)
        assert heard(room) == {MIRI, AVI}

    def test_goes_to_the_only_manager_though_away(self, room: Room):
        away(room, MIRI, hours=2)
        assert heard(room) == {MIRI}

    def test_goes_to_all_who_are_away_where_nobody_is_there(self, room: Room):
        room.load_team(TWO)
        away(room, MIRI)
        away(room, AVI)
        assert heard(room) == {MIRI, AVI}

    def test_goes_to_the_admins_where_the_managers_left(self, room: Room):
        room.load_team(TWO)
        pause(room, MIRI, AVI)
        assert heard(room) == {BOSS}

    def test_goes_to_the_admins_where_the_team_has_no_manager(self, room: Room):
        room.load_team(NONE)
        assert heard(room) == {BOSS}


class TestANoticeOnItsWay:
    @pytest.fixture
    def told(self, room: Room) -> Room:
        """Tell the manager of a lead, and deliver nothing yet."""
        room.lead()
        with room.desk.store.unit() as unit:
            notices = tell_managers(room.desk, unit, TellManagers("came_alone", 1))
            outbox.add(unit, notices, now=room.clock.now)
            unit.commit()
        return room

    def test_reaches_who_manages_still(self, told: Room):
        told.deliver()
        assert len(told.outside.dms(MIRI)) == 1

    def test_does_not_reach_who_left(self, told: Room):
        pause(told, MIRI)
        told.deliver()
        assert told.outside.dms(MIRI) == []
        assert [row["error"] for row in told.rows("tell_managers")] == ["manages_no_more"]

    @pytest.mark.parametrize("notice", ["slow", "slow_many", "followups_ignored", "unheard"])
    def test_does_not_reach_who_manages_no_more(self, room: Room, notice: str):
        room.lead()
        with room.desk.store.unit() as unit:
            outbox.add(unit, [TellManagers(notice, 1, "1:1:x", to=MIRI)], now=room.clock.now)
            unit.commit()
        room.load_team(NONE)
        room.deliver()
        assert room.outside.dms(MIRI) == []
        assert [row["error"] for row in room.rows("tell_managers")] == ["manages_no_more"]

    def test_reaches_an_admin_of_the_settings(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=NONE, ADMIN_SLACK_IDS=BOSS) as room:
            room.lead()
            away(room, NOA)
            away(room, AVI)
            away(room, MIRI)
            room.lead(phone="052-234-5999", email="")
            room.deliver()
            assert len(room.outside.dms(BOSS)) == 1


class TestWhatIsAllowed:
    def test_to_managers_gives_who_acts(self, room: Room):
        with room.desk.store.view() as view:
            assert allowed(room.desk, view, MIRI, Act.MANAGE).name == "Miri"

    def test_to_others_is_refused_in_the_words_of_what_they_tried(self, room: Room):
        with room.desk.store.view() as view:
            with pytest.raises(Refused) as fault:
                allowed(room.desk, view, AVI, Act.MANAGE)
            assert fault.value.key == "team.managers_only"
            with pytest.raises(Refused) as fault:
                allowed(room.desk, view, AVI, Act.PLAYBOOK, refusal="playbook.managers_only")
            assert fault.value.key == "playbook.managers_only"

    def test_to_an_admin_of_the_settings_needs_no_team(self, tmp_path: Path, clock: FakeClock):
        with (
            a_desk(tmp_path, clock, team=NONE, ADMIN_SLACK_IDS=BOSS) as room,
            room.desk.store.view() as view,
        ):
            assert allowed(room.desk, view, BOSS, Act.TEAM).slack_id == BOSS
            with pytest.raises(Refused, match=r"team\.outsider"):
                allowed(room.desk, view, "U01GUEST", Act.TEAM)


class TestAMember:
    def role(self, room: Room, slack_id: str, *, admins: tuple[str, ...] = ()) -> Role:
        with room.desk.store.view() as view:
            return member(view, slack_id, admins=admins).role

    def test_who_was_paused_is_none_from_then_on(self, room: Room):
        assert self.role(room, MIRI) is Role.MANAGER
        pause(room, MIRI)
        with pytest.raises(Refused, match="outsider"):
            self.role(room, MIRI)

    @pytest.mark.parametrize("slack_id", [BOSS, AVI, MIRI])
    def test_whom_the_settings_name_may_manage_though_the_team_paused_them(
        self, room: Room, slack_id: str
    ):
        pause(room, slack_id)
        with room.desk.store.view() as view:
            assert may(member(view, slack_id, admins=(slack_id,)), Act.MANAGE)
