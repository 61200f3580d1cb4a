"""Sums of calls by the hour against a plain count of the same calls (L6)."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, update

from rules.countries import country_of
from rules.lead import Attempt, Lead
from rules.money import Money
from rules.tiers import Basis, Grade, Group
from rules.words import Kind, Outcome, Tier
from storage import (
    call_sums,
    calls,
    leads,
    measures,
    merges,
    queue,
    rollup_checks,
    rollup_work,
    rollups,
)
from storage.call_sums import CUTS, Counts, Key
from storage.rollups import BEGINNING, END
from storage.snapshots import steady
from storage.store import Store
from storage.tables import attempts, rollup_marks
from storage.tables import leads as leads_table
from storage.tables import rollups as rollups_table
from storage.unit import Unit, View
from tests.databases import only_postgresql
from tests.storage.making import NOON, add_attempt, add_lead, at_once, reread, stored_lead
from tests.storage.plans import plan_of

TEAM = ZoneInfo("Asia/Jerusalem")
HOUR = timedelta(hours=1)
ZONES = [None, "", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"]
PHONES = ["", "+972522345678", "+12125551234", "+14165551234"]
CHANGES: dict[str, list[Any]] = {
    "campaign": ["", "spring", "אביב"],
    "banner": ["", 'a "blue" one'],
    "kind": list(Kind),
    "region": ["", "north", "US"],
    "zone": ZONES,
    "phone_e164": PHONES,
    "tier": list(Tier),
}
FEW = 3


def plain_totals(view: View, cut: str, since: datetime, until: datetime) -> dict[Key, Counts]:
    """Count by hand, a row at a time."""
    found: dict[Key, Counts] = defaultdict(Counts)
    owners = {row["id"]: row for row in view.execute(select(leads_table)).mappings()}
    for call in view.execute(select(attempts)).mappings():
        refund = (call["amount_minor"] or 0) < 0
        if call["undone_at"] is not None or refund or not since <= call["at"] < until:
            continue
        lead, talk = owners[call["lead_id"]], call["talk_seconds"]
        here = call["at"].astimezone(ZoneInfo(lead["zone"]) if lead["zone"] else TEAM)
        hour = str(here.hour if call["local_hour"] is None else call["local_hour"])
        country = country_of(lead["phone_e164"])
        key = {
            "campaign": (lead["campaign"], lead["banner"], lead["kind"], country),
            "rep": (call["by"],),
            "rep_kind_hour": (call["by"], lead["kind"], hour),
            "place": (country, lead["region"]),
            "week": (lead["kind"], str(here.weekday()), hour),
            "week_nth": (lead["kind"], str(here.weekday()), hour, str(call["nth"] or 0)),
            "nth": (lead["tier"], str(call["nth"] or 0)),
        }[cut]
        found[key] += Counts(1, int(call["answered"]), int(talk is not None), talk or 0)
    return dict(found)


def assert_right(view: View, since: datetime = BEGINNING, until: datetime = END) -> None:
    for cut in CUTS:
        told = rollups.totals(view, cut, since=since, until=until, zone=TEAM)
        assert told == sorted(plain_totals(view, cut, since, until).items()), cut


def finish(unit: Unit) -> None:
    while rollup_work.work_off(unit, zone=TEAM) is not None:
        pass
    while rollup_work.sum_past(unit, zone=TEAM, at=NOON) is not None:
        pass


def call(unit: Unit, lead: Lead, **values: Any) -> int:
    """Log a call as the desk does: the lead remembers it, its number is written down."""
    given: dict[str, Any] = {"outcome": Outcome.NOANSWER, "by": "U1", "at": NOON}
    attempt = Attempt(**(given | {"local_hour": 14, "answered": False} | values))
    refund = bool(attempt.amount and attempt.amount.minor < 0)
    after = replace(lead, attempts=lead.attempts + (not refund), last_at=attempt.at)
    saved = leads.save(unit, after, before=lead)
    return calls.add_attempt(unit, lead, attempt, after=saved, ended_followup=None)


def change(unit: Unit, lead: Lead, name: str, value: Any) -> None:
    if name == "tier":
        group = Group(lead.campaign, lead.kind, lead.product)
        measures.regrade(unit, [lead.id], Grade(group, 9, 3, 0.5, 1.0, value, Basis.MEASURED))
    else:
        leads.save(unit, replace(lead, **{name: value}), before=lead)


def old_call(unit: Unit, lead: Lead, at: datetime) -> None:
    """Write a call of before there were marks."""
    row = {"lead_id": lead.id, "outcome": "busy", "by": "U2", "at": at, "answered": False}
    unit.execute(insert(attempts), row | {"before": {}})


@dataclass(slots=True)
class World:
    """A few leads in a unit that is never committed, and what was done to them."""

    unit: Unit
    ids: list[int]
    attempts: list[int]
    merged: list[tuple[int, int, dict[str, Any]]]

    def lead(self, number: int) -> Lead:
        found = leads.load(self.unit, self.ids[number % len(self.ids)])
        assert found is not None
        return found

    def do(self, what: str, number: int, *given: Any) -> None:
        getattr(self, what)(number, *given)

    def call(self, number: int, values: dict[str, Any]) -> None:
        self.attempts.append(call(self.unit, self.lead(number), **values))

    def change(self, number: int, name: str, value: Any) -> None:
        change(self.unit, self.lead(number), name, value)

    def undo(self, number: int) -> None:
        if self.attempts:
            which = self.attempts[number % len(self.attempts)]
            calls.mark_undone(self.unit, which, at=NOON)

    def merge(self, number: int) -> None:
        gone, to = self.lead(number).id, self.lead(number + 1).id
        self.merged.append((gone, to, merges.move(self.unit, gone=gone, to=to)))
        merges.put(self.unit, gone, {"merged_into": to})

    def part(self, _number: int) -> None:
        if self.merged:
            gone, to, moved = self.merged.pop()
            merges.move_back(self.unit, moved, stays=to, gone=gone)
            merges.put(self.unit, gone, {"merged_into": None})

    def work(self, _number: int) -> None:
        rollup_work.work_off(self.unit, zone=TEAM)

    def past(self, _number: int) -> None:
        rollup_work.sum_past(self.unit, zone=TEAM, at=NOON)

    def again(self, _number: int) -> None:
        rollup_work.sum_before(self.unit, END, zone=TEAM, at=NOON)


MOMENTS = st.integers(-400, 400).map(lambda ten: NOON + ten * timedelta(minutes=10))
CALLS = st.fixed_dictionaries(
    {
        "at": MOMENTS,
        "by": st.sampled_from(["U1", "U2"]),
        "answered": st.booleans(),
        "local_hour": st.integers(0, 23),
        "talk_seconds": st.sampled_from([None, 0, 90]),
        "amount": st.sampled_from([None, Money(500, "ILS"), Money(-500, "ILS")]),
    }
)
NUMBERS = st.integers(0, 20)
STEPS = st.one_of(
    st.tuples(st.just("call"), NUMBERS, CALLS),
    st.sampled_from([(name, value) for name in CHANGES for value in CHANGES[name]]).flatmap(
        lambda one: st.tuples(st.just("change"), NUMBERS, st.just(one[0]), st.just(one[1]))
    ),
    st.tuples(st.sampled_from(["undo", "merge", "part", "work", "past", "again"]), NUMBERS),
)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few calls be as much as is summed at once, so that work is left half done."""
    monkeypatch.setattr(rollup_work, "AT_ONCE", FEW)
    monkeypatch.setattr(rollup_work, "MARKS_AT_ONCE", FEW)


class TestTotals:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        old=st.lists(MOMENTS, max_size=6),
        steps=st.lists(STEPS, max_size=25),
        period=st.tuples(MOMENTS, MOMENTS).map(sorted),
    )
    def test_are_what_a_plain_count_gives_whatever_happened(
        self, store: Store, small_pieces: None, old: Any, steps: Any, period: Any
    ):
        with store.unit() as unit:
            made = [add_lead(unit, campaign=f"c{number}").id for number in range(FEW)]
            world = World(unit, made, [], [])
            for at in old:
                old_call(unit, world.lead(at.minute), at)
            for step in steps:
                world.do(*step)
            assert_right(unit, *period)
            finish(unit)
            assert not rollup_work.any_marks(unit)
            assert rollup_work.all_summed(unit, zone=TEAM)
            assert_right(unit)
            everything = rollup_checks.all_calls(unit)
            assert rollup_checks.unequal_cuts(unit, everything, zone=TEAM) == []
            hours = rollup_checks.hours_of(unit, range(rollup_checks.newest_id(unit) + 1))
            assert rollup_checks.unequal_hours(unit, hours, zone=TEAM) == []

    def test_of_a_period_that_begins_within_an_hour_are_exact(self, store: Store):
        since = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # midnight in India
        with store.unit() as unit:
            lead = add_lead(unit)
            for minutes in (-1, 0, 29, 30, 60 * 24 - 1, 60 * 24):
                call(unit, reread(unit, lead), at=since + timedelta(minutes=minutes))
            finish(unit)
            found = rollups.totals(
                unit,
                "rep",
                since=since.astimezone(ZoneInfo("Asia/Kolkata")),
                until=since + 24 * HOUR,
                zone=TEAM,
            )
        assert found == [(("U1",), Counts(4))]

    @pytest.mark.parametrize(
        ("zone", "at", "weekday"),
        [
            # New York's clocks go back on 2026-11-01 at 06:00 UTC: 01:30 comes twice.
            ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "6"),
            ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "6"),
            ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "6"),
            ("America/New_York", datetime(2026, 11, 2, 5, 0, tzinfo=UTC), "0"),
            ("", datetime(2026, 3, 26, 21, 59, tzinfo=UTC), "3"),
            ("", datetime(2026, 3, 26, 22, 0, tzinfo=UTC), "4"),
            ("", datetime(2026, 3, 27, 20, 59, tzinfo=UTC), "4"),  # in summer time by now
            ("", datetime(2026, 3, 27, 21, 0, tzinfo=UTC), "5"),
        ],
    )
    def test_of_the_week_know_when_clocks_change(
        self, store: Store, zone: str, at: datetime, weekday: str
    ):
        with store.unit() as unit:
            lead = add_lead(unit, kind=Kind.WARM)
            change(unit, lead, "zone", zone)
            call(unit, reread(unit, lead), at=at, local_hour=1)
            finish(unit)
            found = rollups.totals(unit, "week", since=at, until=at + HOUR, zone=TEAM)
        assert found == [(("warm", weekday, "1"), Counts(1))]

    def test_by_another_team_zone_are_summed_anew(self, store: Store):
        at, other = datetime(2026, 11, 22, 22, 30, tzinfo=UTC), ZoneInfo("America/New_York")
        with store.unit() as unit:
            call(unit, add_lead(unit, kind=Kind.COLD), at=at)
            finish(unit)
            summed, moved = (
                rollups.totals(unit, "week", since=at, until=END, zone=zone)[0][0][1]
                for zone in (TEAM, other)
            )
            assert (summed, moved) == ("0", "6")
            assert not rollup_work.all_summed(unit, zone=other)

    def test_by_a_cut_that_is_new_are_summed_anew(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ):
        with store.unit() as unit:
            call(unit, add_lead(unit))
            finish(unit)
            more: Any = {**call_sums.CUTS, "caller": lambda call, _: (call.by,)}
            for place in (call_sums, rollups, rollup_work):
                monkeypatch.setattr(place, "CUTS", more)
            day: dict[str, Any] = {"since": NOON, "until": END, "zone": TEAM}
            assert rollups.totals(unit, "caller", **day) == [(("U1",), Counts(1))]
            assert not rollup_work.all_summed(unit, zone=TEAM)
            finish(unit)
            assert rollup_work.all_summed(unit, zone=TEAM)
            assert rollups.totals(unit, "caller", **day) == [(("U1",), Counts(1))]


class TestAttempts:
    def test_are_numbered_and_a_refund_is_not(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            for amount in (None, Money(5, "ILS"), Money(-5, "ILS"), None):
                call(unit, reread(unit, lead), amount=amount)
            numbers = unit.execute(select(attempts.c.nth).order_by(attempts.c.id)).scalars().all()
        assert numbers == [1, 2, None, 3]

    def test_leave_one_mark_each(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            add_attempt(unit, lead, at=NOON + timedelta(minutes=59))
            found = unit.execute(select(rollup_marks.c.hour)).scalars().all()
        assert found == [NOON]


class TestALead:
    @pytest.mark.parametrize("name", CHANGES)
    def test_that_changes_leaves_marks_of_its_calls_hours(self, store: Store, name: str):
        value = [one for one in CHANGES[name] if one][-1]
        with store.unit() as unit:
            lead = add_lead(unit)
            for hours in (0, 0, 5):
                call(unit, reread(unit, lead), at=NOON + hours * HOUR)
            finish(unit)
            change(unit, reread(unit, lead), name, value)
            assert rollups.marked(unit, BEGINNING, END) == [NOON, NOON + 5 * HOUR]

    def test_that_was_never_called_leaves_none(self, store: Store):
        with store.unit() as unit:
            change(unit, add_lead(unit), "campaign", "spring")
            assert not rollup_work.any_marks(unit)

    def test_that_is_saved_without_what_it_was_leaves_marks_where_it_was_called(self, store: Store):
        with store.unit() as unit:
            called, new = add_lead(unit), add_lead(unit)
            call(unit, called)
            finish(unit)
            leads.save(unit, new)
            assert not rollup_work.any_marks(unit)
            leads.save(unit, replace(reread(unit, called), region="north"))
            assert_right(unit)

    def test_whose_zone_is_looked_up_leaves_marks(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            call(unit, lead)
            finish(unit)
            queue.place(unit, [replace(reread(unit, lead), zone="Pacific/Chatham")])
            assert rollups.marked(unit, BEGINNING, END) == [NOON]
            assert_right(unit)

    def test_whose_score_alone_changes_leaves_none(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            call(unit, lead)
            finish(unit)
            change(unit, reread(unit, lead), "tier", lead.tier)
            assert not rollup_work.any_marks(unit)


class TestACrash:
    def test_while_hours_are_summed_leaves_the_marks_and_the_old_sums(self, store: Store):
        lead = stored_lead(store, campaign="spring")
        with store.unit() as unit:
            call(unit, lead)
            finish(unit)
            unit.commit()
        with store.unit() as unit:
            call(unit, reread(unit, lead))
            unit.commit()
        with store.unit() as unit:
            assert rollup_work.work_off(unit, zone=TEAM) == FEW - 1
        with store.view() as view:
            kept = select(rollups_table.c.calls).where(rollups_table.c.cut == "rep")
            assert view.execute(kept).scalars().all() == [1]
            assert rollup_work.any_marks(view)
            assert_right(view)

    def test_while_the_past_is_summed_leaves_how_far_it_came(
        self, store: Store, small_pieces: None
    ):
        lead = stored_lead(store)
        with store.unit() as unit:
            for hours in range(20):
                old_call(unit, lead, NOON - hours * HOUR)
            unit.commit()
        for commits in (True, False):
            with store.unit() as unit:
                assert rollup_work.sum_past(unit, zone=TEAM, at=NOON) is not None
                if commits:
                    unit.commit()
        with store.view() as view:
            assert rollups.summed_since(view, zone=TEAM) == NOON - (FEW - 1) * HOUR
            assert_right(view)


class TestSumsMadeAnew:
    def test_mend_what_is_wrong_and_forget_what_never_was(self, store: Store, small_pieces: None):
        lead = stored_lead(store)
        with store.unit() as unit:
            for hours in range(10):
                call(unit, reread(unit, lead), at=NOON - hours * HOUR)
            finish(unit)
            unit.execute(update(rollups_table).values(calls=7))
            ghost = {"hour": NOON - 3000 * HOUR, "cut": "rep", "key": '["U9"]', "calls": 1}
            unit.execute(insert(rollups_table), ghost)
            counts = rollup_checks.all_calls(unit)
            hours_there = rollup_checks.hours_of(unit, [1, 2])
            assert rollup_checks.unequal_cuts(unit, counts, zone=TEAM) == list(CUTS)
            assert rollup_checks.unequal_hours(unit, hours_there, zone=TEAM) == hours_there
            before = END
            while before > BEGINNING:
                before = rollup_work.sum_before(unit, before, zone=TEAM, at=NOON).since
            assert rollup_checks.unequal_cuts(unit, counts, zone=TEAM) == []
            assert_right(unit)


class TestStatements:
    def test_walk_indexes_and_whole_hours_never_ask_the_calls(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            call(unit, lead)
            finish(unit)
            call(unit, reread(unit, lead))
            unit.commit()
        day: dict[str, Any] = {"since": NOON + HOUR, "until": NOON + 24 * HOUR, "zone": TEAM}
        read = plan_of(store, lambda unit: rollups.totals(unit, "rep", **day))
        assert "rollups" in read
        assert "attempts" not in read
        worked = plan_of(store, lambda unit: rollup_work.work_off(unit, zone=TEAM))
        assert "ix_attempts_at" in worked

    def test_of_a_call_have_one_for_its_mark(self, store: Store):
        lead = stored_lead(store)
        heard: list[str] = []

        def listen(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            heard.append(statement)

        event.listen(store.engine, "before_cursor_execute", listen)
        with store.unit() as unit:
            call(unit, lead)
        event.remove(store.engine, "before_cursor_execute", listen)
        assert sum("rollup_marks" in one for one in heard) == 1


class TestASteadyLook:
    def test_shows_one_moment_whatever_is_stored_meanwhile(self, store: Store):
        lead = stored_lead(store)
        with steady(store) as view:
            before = rollup_checks.all_calls(view)
            with store.unit() as unit:
                call(unit, lead)
                unit.commit()
            assert rollup_checks.all_calls(view) == before == Counts()
        with store.view() as view:
            assert rollup_checks.all_calls(view) == Counts(1)


@only_postgresql
class TestBesideOthers:
    def test_a_call_that_is_committed_late_is_summed_the_next_time(self, store: Store):
        first, second = stored_lead(store), stored_lead(store)
        with store.unit() as unit:
            finish(unit)
            unit.commit()
        with store.unit() as early, store.unit() as late:
            call(late, second)
            call(early, first)
            early.commit()
            with store.unit() as worker:
                assert rollup_work.work_off(worker, zone=TEAM) == 1
                worker.commit()
            late.commit()
        with store.view() as view:
            assert rollup_work.any_marks(view)
            assert_right(view)

    def test_many_who_log_and_two_who_sum_lose_nothing(self, store: Store):
        made = [stored_lead(store, campaign=f"c{number}") for number in range(4)]

        def log(lead: Lead) -> None:
            for minutes in range(15):
                with store.unit() as unit:
                    at = NOON + timedelta(minutes=10 * minutes)
                    call(unit, reread(unit, lead), at=at, by=lead.campaign)
                    unit.commit()

        def work() -> None:
            for _ in range(25):
                with store.unit() as unit:
                    rollup_work.work_off(unit, zone=TEAM)
                    rollup_work.sum_past(unit, zone=TEAM, at=NOON)
                    unit.commit()

        logging = [lambda lead=one: log(lead) for one in made]
        assert at_once([*logging, work, work]) == []
        with store.unit() as unit:
            finish(unit)
            unit.commit()
        with store.view() as view:
            assert rollup_checks.all_calls(view) == Counts(60)
            assert_right(view)
