"""A lead that waits for its first call: reminded of, moved, shown to the managers (C1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from bot import assign, handed, ladder, undoing
from bot.imports import import_rows
from bot.next import next_lead
from bot.views.blocks import ActionId, Message
from rules.fields import Defaults
from rules.hours import read_window
from rules.lead import Lead
from rules.playbook import Duty, Playbook, Speed, Wave
from rules.pools import Pool, Route, Way
from rules.rest import RestRules
from rules.words import Importance, Kind, Tier
from storage import outbox, preferences, reps
from storage.engine import make_engine
from storage.store import Store
from storage.unit import Unit
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, FakeClock, Room, a_desk
from tests.storage.making import at_once

ISRAEL = ZoneInfo("Asia/Jerusalem")
DAY = "Sun-Thu 09:00-18:00, Fri 09:00-13:00"
GIL = "U01GIL"


def team(noa: str = DAY, avi: str = DAY, more: str = "") -> str:
    return f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
hours = "{noa}"
{more}
[[rep]]
slack_id = "{AVI}"
name = "Avi"
hours = "{avi}"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""


def book(**speed: object) -> Playbook:
    return replace(BOOK, speed=Speed(**speed))  # type: ignore[arg-type]  # the playbook's own keys


@contextmanager
def desk(
    tmp_path: Path,
    clock: FakeClock,
    local: str,
    *,
    playbook: Playbook = BOOK,
    reps_file: str = "",
) -> Iterator[Room]:
    """Open a desk at a moment by Israel's clock."""
    clock.now = moment(local)
    with a_desk(tmp_path, clock, team=reps_file or team(), playbook=playbook) as made:
        yield made


def moment(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ISRAEL).astimezone(UTC)


def at(room: Room, local: str) -> None:
    """Go to a moment, do what the clock does there, deliver."""
    room.clock.now = moment(local)
    tick(room)


def tick(room: Room, **span: float) -> None:
    room.clock.forward(None, **span)
    ladder.climb_due(room.desk)
    room.deliver()


def buttons(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row["elements"]]


def nudges(room: Room, slack_id: str) -> list[Message]:
    """Give the reminders of first calls in a person's direct messages, retired ones too."""
    return [one for one in room.outside.dms(slack_id) if one.text.startswith(("⏱", "#"))]


def told(room: Room) -> list[Message]:
    """Give what the manager was told of slow first calls."""
    return nudges(room, MIRI)


def away(room: Room, slack_id: str, until: datetime | None = None) -> None:
    with room.desk.store.unit() as unit:
        reps.set_away(unit, slack_id, until=until)
        unit.commit()


def many(room: Room, count: int) -> list[int]:
    """Take in so many leads; gives their numbers."""
    return [
        room.lead(name=f"Lead {n}", phone=f"052-234-{5000 + n}", email="").id for n in range(count)
    ]


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


class TestHours:
    def test_an_arrival_at_night_begins_with_the_next_shift(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 22:00") as room:
            lead = room.lead()
            assert lead.clocked_at == moment("2026-11-16 09:00")
            for local in ("2026-11-15 22:30", "2026-11-16 09:04"):
                at(room, local)
                assert nudges(room, lead.owner) == []
            at(room, "2026-11-16 09:05")
            assert len(nudges(room, lead.owner)) == 1

    def test_a_shift_that_ends_goes_on_in_the_morning(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 17:48") as room:
            lead = room.lead()
            for local in ("2026-11-15 17:53", "2026-11-15 17:58", "2026-11-15 18:08"):
                at(room, local)
            at(room, "2026-11-16 09:07")
            assert (len(nudges(room, lead.owner)), room.load(1).owner) == (2, lead.owner)
            at(room, "2026-11-16 09:08")
            assert room.load(1).owner == room.other(lead)
            at(room, "2026-11-16 09:18")
            assert len(told(room)) == 1

    def test_friday_noon_goes_on_on_sunday(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-20 12:52") as room:
            lead = room.lead()
            at(room, "2026-11-20 12:57")
            for local in ("2026-11-20 13:02", "2026-11-21 10:00", "2026-11-22 09:01"):
                at(room, local)
                assert len(nudges(room, lead.owner)) == 1
            at(room, "2026-11-22 09:02")
            assert len(nudges(room, lead.owner)) == 2

    def test_nothing_happens_on_shabbat_even_to_those_without_hours(
        self, tmp_path, clock: FakeClock
    ):
        # Rest from 15:57 on, 40 minutes before sunset, to 17:17 on the next day.
        with desk(tmp_path, clock, "2026-11-20 15:50", reps_file=team("", "")) as room:
            lead = room.lead()
            at(room, "2026-11-20 15:55")
            assert len(nudges(room, lead.owner)) == 1
            for local in ("2026-11-20 16:30", "2026-11-21 12:00", "2026-11-21 17:00"):
                at(room, local)
            assert (len(nudges(room, lead.owner)), room.load(1).owner) == (1, lead.owner)
            at(room, "2026-11-21 17:40")
            assert len(nudges(room, lead.owner)) == 2

    @pytest.mark.parametrize(
        ("arrives", "nagged"),
        [("2026-03-27 01:57", "2026-03-27 03:02"), ("2026-10-25 00:58", "2026-10-25 01:03")],
    )
    def test_a_night_in_which_the_clock_is_changed_has_the_minutes_that_it_has(
        self, tmp_path, clock: FakeClock, arrives: str, nagged: str
    ):
        night = replace(
            BOOK, calling=read_window("00:00-23:59"), rest=RestRules(weekly="none", holidays="")
        )
        with desk(tmp_path, clock, arrives, playbook=night, reps_file=team("", "")) as room:
            lead = room.lead()
            assert lead.ladder_at == moment(nagged)
            room.clock.now = moment(nagged) - timedelta(seconds=1)
            tick(room)
            assert nudges(room, lead.owner) == []
            at(room, nagged)
            assert len(nudges(room, lead.owner)) == 1

    def test_whoever_is_on_duty_has_a_running_clock(self, tmp_path, clock: FakeClock):
        evenings = (Duty("evenings", (AVI,), "Sun-Thu 18:00-23:00"),)
        night = replace(BOOK, duties=evenings, calling=read_window("09:00-23:30"))
        with desk(tmp_path, clock, "2026-11-15 22:00", playbook=night) as room:
            lead = room.lead()
            assert (lead.owner, lead.clocked_at) == (AVI, moment("2026-11-15 22:00"))
            at(room, "2026-11-15 22:05")
            assert len(nudges(room, AVI)) == 1

    def test_without_anybody_on_duty_the_clock_waits_for_the_morning(
        self, tmp_path, clock: FakeClock
    ):
        night = replace(BOOK, calling=read_window("09:00-23:30"))
        with desk(tmp_path, clock, "2026-11-15 22:00", playbook=night) as room:
            assert room.lead().clocked_at == moment("2026-11-16 09:00")

    def test_steps_by_the_clock_do_not_wait_for_the_shift(self, tmp_path, clock: FakeClock):
        by_clock = book(by_clock=("move", "manager"))
        late = team(avi="Sun-Thu 17:55-20:00")
        with desk(tmp_path, clock, "2026-11-15 17:50", playbook=by_clock, reps_file=late) as room:
            assert room.lead().owner == NOA
            at(room, "2026-11-15 17:55")
            at(room, "2026-11-15 18:10")
            assert room.load(1).owner == AVI
            at(room, "2026-11-15 18:20")
            assert len(told(room)) == 1


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


class TestWhoIsSpared:
    def test_are_imported_leads(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            defaults = Defaults(region="IL", currency="ILS", kind=Kind.WARM)
            rows = [dict(DANA)]
            import_rows(room.desk, rows, defaults=defaults, mapping={}, post=True, dry_run=False)
            lead = room.load(1)
            assert (lead.climbs, lead.ladder_at) == (False, None)
            at(room, "2026-11-15 10:30")
            assert nudges(room, lead.owner) == []
            room.log(1, "noanswer")
            assert room.load(1).waited is None

    @pytest.mark.parametrize(("minutes", "climbs"), [(59, True), (60, True), (61, False)])
    def test_are_leads_that_came_late(self, tmp_path, clock: FakeClock, minutes: int, climbs: bool):
        with desk(tmp_path, clock, "2026-11-15 10:30") as room:
            sent = room.clock.now - timedelta(minutes=minutes)
            lead = room.lead(received_at=sent.isoformat())
            assert (lead.climbs, lead.ladder_at is not None) == (climbs, climbs)

    def test_are_tiers_on_hold_until_it_is_lifted(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            free = room.desk.present.playbook
            room.desk.present.playbook = replace(free, wave=Wave(hold=tuple(Tier)))
            at(room, "2026-11-15 10:30")
            assert (nudges(room, lead.owner), told(room)) == ([], [])
            room.desk.present.playbook = free
            at(room, "2026-11-15 10:35")
            assert len(nudges(room, lead.owner)) == 1

    def test_are_leads_that_are_agreed_on(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            when = moment("2026-11-15 16:00")
            room.log(1, "followup", when=when, importance=Importance.HIGH)
            at(room, "2026-11-15 10:40")
            assert (nudges(room, lead.owner), told(room)) == ([], [])


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


class TestWhoIsAway:
    def test_loses_what_waits_for_a_call_at_once(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            room.deliver()
            away(room, lead.owner)
            tick(room, minutes=1)
            taken = room.load(1)
            assert taken.owner == room.other(lead)
            assert taken.ladder_at == room.clock.now.replace(second=0) + timedelta(minutes=5)
            assert "covered" in room.history(1)
            [card] = room.outside.dms(room.other(lead))
            assert "052-234-5678" in card.text

    def test_has_it_taken_by_their_deputy_first(self, tmp_path, clock: FakeClock):
        with_deputy = team(more=f'deputy = "{MIRI}"')
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=with_deputy) as room:
            away(room, AVI)
            room.lead()
            away(room, NOA)
            tick(room, minutes=1)
            assert room.load(1).owner == MIRI

    def test_keeps_it_while_nobody_is_at_work_and_is_not_reminded(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            away(room, AVI)
            room.lead()
            away(room, NOA)
            for local in ("10:05", "10:10", "10:20", "10:30"):
                at(room, f"2026-11-15 {local}")
            assert (room.load(1).owner, nudges(room, NOA)) == (NOA, [])
            assert len(told(room)) == 1

    def test_keeps_what_was_called(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            room.log(1, "noanswer")
            away(room, lead.owner)
            tick(room, minutes=40)
            assert room.load(1).owner == lead.owner

    def test_keeps_what_is_not_to_be_called_yet(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 20:30", reps_file=team("", "")) as room:
            lead = room.lead()
            away(room, lead.owner, until=moment("2026-11-15 23:00"))
            tick(room, minutes=10)
            assert room.load(1).owner == lead.owner


class TestASilentRep:
    def for_noa(self, room: Room, number: int) -> int:
        """Take in a lead while only Noa is there; gives its number."""
        away(room, AVI)
        made = room.lead(phone=f"052-234-{6000 + number}", email="", name=f"Lead {number}")
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [AVI], "active")
            unit.commit()
        return made.id

    def lose(self, room: Room, number: int) -> None:
        """Let a lead of Noa's be moved to Avi, who calls it."""
        lead_id = self.for_noa(room, number)
        for minutes in (5, 5, 10):
            tick(room, minutes=minutes)
        assert room.load(lead_id).owner == AVI
        room.log(lead_id, "noanswer", by=AVI)

    def state(self, room: Room) -> str:
        with room.desk.store.view() as view:
            found = reps.get(view, NOA)
        assert found is not None
        return found.state

    def test_is_set_away_and_told_and_so_are_the_managers(self, tmp_path, clock: FakeClock):
        two = book(silent_moves=2)
        with desk(tmp_path, clock, "2026-11-15 10:00", playbook=two) as room:
            self.lose(room, 1)
            assert self.state(room) == "active"
            self.lose(room, 2)
            assert self.state(room) == "away"
            said = room.outside.dms(NOA)[-1]
            assert "You are away now: 2 leads" in said.text
            assert buttons(said) == [ActionId.COME_BACK]
            [notice] = room.outside.dms(MIRI)
            assert f"<@{NOA}> is away now: 2 leads" in notice.text

    def test_who_logs_something_in_between_is_not(self, tmp_path, clock: FakeClock):
        two = book(silent_moves=2)
        with desk(tmp_path, clock, "2026-11-15 10:00", playbook=two) as room:
            self.lose(room, 1)
            room.log(self.for_noa(room, 9), "noanswer", by=NOA)
            self.lose(room, 2)
            assert self.state(room) == "active"

    def test_is_left_alone_where_the_playbook_does_not_say_so(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            for number in range(3):
                self.lose(room, number)
            assert self.state(room) == "active"


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


class TestTheBest:
    def test_handed_out_by_next_still_climbs(self, tmp_path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00") as room:
            lead = room.lead()
            next_lead(room.desk, by=lead.owner)
            at(room, "2026-11-15 10:05")
            assert len(nudges(room, lead.owner)) == 1
