"""Calls summed by the hour while the team works: as the clock and the terminal do it (L6)."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot import rollups, undoing
from bot.one_person import merge
from bot.parting import unmerge
from bot.texts import LOCALES, Words
from bot.views import rollups as views
from storage import lead_rollups, rollup_work
from storage import rollups as stored
from storage.call_sums import Counts
from storage.rollups import BEGINNING, END
from storage.tables import attempts, kept, lead_marks, lead_sums, rollup_marks
from storage.tables import rollups as rollups_table
from tests.desk import MIRI, FakeClock, Room, a_desk

WHOLE = "Calls are summed by the hour, all of the past."
COUNTED = "Leads are counted by the day on which they came, all of the past."


def totals(room: Room, cut: str) -> dict[tuple[str, ...], Counts]:
    zone = room.desk.settings.zone
    with room.desk.store.view() as view:
        return dict(stored.totals(view, cut, since=BEGINNING, until=END, zone=zone))


def forget_sums(room: Room) -> None:
    """Let the database be as one that was upgraded just now: calls, and nothing summed."""
    with room.desk.store.unit() as unit:
        for table in (rollups_table, rollup_marks, lead_sums, lead_marks, kept):
            unit.execute(delete(table))
        unit.commit()


def said(room: Room, locale: str = "en") -> str:
    words = Words(locale, room.desk.settings.zone, mrkdwn=False)
    return views.stands(rollups.standing(room.desk), words)


@pytest.fixture
def called(room: Room) -> Room:
    """A desk with two leads of two campaigns, and calls in three hours."""
    for name, campaign, phone in (("A", "spring", "052-234-5678"), ("B", "fall", "052-234-5679")):
        lead = room.lead(name=name, campaign=campaign, phone=phone, email=f"{name}@example.com")
        room.log(lead.id, "noanswer")
        room.clock.forward(hours=1)
    room.log(1, "notnow", talk_seconds=120)
    return room


class TestTheClocksJob:
    def test_sums_what_was_logged_and_then_has_nothing_to_do(self, called: Room):
        rollups.keep_up(called.desk)
        with called.desk.store.view() as view:
            assert not rollup_work.any_marks(view)
        assert said(called).splitlines() == [WHOLE, COUNTED, "No hour waits to be summed anew."]
        assert totals(called, "campaign") == {
            ("spring", "", "warm", "IL"): Counts(2, 1, 1, 120),
            ("fall", "", "warm", "IL"): Counts(1),
        }

    def test_sums_the_past_after_an_upgrade_piece_by_piece(
        self, called: Room, monkeypatch: pytest.MonkeyPatch
    ):
        forget_sums(called)
        monkeypatch.setattr(rollup_work, "AT_ONCE", 1)
        monkeypatch.setattr(rollups, "AT_A_TIME", 1)
        before = totals(called, "rep")
        told = []
        for _ in range(5):
            told.append(said(called).splitlines()[0])
            rollups.keep_up(called.desk)
            assert totals(called, "rep") == before
        assert told[0].startswith("No calls are summed yet")
        assert told[1].endswith("2 older ones are left, the running bot goes on.")
        assert told[2].endswith("1 older one is left, the running bot goes on.")
        assert told[4] == WHOLE

    def test_sums_anew_where_an_outcome_is_undone(self, called: Room):
        rollups.keep_up(called.desk)
        owner = called.load(1).owner
        undoing.undo(called.desk, by=owner)
        rollups.keep_up(called.desk)
        assert totals(called, "nth") == {("B", "1"): Counts(2)}

    def test_gives_the_calls_of_a_merged_lead_to_the_one_that_stands(self, called: Room):
        rollups.keep_up(called.desk)
        apart = totals(called, "campaign")
        merge(called.desk, 1, 2, by=MIRI)
        rollups.keep_up(called.desk)
        assert totals(called, "campaign") == {("spring", "", "warm", "IL"): Counts(3, 1, 1, 120)}
        unmerge(called.desk, 1, by=MIRI)
        rollups.keep_up(called.desk)
        assert totals(called, "campaign") == apart
        assert rollups.compare(called.desk).unequal == ()

    def test_sums_all_anew_in_another_time_zone(self, called: Room, tmp_path: Path):
        rollups.keep_up(called.desk)
        with a_desk(tmp_path, called.clock, TIMEZONE="America/New_York") as moved:
            assert said(moved).startswith("No calls are summed yet")
            rollups.keep_up(moved.desk)
            assert said(moved).splitlines()[0] == WHOLE
            assert rollups.compare(moved.desk).unequal == ()

    def test_does_a_bounded_part_at_a_time(self, called: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(rollup_work, "AT_ONCE", 1)
        assert rollups.catch_up(called.desk, most=1) == 1
        assert said(called).splitlines()[2].startswith("3 hours wait to be summed anew")


class TestARebuild:
    def test_mends_sums_that_are_wrong(self, called: Room):
        rollups.keep_up(called.desk)
        with called.desk.store.unit() as unit:
            wrong = update(rollups_table).where(rollups_table.c.cut == "rep")
            unit.execute(wrong.values(calls=rollups_table.c.calls + 1))
            unit.commit()
        assert rollups.compare(called.desk).unequal == (
            "rep",
            "2026-11-15T08:00:00+00:00",
            "2026-11-15T09:00:00+00:00",
            "2026-11-15T10:00:00+00:00",
        )
        assert sum(rollups.rebuild(called.desk)) == rollups.count(called.desk) == 3 + 2
        found = rollups.compare(called.desk)
        assert (found.unequal, found.hours, found.counts.calls) == ((), 3, 3)

    def test_sums_a_past_that_was_never_summed(self, called: Room):
        forget_sums(called)
        assert sum(rollups.rebuild(called.desk)) == 3 + 2
        assert said(called).splitlines() == [WHOLE, COUNTED, "No hour waits to be summed anew."]

    def test_mends_counts_of_leads_that_are_wrong(self, called: Room):
        rollups.keep_up(called.desk)
        with called.desk.store.unit() as unit:
            wrong = update(lead_sums).where(lead_sums.c.cut == "stage")
            unit.execute(wrong.values(leads=lead_sums.c.leads + 1))
            unit.commit()
        unequal = rollups.compare(called.desk).unequal
        assert unequal == ("leads by stage", "2026-11-15")
        list(rollups.rebuild(called.desk))
        found = rollups.compare(called.desk)
        assert (found.unequal, found.leads, found.days) == ((), 2, 1)

    def test_of_an_empty_desk_is_equal(self, room: Room):
        assert list(rollups.rebuild(room.desk)) == [0, 0]
        assert rollups.compare(room.desk).unequal == ()

    def test_leaves_the_calls_of_the_unknown_future_and_past_in_their_place(self, called: Room):
        with called.desk.store.unit() as unit:
            far = datetime(2031, 5, 1, 12, 30, tzinfo=UTC)
            unit.execute(update(attempts).where(attempts.c.id == 1).values(at=far))
            unit.commit()
        list(rollups.rebuild(called.desk))
        assert rollups.compare(called.desk).unequal == ()


class TestWords:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_tell_every_state(self, called: Room, locale: str, clock: FakeClock):
        found, words = rollups.standing(called.desk), Words(locale, called.desk.settings.zone)
        states = [
            replace(found, since=since, left=left, marked=marked, leads_since=first)
            for since, left in ((BEGINNING, 0), (END, 3), (clock.now, 1), (clock.now, 5))
            for marked in ((), (clock.now,), (clock.now, clock.now))
            for first in (lead_rollups.BEGINNING, clock.now.date(), lead_rollups.END)
        ]
        assert len({views.stands(one, words) for one in states}) == len(states)
        done = rollups.compare(called.desk)
        told = {views.compared(replace(done, unequal=one), words) for one in ((), ("rep",))}
        assert len(told) == 2
