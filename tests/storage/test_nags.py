"""Reminders that are due: found by their index, given to one of two, saved together."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from rules.lead import FollowUp
from rules.reminders import TellAway
from storage import calls, leads, nags, outbox
from storage.store import Store
from storage.unit import Unit
from tests.databases import only_postgresql
from tests.storage.making import MINUTE, NOON, add_lead
from tests.storage.plans import plan_of
from tests.storage.test_calls import agree

HOUR = timedelta(hours=1)


def agreed(unit: Unit, **values: Any) -> FollowUp:
    return agree(unit, add_lead(unit), **({"nag_at": NOON} | values))


class TestDueReminders:
    def test_are_the_open_ones_rep_by_rep_longest_due_first(self, store: Store):
        with store.unit() as unit:
            other = agreed(unit, rep="U2")
            late, soon = agreed(unit, nag_at=NOON - MINUTE), agreed(unit, nag_at=NOON - HOUR)
            ended = agreed(unit, nag_at=NOON - HOUR)
            agreed(unit, nag_at=NOON + MINUTE)
            agreed(unit, nag_at=None)
            calls.end_followup(unit, ended.id, state="ended")
            assert nags.due(unit, now=NOON, most=9) == [soon, late, other]
            assert nags.due(unit, now=NOON, most=1) == [soon]

    def test_may_be_those_that_were_reminded_of_so_often(self, store: Store):
        with store.unit() as unit:
            _first, second, third = (agreed(unit, nags=nags) for nags in (1, 2, 3))
            assert nags.due(unit, now=NOON, after=2, most=9) == [second, third]

    def test_may_be_those_of_one_rep(self, store: Store):
        with store.unit() as unit:
            mine = agreed(unit, rep="U2")
            agreed(unit)
            assert nags.due(unit, now=NOON, rep="U2", most=9) == [mine]

    def test_of_leads_are_the_open_ones_or_all(self, store: Store):
        with store.unit() as unit:
            ended, open_one = agreed(unit, due_at=NOON - HOUR), agreed(unit)
            calls.end_followup(unit, ended.id, state="ended")
            ids = [ended.lead_id, open_one.lead_id]
            assert nags.of_leads(unit, ids) == [open_one]
            assert [one.id for one in nags.of_leads(unit, ids, ended=True)] == [
                ended.id,
                open_one.id,
            ]

    def test_stand_with_the_time_of_the_call_and_of_one_that_runs(self, store: Store):
        with store.unit() as unit:
            first, second, _ = (add_lead(unit) for _ in range(3))
            called = replace(first, next_at=NOON, talking_by="U1", talking_at=NOON - MINUTE)
            leads.save(unit, called)
            assert nags.standing(unit, [first.id, second.id]) == {
                first.id: (NOON, NOON - MINUTE),
                second.id: (second.next_at, None),
            }

    def test_are_noticed(self, store: Store):
        with store.unit() as unit:
            agreed(unit)
            assert nags.any_due(unit, now=NOON)
            assert not nags.any_due(unit, now=NOON - MINUTE)

    def test_are_found_through_their_index(self, store: Store):
        for look in (
            lambda unit: nags.due(unit, now=NOON, most=9),
            lambda unit: nags.due(unit, now=NOON, after=2, most=9),
            lambda unit: nags.any_due(unit, now=NOON),
        ):
            assert "ix_followups_nag" in plan_of(store, look)

    @only_postgresql
    def test_are_given_to_one_of_two(self, store: Store):
        with store.unit() as unit:
            one = agreed(unit)
            unit.commit()
        with store.unit() as first, store.unit() as second:
            assert nags.due(first, now=NOON, most=9) == [one]
            assert nags.due(second, now=NOON, most=9) == []

    @only_postgresql
    def test_are_carried_out_by_one_of_two_at_a_time(self, store: Store):
        with store.unit() as first, store.unit() as second:
            assert nags.alone(first)
            assert not nags.alone(second)
            first.commit()
            assert nags.alone(second)


class TestSaving:
    def test_keeps_each_ones_rounds_and_next_moment(self, store: Store):
        with store.unit() as unit:
            one, two = agreed(unit), agreed(unit)
            after = [
                replace(one, nags=1, nag_at=NOON + MINUTE),
                replace(two, nags=3, nag_at=None),
            ]
            nags.save(unit, after)
            assert [calls.followup(unit, each.id) for each in (one, two)] == after

    def test_of_none_does_nothing(self, store: Store):
        with store.unit() as unit:
            one = agreed(unit)
            nags.save(unit, [])
            assert calls.followup(unit, one.id) == one


class TestTaking:
    def test_gives_one_that_is_open(self, store: Store):
        with store.unit() as unit:
            one = agreed(unit)
            assert nags.take(unit, one.id) == one
            assert nags.take(unit, 77) is None
            calls.end_followup(unit, one.id, state="ended")
            assert nags.take(unit, one.id) is None


class TestLookingUp:
    def test_gives_follow_ups_that_are_open_still_longest_due_first(self, store: Store):
        with store.unit() as unit:
            later, sooner, ended = (
                agreed(unit, due_at=due) for due in (NOON + HOUR, NOON, NOON - HOUR)
            )
            calls.end_followup(unit, ended.id, state="ended")
            ids, leads = zip(
                *((one.id, one.lead_id) for one in (later, sooner, ended)), strict=True
            )
            assert nags.open_ones(unit, ids) == [sooner, later]
            assert nags.of_leads(unit, leads) == [sooner, later]
            assert nags.open_ones(unit, ()) == nags.of_leads(unit, ()) == []

    def test_gives_leads_by_their_numbers(self, store: Store):
        with store.unit() as unit:
            made = [add_lead(unit) for _ in range(3)]
            assert nags.leads_of(unit, [3, 1, 77]) == [made[0], made[2]]


class TestTheNextRound:
    def test_is_put_off_where_it_would_come_too_soon(self, store: Store):
        with store.unit() as unit:
            made = agreed(unit, nags=1)
            nags.delay(unit, [replace(made, nag_at=NOON + HOUR)])
            assert calls.followup(unit, made.id) == replace(made, nag_at=NOON + HOUR)
            nags.delay(unit, [replace(made, nag_at=NOON + MINUTE), replace(made, nag_at=None)])
            assert calls.followup(unit, made.id) == replace(made, nag_at=NOON + HOUR)

    def test_is_left_alone_where_another_one_came_or_it_has_ended(self, store: Store):
        with store.unit() as unit:
            newer, ended = agreed(unit, nags=2), agreed(unit, nags=1)
            calls.end_followup(unit, ended.id, state="ended")
            seen = [replace(newer, nags=1), ended]
            nags.delay(unit, [replace(one, nag_at=NOON + HOUR) for one in seen])
            assert calls.followup(unit, newer.id) == newer
            left = calls.followup(unit, ended.id)
        assert left is not None
        assert left.nag_at is None


class TestMessagesThatAreStuck:
    def stuck(self, unit: Unit, kinds: tuple[str, ...] = ("nudge", "tell_away")) -> set[Any]:
        return nags.stuck(unit, kinds, since=NOON - HOUR, until=NOON - MINUTE)

    def test_are_those_whose_oldest_waits_for_a_while_and_not_for_ever(self, store: Store):
        with store.unit() as unit:
            for rep, before in (
                ("U1", MINUTE),
                ("U2", MINUTE / 2),
                ("U3", 2 * HOUR),
                ("U3", MINUTE),
            ):
                outbox.add(unit, (TellAway(rep, 1, str(before)),), now=NOON - before)
            assert self.stuck(unit) == {("tell_away", "dm:U1")}
            assert self.stuck(unit, ("nudge",)) == set()

    def test_are_those_in_hand_too_and_not_those_that_left(self, store: Store):
        with store.unit() as unit:
            for rep in ("U1", "U2"):
                outbox.add(unit, (TellAway(rep, 1, ""),), now=NOON - MINUTE)
            first, _ = outbox.claim(unit, owner="a", now=NOON, lease=MINUTE, most=9)
            outbox.finish(unit, first, state=outbox.SENT, now=NOON)
            assert self.stuck(unit) == {("tell_away", "dm:U2")}
