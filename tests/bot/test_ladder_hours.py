"""Whose hours a lead's climb keeps to: who is there, away, spared or silent (C1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.imports import import_rows
from bot.views.blocks import ActionId
from rules.fields import Defaults
from rules.hours import read_window
from rules.playbook import Duty, Wave
from rules.rest import RestRules
from rules.words import Importance, Kind, Tier
from storage import reps
from tests.bot.climbing import at, away, book, buttons, desk, moment, nudges, team, tick, told
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, FakeClock, Room


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
