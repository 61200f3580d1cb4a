"""A lead that waits for its first call: reminded of, moved, shown to the managers (C1)."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import event

from bot import assign, ladder, undoing
from bot.next import next_lead
from bot.views.blocks import ActionId
from rules.pools import Pool, Route, Way
from storage import reps
from storage.engine import make_engine
from storage.store import Store
from tests.bot.climbing import at, away, buttons, desk, many, moment, nudges, team, tick, told
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk
from tests.storage.making import at_once


class TestALeadThatNobodyCalls:
    def test_is_reminded_of_at_five_and_ten_moved_at_twenty_told_at_thirty(
        self, tmp_path, clock: FakeClock
    ):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            first, other = lead.owner, room.other(lead)
            seen = {}
            for minutes in (4, 5, 9, 10, 19, 20, 29, 30, 45):
                at(room, f"2026-11-15 10:{minutes:02}")
                seen[minutes] = (
                    len(nudges(room, first)), room.load(1).owner == other, len(told(room))
                )  # fmt: skip
        assert seen == {
            4: (0, False, 0),
            5: (1, False, 0),
            9: (1, False, 0),
            10: (2, False, 0),
            19: (2, False, 0),
            20: (2, True, 0),
            29: (2, True, 0),
            30: (2, True, 1),
            45: (2, True, 1),
        }

    def test_its_reminder_has_the_number_what_comes_next_and_buttons(
        self, tmp_path, clock: FakeClock
    ):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            at(room, "2026-11-15 10:05")
            [nudge] = nudges(room, lead.owner)
            assert "#1 Dana Cohen" in nudge.text
            assert "052-234-5678" in nudge.text
            assert f"<!date^{int(moment('2026-11-15 10:00').timestamp())}^{{ago}}" in nudge.text
            assert f"<!date^{int(moment('2026-11-15 10:20').timestamp())}^" in nudge.text
            assert "another rep" in nudge.text
            assert buttons(nudge) == [
                ActionId.NOANSWER, ActionId.TALKED, ActionId.SOLD, ActionId.ASSIGN
            ]  # fmt: skip

    def test_its_older_reminder_loses_its_buttons(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            at(room, "2026-11-15 10:05")
            at(room, "2026-11-15 10:10")
            tick(room, seconds=2)
            older, newer = nudges(room, lead.owner)
            assert (buttons(older), "newer" in older.text) == ([], True)
            assert buttons(newer)

    def test_leaves_no_number_with_whom_it_was_moved_from(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            tick(room, seconds=2)
            other = room.other(lead)
            for old in nudges(room, lead.owner):
                assert "5678" not in old.text
                assert buttons(old) == []
            [card] = room.outside.dms(other)
            assert "052-234-5678" in card.text
            assert "moved" in room.history(1)
            assert f"<@{other}>" in room.outside.channel()[0].text

    def test_is_told_to_managers_masked_with_a_button_to_assign_it(
        self, tmp_path, clock: FakeClock
    ):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            for minutes in (5, 10, 20, 30):
                at(room, f"2026-11-15 10:{minutes:02}")
            [notice] = told(room)
            assert "#1 Dana Cohen" in notice.text
            assert "5678" not in notice.text
            assert f"<@{room.other(lead)}>" in notice.text
            assert buttons(notice) == [ActionId.ASSIGN]

    def test_is_saved_once_when_it_is_moved_with_the_next_step_of_its_new_reps_hours(
        self, tmp_path, clock: FakeClock
    ):
        late = team(avi="Sun-Thu 10:00-10:22, Mon-Thu 09:00-18:00")
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=late) as room:
            lead = room.lead()
            if lead.owner != NOA:
                lead = room.lead(phone="052-234-5679", email="", name="Eli")
            for minutes in (5, 10):
                at(room, f"2026-11-15 10:{minutes:02}")
            before = room.load(lead.id)
            at(room, "2026-11-15 10:20")
            moved = room.load(lead.id)
            assert (moved.owner, moved.version) == (AVI, before.version + 1)
            assert moved.ladder_at == moment("2026-11-16 09:08")

    def test_keeps_its_clock_when_it_is_moved(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            began = room.lead().clocked_at
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            assert room.load(1).clocked_at == began


class TestACall:
    @pytest.mark.parametrize("outcome", ["noanswer", "lost", "invalid"])
    def test_ends_it(self, tmp_path, clock: FakeClock, outcome: str):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            at(room, "2026-11-15 10:05")
            room.clock.now = moment("2026-11-15 10:07")
            room.log(1, outcome)
            for minutes in (10, 20, 30, 59):
                at(room, f"2026-11-15 10:{minutes:02}")
            [nudge] = nudges(room, lead.owner)
            assert (buttons(nudge), "called" in nudge.text) == ([], True)
            after = room.load(1)
            assert (after.owner, after.ladder_at, after.waited) == (lead.owner, None, 7)
            assert told(room) == []

    def test_whose_reminder_has_not_left_yet_takes_it_back(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            room.clock.now = moment("2026-11-15 10:05")
            ladder.climb_due(room.desk)
            room.log(1, "noanswer")
            room.deliver()
            assert nudges(room, lead.owner) == []

    def test_that_is_taken_back_lets_it_go_on(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            at(room, "2026-11-15 10:05")
            room.log(1, "noanswer")
            undoing.undo(room.desk, by=lead.owner)
            back = room.load(1)
            assert (back.waited, back.first_call_at) == (None, None)
            at(room, "2026-11-15 10:10")
            assert buttons(nudges(room, lead.owner)[-1])

    def test_says_how_long_it_took_in_working_minutes(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 17:50") as room:
            room.lead()
            room.clock.now = moment("2026-11-16 09:05")
            room.log(1, "noanswer")
            lead = room.load(1)
            assert lead.waited == 15
            assert (lead.received_at, lead.first_call_at) == (
                moment("2026-11-15 17:50"),
                moment("2026-11-16 09:05"),
            )

    def test_of_the_second_rep_counts_what_it_waited_with_the_first(
        self, tmp_path, clock: FakeClock
    ):
        late = team(avi="Sun-Thu 10:15-18:00")
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=late) as room:
            assert room.lead().owner == NOA
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            room.clock.now = moment("2026-11-15 10:25")
            room.log(1, "noanswer", by=AVI)
            assert room.load(1).waited == 25

    @pytest.mark.parametrize("of_another", [False, True])
    def test_reads_the_owner_once(self, tmp_path, clock: FakeClock, of_another: bool):
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.extend(["rep"] if "FROM reps" in statement else [])

        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            event.listen(room.desk.store.engine, "before_cursor_execute", note)
            room.clock.now = moment("2026-11-15 10:07")
            room.log(1, "noanswer", by=MIRI if of_another else lead.owner)
            assert asked == ["rep"] * (2 if of_another else 1)
            assert room.load(1).waited == 7

    def test_of_an_administrator_counts_by_the_hours_of_the_team_file(
        self, tmp_path, clock: FakeClock
    ):
        clock.now = moment("2026-11-15 17:50")
        with a_desk(tmp_path, clock, team=team(), ADMIN_SLACK_IDS=f"{NOA},{AVI}") as room:
            lead = room.lead()
            room.clock.now = moment("2026-11-15 18:30")
            room.log(1, "noanswer", by=lead.owner)
            assert room.load(1).waited == 10


class TestMoving:
    def test_passes_over_where_there_is_nobody_else(self, tmp_path, clock: FakeClock):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            lead = room.lead()
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            assert (lead.owner, room.load(1).owner) == (NOA, NOA)
            at(room, "2026-11-15 10:30")
            assert len(told(room)) == 1

    def test_goes_to_nobody_who_had_it_before(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            other = room.other(lead)
            assign.assign_lead(room.desk, 1, to=other, by=lead.owner)
            room.deliver()
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            assert room.load(1).owner == other
            at(room, "2026-11-15 10:30")
            assert len(told(room)) == 1

    def test_goes_to_the_reps_of_a_pool_that_waits_for_a_person(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            pools, routes = (Pool("vip", way=Way.BY_HAND),), (Route("all", "vip"),)
            room.desk.present.playbook = replace(BOOK, pools=pools, routes=routes)
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            assert room.load(1).owner == room.other(lead)

    def test_goes_to_nobody_who_is_away(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            away(room, room.other(lead))
            for minutes in (5, 10, 20):
                at(room, f"2026-11-15 10:{minutes:02}")
            assert room.load(1).owner == lead.owner

    def test_of_many_leads_is_one_message(self, tmp_path, clock: FakeClock):
        with desk(
            tmp_path, clock, "2026-11-15 10:00", reps_file=team(avi="Mon 09:00-18:00")
        ) as room:
            many(room, 5)
            for minutes in (5, 10):
                at(room, f"2026-11-15 10:{minutes:02}")
            room.load_team(team())
            at(room, "2026-11-15 10:20")
            assert {room.load(n).owner for n in range(1, 6)} == {AVI}
            assert len(room.outside.dms(AVI)) == 1

    def test_begins_a_new_clock_when_a_person_hands_it_over(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            at(room, "2026-11-15 10:05")
            room.clock.now = moment("2026-11-15 10:07")
            assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
            tick(room, seconds=1)
            given = room.load(1)
            assert given.ladder_at == moment("2026-11-15 10:12")
            [old] = nudges(room, lead.owner)
            assert buttons(old) == []
            at(room, "2026-11-15 10:12")
            assert len(nudges(room, room.other(lead))) == 1

    def test_of_the_pools_begins_with_who_takes_it(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            away(room, NOA)
            away(room, AVI)
            room.lead()
            assert room.load(1).ladder_at is None
            with room.desk.store.unit() as unit:
                reps.set_state(unit, [AVI], "active")
                unit.commit()
            room.clock.now = moment("2026-11-15 10:40")
            assign.assign_held(room.desk)
            lead = room.load(1)
            assert (lead.owner, lead.ladder_at) == (AVI, moment("2026-11-15 10:45"))


class TestTwoReplicas:
    def test_take_each_step_once(self, either_room: Room, database_url: str):
        room = either_room
        numbers = many(room, 8)
        store = Store(make_engine(database_url))
        both = [room.desk, replace(room.desk, store=store)]
        for minutes in (5, 5, 10, 10):
            room.clock.forward(minutes=minutes)
            raised = at_once([partial(ladder.climb_due, one) for one in both])
            assert raised == []
        store.close()
        for number in numbers:
            assert room.history(number).count("moved") == 1
            assert self.reminders(room, number) == 2
        assert sorted(self.told(room)) == sorted(numbers)

    def told(self, room: Room) -> list[int]:
        """Give the leads of which managers were told, each as often as it was."""
        found: list[int] = []
        for row in room.rows("tell_managers"):
            named = row["payload"]["about"].split(":")[1]
            alone = row["payload"]["notice"] == "slow"
            found += [row["payload"]["lead_id"]] if alone else map(int, named.split(","))
        return found

    def reminders(self, room: Room, number: int) -> int:
        """Count how often a rep was reminded of a lead, alone or among others."""
        alone = [row["payload"]["lead_id"] for row in room.rows("nudge_call")]
        together = [one for row in room.rows("catch_up") for one in row["payload"]["leads"]]
        return (alone + together).count(number)


class TestTheBest:
    def test_handed_out_by_next_still_climbs(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            next_lead(room.desk, by=lead.owner)
            at(room, "2026-11-15 10:05")
            assert len(nudges(room, lead.owner)) == 1
