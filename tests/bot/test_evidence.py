"""What proposals rest on, counted anew by hand from the facts of random desks (L6.8)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.evidence import evidence_of
from rules.evidence import Evidence, Missing
from rules.words import Tier
from tests.bot.random_calls import BOOK, DAY, NOW, Called, One, fill
from tests.databases import only_postgresql
from tests.desk import FakeClock, Room, a_desk

SINCE, JUDGED = NOW - 60 * DAY - timedelta(hours=1), NOW - 10 * DAY
"""The same hour of the clock, which was put back in between."""
ZONE = ZoneInfo("Asia/Jerusalem")
Both = tuple[list[One], Evidence]


@pytest.fixture(params=range(8), scope="module")
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    with a_desk(tmp_path_factory.mktemp("desk"), FakeClock(NOW), playbook=BOOK) as room:
        people = fill(room.desk.store, request.param)
        yield [one for one in people if not one.gone], counted(room)


def counted(room: Room) -> Evidence:
    with room.desk.store.view() as view:
        return evidence_of(room.desk, view, now=NOW)


def judged(people: list[One]) -> list[One]:
    return [one for one in people if SINCE <= one.came < JUDGED]


def sales(one: One) -> list[Called]:
    found: list[Called] = []
    last = None
    for call in sorted(one.calls, key=lambda known: known.at):
        if call.amount is None or call.undone:
            continue
        at = last if call.amount < 0 and last else call.at
        last = last if call.amount < 0 else call.at
        found += [call] if at - one.came <= 20 * DAY else []
    return found


def bought(one: One) -> bool:
    return any(call.amount is not None and call.amount >= 0 for call in sales(one))


def margin(one: One) -> int:
    part = Decimal("0.3") if one.product == "flat" else Decimal(1)
    return sum(round(call.amount * part) for call in sales(one) if call.amount is not None)


def calls(people: list[One]) -> Iterator[tuple[One, Called]]:
    for one in people:
        for call in one.calls:
            refund = call.amount is not None and call.amount < 0
            inside = SINCE <= call.at < JUDGED
            if inside and not call.undone and not refund:
                yield one, call


class TestTheWhole:
    def test_counts_who_is_old_enough_and_who_bought(self, both: Both):
        people, found = both
        old = judged(people)
        closed = [one for one in old if bought(one)]
        assert found.closed == len(closed)
        unsaid = {one.campaign for one in closed if one.product != "flat" and sales(one)}
        lost = {name for name, why in found.unweighed.items() if why is not Missing.PRICES}
        of_known = [one for one in closed if one.campaign not in lost]
        assert {name for name, why in found.unweighed.items() if why is Missing.MARGIN} <= unsaid
        mean = sum(map(margin, of_known)) / max(len(of_known), 1)
        assert found.lead_value == pytest.approx(mean)
        assert found.currency == "ILS"

    def test_sees_no_more_sales_to_come_than_all(self, both: Both):
        _, found = both
        assert 0 < found.ripe <= 1
        assert found.weeks >= 1


class TestCohorts:
    def test_add_up_leads_and_all_that_came_of_them(self, both: Both):
        people, found = both
        told = {
            (one.campaign, one.banner, one.kind): (one.leads, one.closed, one.margin, one.spent)
            for one in found.cohorts
        }
        leads, closed, margins, spent = (Counter[tuple[str, ...]]() for _ in range(4))
        for one in judged(people):
            place = one.campaign, one.banner, one.kind
            leads[place] += 1
            closed[place] += bought(one)
            margins[place] += margin(one) if bought(one) else 0
            spent[place] += sum(cost - back for _, _, cost, back in one.paid)
        assert told == {
            place: (leads[place], closed[place], margins[place], spent[place]) for place in leads
        }

    def test_hold_the_squares_of_each_lead(self, both: Both):
        people, found = both
        squares = sum(margin(one) ** 2 for one in judged(people) if bought(one))
        assert sum(one.margin_sq for one in found.cohorts) == pytest.approx(squares)

    def test_pay_for_the_messages_that_left(self, both: Both):
        people, found = both
        left = [state for one in judged(people) for _, state, _ in one.sms if state != "failed"]
        assert sum(one.written for one in found.cohorts) == 20 * len(left)


class TestNthCalls:
    def test_are_those_of_the_window(self, both: Both):
        people, found = both
        made = Counter[tuple[Tier, int]]()
        answered = Counter[tuple[Tier, int]]()
        for one, call in calls(people):
            made[one.tier, call.nth] += 1
            answered[one.tier, call.nth] += call.answered
        told = {(one.tier, one.nth): (one.calls, one.answered) for one in found.nth_calls}
        assert told == {place: (made[place], answered[place]) for place in made}

    def test_own_whom_they_reached_first(self, both: Both):
        people, found = both
        first = Counter[tuple[Tier, int]]()
        closed = Counter[tuple[Tier, int]]()
        for one in judged(people):
            nth = next((call.nth for call in one.calls if call.at == one.reached), None)
            if nth is not None and one.reached and one.reached < JUDGED:
                first[one.tier, nth] += 1
                closed[one.tier, nth] += bought(one)
        told = {(one.tier, one.nth): (one.first, one.closed) for one in found.nth_calls}
        assert {place: pair for place, pair in told.items() if pair != (0, 0)} == {
            place: (first[place], closed[place]) for place in first
        }

    def test_cost_a_reps_time_and_the_line(self, both: Both):
        _, found = both
        for one in found.nth_calls:
            time = one.calls * 90 * 100 / 10
            assert time <= one.cost <= time + one.calls * 10 * 30 + 1


class TestHours:
    def test_are_the_customers_own_and_told_apart_by_the_number_of_the_call(self, both: Both):
        people, found = both
        made: dict[tuple[object, ...], list[bool]] = defaultdict(list)
        for one, call in calls(people):
            weekday = call.at.astimezone(ZONE).weekday()
            made[one.kind, weekday, call.hour, call.nth].append(call.answered)
        told = {
            (one.kind, one.weekday, one.hour, one.nth): (one.calls, one.answered)
            for one in found.hours
        }
        assert told == {key: (len(rows), sum(rows)) for key, rows in made.items()}


class TestStrengths:
    def test_count_each_lead_once_in_each_field(self, both: Both):
        people, found = both
        leads = Counter[tuple[str, ...]]()
        closed = Counter[tuple[str, ...]]()
        for one in judged(people):
            for name in ("kind", "product", "language", "region"):
                if one.owner:
                    key = one.owner, name, str(getattr(one, name)), one.kind
                    leads[key] += 1
                    closed[key] += bought(one)
        told = {
            (one.rep, one.field, one.value, one.kind): (one.leads, one.closed)
            for one in found.strengths
        }
        assert told == {key: (leads[key], closed[key]) for key in leads}


class TestTexts:
    def test_are_first_sms_and_who_wrote_before_another_call(self, both: Both):
        people, found = both
        sent = Counter[Tier]()
        back = Counter[Tier]()
        for one in judged(people):
            for at, state, layer in one.sms:
                if state == "failed" or layer != "sms_first":
                    continue
                sent[one.tier] += 1
                heard = min((moment for moment in one.wrote if moment >= at), default=None)
                between = one.reached is not None and heard and at <= one.reached <= heard
                back[one.tier] += heard is not None and not between
        told = {one.tier: (one.sent, one.back, one.cost) for one in found.texts}
        assert told == {tier: (count, back[tier], 20 * count) for tier, count in sent.items()}


class TestAnEmptyDesk:
    def test_has_nothing_to_say(self, room: Room):
        found = counted(room)
        assert (found.closed, found.lead_value, found.ripe) == (0, 0, 1)
        assert not any((found.cohorts, found.nth_calls, found.hours, found.texts))


@only_postgresql
class TestBothDatabases:
    def test_count_the_same(self, either_room: Room, tmp_path: Path, clock: FakeClock):
        clock.now = NOW
        either_room.desk.present.playbook = BOOK
        with a_desk(tmp_path, clock, playbook=BOOK) as room:
            for desk in (room.desk, either_room.desk):
                fill(desk.store, 3)
            assert counted(room) == counted(either_room)
