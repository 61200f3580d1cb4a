"""What Home asks of the database: each list by an index, whatever the number of leads."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.lead import Lead
from rules.playbook import Wave
from rules.words import Importance, Outcome, Stage, Step, Tier
from storage import home, kept, leads
from storage.home import Counts
from storage.store import Store
from storage.unit import Unit
from tests.databases import only_sqlite
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead
from tests.storage.plans import plan_of

HOUR = timedelta(hours=1)
LATE = NOON - HOUR
HOT: dict[str, Any] = {"next_what": Step.FOLLOW_UP, "importance": Importance.HIGH}
HELD = Wave(hold=(Tier.C,))
COOL: dict[str, Any] = {"next_what": Step.FOLLOW_UP, "importance": Importance.LOW}


def mine(unit: Unit, **values: Any) -> Lead:
    """Store a lead of U1 with a call that is due now, but for these values."""
    given = {"owner": "U1", "next_at": NOON, **values}
    return leads.save(unit, replace(add_lead(unit), **given))


class TestCounts:
    def test_tell_overdue_due_and_coming_apart(self, store: Store):
        with store.unit() as unit:
            for at in (LATE, LATE + MINUTE, NOON, NOON + MINUTE):
                mine(unit, next_at=at)
            mine(unit, next_what=Step.WAIT_FOR_PHONE, next_at=None)
            assert home.counts(unit, now=NOON, late=LATE) == {"U1": Counts(5, 4, 3, 1)}

    def test_are_of_each_owner_or_of_one(self, store: Store):
        with store.unit() as unit:
            mine(unit)
            mine(unit, owner="U2")
            mine(unit, owner="")
            assert set(home.counts(unit, now=NOON, late=LATE)) == {"U1", "U2"}
            assert set(home.counts(unit, now=NOON, late=LATE, owner="U2")) == {"U2"}

    def test_leave_out_what_nobody_works(self, store: Store):
        with store.unit() as unit:
            mine(unit, stage=Stage.WON)
            mine(unit, next_what=Step.MAILING_LIST)
            assert home.counts(unit, now=NOON, late=LATE) == {}


class TestUnderAStricterBar:
    """Leads on hold stand in no list; what was agreed does (C1)."""

    @staticmethod
    def some(unit: Unit) -> list[Lead]:
        """Store held leads at every place of a day, then what is called all the same."""
        for at in (LATE, NOON, NOON + HOUR):
            mine(unit, next_at=at)
        mine(unit, next_what=Step.ASSIGN, next_at=None)
        return [
            mine(unit, **HOT, next_at=LATE),
            mine(unit, replied_at=NOON),
            mine(unit, **COOL, next_at=NOON + HOUR),
            mine(unit, next_what=Step.WAIT_FOR_PHONE, next_at=None),
        ]

    def test_counts_tell_them_apart(self, store: Store):
        with store.unit() as unit:
            self.some(unit)
            free = home.counts(unit, now=NOON, late=LATE)["U1"]
            assert (free, free.untimed) == (Counts(8, 6, 4, 2), 2)
            held = home.counts(unit, now=NOON, late=LATE, wave=HELD)["U1"]
            assert (held, held.untimed) == (Counts(8, 3, 2, 1, held=4), 1)

    def test_no_list_has_them(self, store: Store):
        with store.unit() as unit:
            late, wrote, later, waits = (one.id for one in self.some(unit))
            ranked = home.ranked(unit, "U1", until=NOON, wave=HELD)
            assert [one.id for one in ranked] == [late, wrote]
            coming = home.coming(unit, "U1", now=NOON, skip=0, most=9, wave=HELD)
            assert [one.id for one in coming] == [later]
            untimed = home.untimed(unit, "U1", skip=0, most=9, wave=HELD)
            assert [one.id for one in untimed] == [waits]

    def test_nobody_of_them_waits_for_a_first_call(self, store: Store):
        with store.unit() as unit:
            mine(unit)
            assert home.waiting_since(unit, now=NOON, wave=HELD) == {}


class TestWaitingSince:
    def test_is_when_the_longest_waiting_first_call_was_due(self, store: Store):
        with store.unit() as unit:
            mine(unit, next_at=NOON - MINUTE)
            mine(unit, next_at=NOON - HOUR)
            mine(unit, next_at=NOON - 2 * HOUR, plan_step=1)
            mine(unit, next_at=NOON - 2 * HOUR, clocked_at=NOON + HOUR, ladder_at=NOON + HOUR)
            mine(unit, owner="U2", next_at=NOON + MINUTE)
            assert home.waiting_since(unit, now=NOON) == {"U1": NOON - HOUR}


class TestALists:
    def test_due_part_lies_between_two_moments(self, store: Store):
        with store.unit() as unit:
            early, due = mine(unit, next_at=LATE), mine(unit)
            mine(unit, next_at=NOON + MINUTE)
            mine(unit, owner="U2")
            assert [one.id for one in home.ranked(unit, "U1", until=LATE)] == [early.id]
            found = home.ranked(unit, "U1", until=NOON, after=LATE)
            assert [one.id for one in found] == [due.id]

    def test_coming_part_is_in_order_and_in_pages(self, store: Store):
        with store.unit() as unit:
            made = [mine(unit, next_at=NOON + n * MINUTE).id for n in (3, 1, 2)]
            first = home.coming(unit, "U1", now=NOON, skip=0, most=2)
            rest = home.coming(unit, "U1", now=NOON, skip=2, most=2)
            assert [one.id for one in first] == [made[1], made[2]]
            assert [one.id for one in rest] == [made[0]]

    def test_untimed_part_has_no_time(self, store: Store):
        with store.unit() as unit:
            mine(unit)
            waits = mine(unit, next_what=Step.WAIT_FOR_PHONE, next_at=None)
            found = home.untimed(unit, "U1", skip=0, most=9)
            assert [one.id for one in found] == [waits.id]

    def test_leads_come_in_the_order_that_was_asked_for(self, store: Store):
        with store.unit() as unit:
            first, second = mine(unit), mine(unit)
            found = home.by_id(unit, [second.id, 999, first.id])
            assert [one.id for one in found] == [second.id, first.id]


class TestLateFollowups:
    def test_are_those_of_these_people_hot_ones_first(self, store: Store):
        with store.unit() as unit:
            cool = mine(unit, **COOL, next_at=LATE - HOUR)
            hot = mine(unit, **HOT, next_at=LATE, owner="U2")
            mine(unit, **HOT, next_at=LATE + MINUTE)
            mine(unit, **HOT, next_at=LATE, owner="U3")
            mine(unit, next_at=LATE)
            found, count = home.late_followups(unit, ["U1", "U2"], late=LATE, skip=0, most=9)
            assert ([one.id for one in found], count) == ([hot.id, cool.id], 2)
            second, count = home.late_followups(unit, ["U1", "U2"], late=LATE, skip=1, most=1)
            assert ([one.id for one in second], count) == ([cool.id], 2)


class TestUnassigned:
    def test_are_counted_and_listed_oldest_first(self, store: Store):
        with store.unit() as unit:
            waits = mine(unit, owner="", next_what=Step.ASSIGN)
            mine(unit, owner="", next_what=Step.ASSIGN)
            mine(unit, owner="")
            found, count = home.unassigned(unit, skip=0, most=1)
            assert ([one.id for one in found], count) == ([waits.id], 2)

    def test_are_not_those_on_hold_but_for_who_wrote(self, store: Store):
        with store.unit() as unit:
            mine(unit, owner="", next_what=Step.ASSIGN)
            wrote = mine(unit, owner="", next_what=Step.ASSIGN, replied_at=NOON)
            found, count = home.unassigned(unit, skip=0, most=9, wave=HELD)
            assert ([one.id for one in found], count) == ([wrote.id], 1)


def mark(unit: Unit, *, now: datetime = NOON) -> tuple[object, ...]:
    return home.own_mark(unit, "U1", now=now, late=now - HOUR)


class TestAMark:
    def test_stays_while_nothing_happens(self, store: Store):
        with store.unit() as unit:
            mine(unit, next_at=NOON - MINUTE)
            before = mark(unit)
            mine(unit, owner="U2")
            assert mark(unit) == before

    @pytest.mark.parametrize("was", [LATE, NOON, NOON + MINUTE, None])
    @pytest.mark.parametrize("name", ["Dana", "Dana Cohen"])
    def test_changes_with_a_lead(self, store: Store, was: datetime | None, name: str):
        with store.unit() as unit:
            lead = mine(unit, next_at=was)
            before = mark(unit)
            leads.save(unit, replace(lead, name=name))
            assert mark(unit) != before

    def test_changes_with_one_lead_for_another(self, store: Store):
        with store.unit() as unit:
            lead, other = mine(unit), mine(unit, owner="U2")
            before = mark(unit)
            leads.save(unit, replace(lead, owner="U2"))
            leads.save(unit, replace(other, owner="U1"))
            assert mark(unit) != before

    @pytest.mark.parametrize("minutes", [1, 61])
    def test_changes_as_time_passes(self, store: Store, minutes: int):
        with store.unit() as unit:
            mine(unit, next_at=NOON + MINUTE)
            at = NOON + minutes * MINUTE
            assert mark(unit, now=at - MINUTE) != mark(unit, now=at)
            due = home.due_mark(unit, "U1", now=at, late=at - HOUR)
            earlier = at - MINUTE
            assert due != home.due_mark(unit, "U1", now=earlier, late=earlier - HOUR)

    def test_changes_with_a_call_on_a_closed_lead(self, store: Store):
        with store.unit() as unit:
            lead = mine(unit, stage=Stage.WON)
            before = mark(unit)
            add_attempt(unit, lead, outcome=Outcome.SOLD)
            assert mark(unit) != before

    def test_of_the_whole_desk_moves_with_its_newest_rows(self, store: Store):
        with store.unit() as unit:
            lead = mine(unit)
            before = home.newest(unit)
            leads.add_line(unit, lead.id, at=NOON, actor="", what="note")
            assert home.newest(unit) != before


class TestWhoWatches:
    def test_is_kept_apart_from_what_was_shown(self, store: Store):
        with store.unit() as unit:
            kept.put(unit, "home:U1", {"pages": {}}, at=NOON)
            kept.put(unit, "home-mark:U1", "abc", at=NOON)
            kept.put(unit, "homes", 1, at=NOON)
            assert home.watchers(unit) == {"U1": {"pages": {}}}
            assert home.marks(unit) == {"U1": "abc"}


def every_question(unit: Unit) -> None:
    """Ask all that a Home and a board ask of the leads."""
    people = ["U1", "U2", "U3"]
    home.counts(unit, now=NOON, late=LATE)
    home.counts(unit, now=NOON, late=LATE, owner="U1")
    home.waiting_since(unit, now=NOON)
    home.ranked(unit, "U1", until=NOON, after=LATE)
    home.by_id(unit, [1, 2])
    home.coming(unit, "U1", now=NOON, skip=5, most=5)
    home.untimed(unit, "U1", skip=5, most=5)
    home.late_followups(unit, people, late=LATE, skip=0, most=5)
    home.unassigned(unit, skip=0, most=5)
    home.own_mark(unit, "U1", now=NOON, late=LATE)
    home.due_mark(unit, "U1", now=NOON, late=LATE)
    home.newest(unit)


class TestEveryQuestion:
    @only_sqlite
    def test_is_answered_by_an_index(self, store: Store):
        plan = plan_of(store, every_question)
        walked = [line for line in plan.splitlines() if line.startswith("SCAN")]
        allowed = ("SCAN CONSTANT ROW", "SCAN anon", "SCAN leads USING INDEX ix_leads_held")
        assert [line for line in walked if not line.startswith(allowed)] == []
        assert "SEARCH leads USING INDEX ix_leads_working (owner=?" in plan
        assert "SEARCH leads USING INDEX ix_leads_working (owner>?" in plan
