"""Who stands in for the away: what is due with them does not wait (L4.3, L4.4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import cover, handed
from bot.away import come_back
from rules.lead import Lead
from rules.playbook import WAIT, Wave
from rules.words import Importance, Step, Tier
from storage import chairs, reps
from tests.bot.test_leavers import buttons, of
from tests.databases import only_postgresql
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk
from tests.storage.making import at_once

# Sunday noon and the midnight after it, in Jerusalem.
DUE = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 15, 22, 0, tzinfo=UTC)
TO_MIRI = TEAM.replace(f'slack_id = "{NOA}"', f'slack_id = "{NOA}"\ndeputy = "{MIRI}"')
EVENINGS = TEAM.replace('name = "Avi"', 'name = "Avi"\nhours = "Sun-Thu 18:00-22:00"')
DEPUTY = f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
deputy = "{AVI}"
[[rep]]
slack_id = "{AVI}"
name = "Avi"
capacity = 5
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""


def go_away(room: Room, slack_id: str = NOA, *, until: datetime | None = None) -> None:
    with room.desk.store.unit() as unit:
        reps.set_away(unit, slack_id, until=until)
        unit.commit()


def agree(room: Room, count: int = 1, importance: Importance = Importance.LOW) -> list[Lead]:
    """Agree with leads of Noa's to speak at noon, and let it be noon."""
    made = of(room, NOA, count)
    for one in made:
        room.log(one.id, "followup", when=DUE, importance=importance)
    room.clock.now = DUE
    return made


def covered(room: Room) -> int:
    """Let the clock's job run, and deliver."""
    done = cover.cover_due(room.desk)
    room.deliver()
    return done


def change(room: Room, **values: Any) -> None:
    room.desk.present.playbook = replace(room.desk.playbook, **values)


class TestALowFollowUpOfTheAway:
    def test_goes_to_who_works_now_with_a_card(self, room: Room):
        [lead] = agree(room)
        go_away(room)
        assert covered(room) == 1
        assert room.load(lead.id).owner == AVI
        agreed = room.followup(lead.id)
        assert agreed is not None
        assert (agreed.rep, agreed.due_at) == (AVI, DUE)
        assert room.history(lead.id)[-1] == "covered"
        assert "052-234-5000" in room.outside.dms(AVI)[-1].text
        assert "052-234-5000" not in room.outside.dms(NOA)[0].text
        assert covered(room) == 0

    @pytest.mark.parametrize(
        ("until", "goes"),
        [
            (None, True),
            (MIDNIGHT, True),
            (MIDNIGHT - timedelta(minutes=1), False),
            (DUE, False),
        ],
    )
    def test_waits_for_who_is_back_the_same_day(
        self, room: Room, until: datetime | None, goes: bool
    ):
        [lead] = agree(room)
        go_away(room, until=until)
        covered(room)
        assert (room.load(lead.id).owner == AVI) is goes

    def test_waits_until_it_is_due(self, room: Room):
        agree(room)
        go_away(room)
        room.clock.now = DUE - timedelta(seconds=1)
        assert covered(room) == 0

    def test_waits_where_the_playbook_says_so(self, room: Room):
        agree(room)
        go_away(room)
        change(room, nag_away=WAIT)
        assert covered(room) == 0

    def test_waits_while_nobody_works(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=EVENINGS) as room:
            [lead] = agree(room)
            go_away(room)
            assert covered(room) == 0
            room.clock.now = DUE + timedelta(hours=6)
            assert covered(room) == 1
            assert room.load(lead.id).owner == AVI

    def test_goes_to_the_deputy_before_the_rotation(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=TO_MIRI) as room:
            [lead] = agree(room)
            go_away(room)
            covered(room)
            assert room.load(lead.id).owner == MIRI

    def test_goes_to_the_rotation_while_the_deputy_is_away_too(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, team=TO_MIRI) as room:
            [lead] = agree(room)
            go_away(room)
            go_away(room, MIRI)
            covered(room)
            assert room.load(lead.id).owner == AVI

    def test_is_told_with_others_in_one_message(self, room: Room):
        agree(room, 5)
        go_away(room)
        assert covered(room) == 5
        [told] = [one for one in room.outside.dms(AVI) if "leads are yours now" in one.text]
        assert f"5 leads are yours now: <@{NOA}> is not at work" in told.text.replace("*", "")
        assert len(buttons(told)) == 1

    def test_is_told_in_one_message_however_many_batches_it_takes(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(cover, "AT_ONCE", 3)
        agree(room, 7)
        go_away(room)
        assert covered(room) == 7
        [told] = [one for one in room.outside.dms(AVI) if "leads are yours now" in one.text]
        assert "7 leads are yours now" in told.text.replace("*", "")
        assert "2 more" in told.text

    def test_is_told_by_the_next_tick_where_the_first_died(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        agree(room, 5)
        go_away(room)
        with monkeypatch.context() as broken:
            broken.setattr(handed, "tell", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                cover.cover_due(room.desk)
        assert covered(room) == 0
        [told] = [one for one in room.outside.dms(AVI) if "leads are yours now" in one.text]
        assert "5 leads" in told.text.replace("*", "")


class TestAHotFollowUpOfTheAway:
    def test_is_left_to_its_reminders(self, room: Room):
        agree(room, importance=Importance.HIGH)
        go_away(room)
        assert covered(room) == 0

    def rounds(self, room: Room, *, away: bool = False) -> Lead:
        """Let all rounds pass with Noa, in vain."""
        [lead] = agree(room, importance=Importance.HIGH)
        for minutes in (0, 10, 10):
            room.tick(minutes=minutes)
        agreed = room.followup(lead.id)
        assert agreed is not None
        assert (agreed.nag_at, agreed.rep) == (None, NOA)
        if away:
            go_away(room)
        return lead

    def test_goes_to_who_works_now_when_its_rounds_have_ended(self, room: Room):
        lead = self.rounds(room, away=True)
        assert covered(room) == 1
        agreed = room.followup(lead.id)
        assert agreed is not None
        assert (room.load(lead.id).owner, agreed.rep) == (AVI, AVI)
        room.tick(seconds=2)
        assert any("⏰" in one.text for one in room.outside.dms(AVI))

    def test_stays_with_a_rep_who_is_there(self, room: Room):
        lead = self.rounds(room)
        assert covered(room) == 0
        assert room.load(lead.id).owner == NOA


class TestACallOfWhoIsAwayForLong:
    def plan(self, room: Room, count: int = 1) -> list[Lead]:
        """Give leads of Noa's whose second attempt is due."""
        made = of(room, NOA, count)
        for one in made:
            room.log(one.id, "noanswer")
        room.clock.now = max(room.load(one.id).next_at or DUE for one in made)
        return made

    @pytest.mark.parametrize(
        ("away", "goes"),
        [
            (None, True),
            (timedelta(hours=25), True),
            (timedelta(hours=24), False),
            (timedelta(hours=2), False),
        ],
    )
    def test_goes_to_who_works_now(self, room: Room, away: timedelta | None, goes: bool):
        [lead] = self.plan(room)
        go_away(room, until=room.clock.now + away if away else None)
        covered(room)
        now = room.load(lead.id)
        assert (now.owner == AVI) is goes
        assert (now.next_what, now.plan_step) == (Step.CALL, 1)

    def test_goes_as_far_as_the_deputy_can_take_them(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=DEPUTY) as room:
            made = self.plan(room, 7)
            go_away(room)
            assert covered(room) == 5
            assert sorted(room.load(one.id).owner for one in made) == [AVI] * 5 + [NOA] * 2
            assert covered(room) == 0

    def test_stays_while_its_tier_is_on_hold(self, room: Room):
        self.plan(room)
        go_away(room)
        change(room, wave=Wave(hold=tuple(Tier)))
        assert covered(room) == 0

    def test_stays_where_it_waits_for_a_number(self, room: Room):
        [lead] = self.plan(room)
        room.log(lead.id, "invalid")
        go_away(room)
        assert covered(room) == 0


@pytest.fixture
def away_room(either_room: Room) -> Room:
    """Twenty follow-ups of low importance that are due while their rep is away."""
    agree(either_room, 20)
    go_away(either_room)
    return either_room


@only_postgresql
class TestWhoIsBackInThatMoment:
    def test_keeps_what_is_theirs(self, away_room: Room, monkeypatch: pytest.MonkeyPatch):
        find = chairs.due_of

        def find_late(*given: Any, **named: Any) -> list[Lead]:
            found = find(*given, **named)
            come_back(away_room.desk, by=NOA)
            return found

        monkeypatch.setattr(chairs, "due_of", find_late)
        assert covered(away_room) == 0
        assert {away_room.load(one).owner for one in range(1, 21)} == {NOA}


@only_postgresql
class TestTwoReplicas:
    def test_cover_each_once(self, away_room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(cover, "AT_ONCE", 3)

        def work() -> None:
            for _ in range(20):
                cover.cover_due(away_room.desk)

        assert at_once([work, work]) == []
        away_room.deliver()
        for lead_id in range(1, 21):
            assert away_room.load(lead_id).owner == AVI
            assert away_room.history(lead_id).count("covered") == 1
        many = sum(row["payload"]["count"] for row in away_room.rows("hand_over"))
        cards = [row for row in away_room.rows("post_owner_card") if row["payload"]["rep"] == AVI]
        assert many + len(cards) == 20
