"""The climb of leads that waited while the bot was down, or whose tick died (C1)."""

from typing import Any

import pytest

from bot import handed, ladder
from rules.lead import Lead
from storage import outbox, preferences
from storage.unit import Unit
from tests.bot.climbing import at, buttons, desk, many, moment, nudges, team, tick, told
from tests.desk import AVI, NOA, FakeClock


class TestAfterAnOutage:
    def test_of_forty_minutes_one_reminder_is_sent_and_the_rest_follows_in_order(
        self, tmp_path, clock: FakeClock
    ):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
        with desk(tmp_path, clock, "2026-11-15 10:40") as room:
            tick(room)
            assert len(nudges(room, lead.owner)) == 1
            assert (room.load(1).owner, told(room)) == (lead.owner, [])
            at(room, "2026-11-15 10:49")
            assert room.load(1).owner == lead.owner
            at(room, "2026-11-15 10:50")
            assert (room.load(1).owner, told(room)) == (room.other(lead), [])
            at(room, "2026-11-15 11:00")
            assert len(told(room)) == 1

    def test_in_the_middle_goes_on_where_it_stood(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            at(room, "2026-11-15 10:05")
        with desk(tmp_path, clock, "2026-11-15 10:06") as room:
            tick(room)
            assert nudges(room, lead.owner) == []
            at(room, "2026-11-15 10:10")
            assert len(nudges(room, lead.owner)) == 1

    def test_many_reminders_are_one_message(self, tmp_path, clock: FakeClock):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            numbers = many(room, 4)
            room.deliver()
            at(room, "2026-11-15 10:40")
            assert room.states("nudge_call") == []
            assert len(room.rows("catch_up")) == 1
            said = room.outside.dms(NOA)[-1].text
            assert all(f"#{number} Lead" in said for number in numbers)

    def test_of_many_ends_the_older_message_when_the_next_one_comes(
        self, tmp_path, clock: FakeClock
    ):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            many(room, 4)
            room.deliver()
            before = len(room.outside.dms(NOA))
            at(room, "2026-11-15 10:05")
            at(room, "2026-11-15 10:10")
            older, newer = room.outside.dms(NOA)[before:]
            assert not any("accessory" in block for block in older.blocks)
            assert "accessory" in str(newer.blocks) or buttons(newer)
            assert older.text != newer.text

    def test_two_reminders_are_two_messages(self, tmp_path, clock: FakeClock):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            many(room, 2)
            at(room, "2026-11-15 10:05")
            assert len(nudges(room, NOA)) == 2

    def test_many_that_wait_too_long_are_one_notice(self, tmp_path, clock: FakeClock):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            many(room, 7)
            for local in ("10:05", "10:10", "10:20", "10:30"):
                at(room, f"2026-11-15 {local}")
            [notice] = told(room)
            assert "*7 leads" in notice.text
            assert "#1 Lead 0" in notice.text
            assert "#6 Lead 5" not in notice.text
            assert "2 more" in notice.text

    def test_those_of_one_minute_are_a_notice_each(self, tmp_path, clock: FakeClock):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            many(room, 3)
            room.clock.forward(seconds=20)
            for n in range(3):
                room.lead(name=f"Later {n}", phone=f"052-234-{6000 + n}", email="")
            for minutes in (5, 5, 10, 10):
                tick(room, minutes=minutes - 1)
                tick(room, seconds=40)
                tick(room, seconds=20)
            assert len(told(room)) == 2

    @pytest.mark.parametrize(("off", "reminded"), [("speed", False), ("nags", True)])
    def test_many_reminders_are_switched_off_as_one_is(
        self, tmp_path, clock: FakeClock, off: str, reminded: bool
    ):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            many(room, 4)
            room.deliver()
            with room.desk.store.unit() as unit:
                preferences.keep(unit, NOA, [off], at=room.clock.now)
                unit.commit()
            before = len(room.outside.dms(NOA))
            at(room, "2026-11-15 10:05")
            assert len(room.outside.dms(NOA)) == before + int(reminded)


class TestATickThatDies:
    def test_in_the_middle_is_done_again_whole(
        self, tmp_path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        def die(*_given: object, **_named: object) -> None:
            raise RuntimeError("killed")

        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            room.clock.now = moment("2026-11-15 10:05")
            with monkeypatch.context() as patched:
                patched.setattr(outbox, "add", die)
                with pytest.raises(RuntimeError, match="killed"):
                    ladder.climb_due(room.desk)
            assert room.load(1) == lead
            tick(room)
            assert len(nudges(room, lead.owner)) == 1

    def test_tells_each_rep_of_all_of_theirs_in_one_message(
        self, tmp_path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ladder, "AT_ONCE", 4)
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            many(room, 6)
            at(room, "2026-11-15 10:05")
            sent = {row["payload"]["rep"]: row["payload"]["leads"] for row in room.rows("catch_up")}
            assert {rep: len(some) for rep, some in sent.items()} == {NOA: 3, AVI: 3}
            assert len(room.rows("catch_up")) == 2

    def test_tells_one_rep_of_very_many_in_one_message(
        self, tmp_path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ladder, "AT_ONCE", 3)
        alone = team(avi="Mon 09:00-18:00")
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=alone) as room:
            made = many(room, 7)
            at(room, "2026-11-15 10:05")
            [row] = room.rows("catch_up")
            assert sorted(row["payload"]["leads"]) == made

    def test_moves_very_many_batch_by_batch_and_tells_of_them_in_one_message(
        self, tmp_path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ladder, "AT_ONCE", 3)
        keep, batches = handed.keep, list[int]()

        def counting(unit: Unit, moved: dict[str, list[Lead]], **more: Any) -> None:
            batches.append(sum(map(len, moved.values())))
            keep(unit, moved, **more)

        monkeypatch.setattr(handed, "keep", counting)
        alone = team(avi="Mon 09:00-18:00")
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=alone) as room:
            made = many(room, 8)
            for minutes in (5, 10):
                at(room, f"2026-11-15 10:{minutes:02}")
            room.load_team(team())
            at(room, "2026-11-15 10:20")
            assert {room.load(one).owner for one in made} == {AVI}
            assert batches == [3, 3, 2]
            [told] = room.outside.dms(AVI)
            assert "8 leads are yours now" in told.text.replace("*", "")

    def test_takes_more_than_one_batch_holds(
        self, tmp_path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ladder, "AT_ONCE", 3)
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            many(room, 5)
            room.clock.now = moment("2026-11-15 10:05")
            assert ladder.climb_due(room.desk) == 5
            assert ladder.climb_due(room.desk) == 0
