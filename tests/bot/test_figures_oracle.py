"""Every figure of a report, counted anew by hand from the facts of random desks (L6)."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import figures
from rules.money import Money
from rules.report import Line, Only, Report
from rules.words import Kind, Outcome, Stage
from tests.bot.random_desk import BOOK, DAY, HOUR, REPS, SINCE, UNTIL, Call, Person, World
from tests.databases import only_postgresql
from tests.desk import FakeClock, Room, a_desk

ZONE = ZoneInfo("Asia/Jerusalem")
SEEDS = range(8)
BUCKETS = (300, 900, 3600, 14400, 86400, math.inf)
WINDOW, JUDGED = (
    datetime.combine(date(2026, 10, 29) - timedelta(days=days), time(), ZONE).astimezone(UTC)
    for days in (30, 10)
)
PENNIES = 20
A_MOMENT = timedelta(microseconds=1)


class Oracle:
    """What a plain count of a world's facts gives."""

    def __init__(self, world: World) -> None:
        self.people = [one for one in world.people if not one.gone]
        self.everybody = world.people

    def calls(self, of: Iterable[Person] | None = None) -> Iterator[tuple[Person, Call]]:
        for one in self.people if of is None else of:
            for call in one.calls:
                if not call.undone and inside(call.at) and not call.refund:
                    yield one, call

    def sales(self) -> Iterator[tuple[Person, Call]]:
        for one in self.people:
            for call in one.calls:
                if not call.undone and call.outcome is Outcome.SOLD and call.amount:
                    yield one, call

    def close(self, one: Person) -> timedelta | None:
        """How long after its coming a lead of the window first bought, within 20 days."""
        took = [
            max(call.at - one.came, timedelta())
            for call in one.calls
            if call.outcome is Outcome.SOLD and not call.undone and not call.refund
            if WINDOW <= call.at < UNTIL and call.at - one.came <= 20 * DAY
        ]
        return min(took, default=None)

    def window(self) -> list[Person]:
        return [one for one in self.people if WINDOW <= one.came < UNTIL]

    def judged(self) -> list[Person]:
        return [one for one in self.window() if one.came < JUDGED]


def sold_at(one: Person, call: Call) -> datetime:
    """Walk through a lead's sales in order: a refund stands where the last one before it did."""
    last = None
    for other in sorted(one.calls, key=lambda known: known.at):
        if other is call:
            return last if call.refund and last else call.at
        if other.outcome is Outcome.SOLD and not other.undone and not other.refund:
            last = other.at
    return call.at


def inside(moment: datetime | None) -> bool:
    return moment is not None and SINCE <= moment < UNTIL


def turned(money: Money, at: datetime) -> int | None:
    """Give shekels by the rate of the day, to the agora; None where there was none yet."""
    if money.currency == "ILS":
        return money.minor
    day = at.astimezone(ZONE).date()
    known = [one for one in BOOK.rates if one.currency == money.currency and one.day <= day]
    if not known:
        return None if money.minor else 0
    return round(money.minor * max(known, key=lambda one: one.day).per)


def worth(call: Call) -> int:
    return (turned(call.amount, call.at) if call.amount else None) or 0


def margin(one: Person, call: Call) -> int:
    part = Decimal("0.3") if one.product == "flat" else Decimal(1)
    assert call.amount
    earned = Money(round(call.amount.minor * part), call.amount.currency)
    return turned(earned, call.at) or 0


def at_rank(found: list[float]) -> float | None:
    return sorted(found)[math.ceil(len(found) * 0.9) - 1] if found else None


def middle(found: list[float]) -> float | None:
    return median(found) if found else None


@pytest.fixture(params=SEEDS, scope="module")
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Oracle, Report]]:
    clock = FakeClock(UNTIL + 5 * DAY)
    folder = tmp_path_factory.mktemp("desk")
    with a_desk(folder, clock, playbook=BOOK) as room:
        world = World(room.desk.store, request.param)
        yield Oracle(world), figures.report_of(room.desk, since=SINCE, until=UNTIL)


Both = tuple[Oracle, Report]


def lines(report: Report) -> Iterator[tuple[Callable[[str, str], bool], Line]]:
    """Give each line with what tells whether a campaign and banner are in it."""
    for one in (report.total, *report.campaigns, *report.banners):
        yield partial(_is_in, one, one is report.total), one


def _is_in(line: Line, whole: bool, campaign: str, banner: str) -> bool:
    return whole or (line.campaign == campaign and line.banner in {None, banner})


class TestLines:
    def test_count_leads_calls_and_sales_l6_1_l6_2_l6_7(self, both: Both):
        oracle, report = both
        for of, line in lines(report):
            came = [
                one for one in oracle.people if inside(one.came) and of(one.campaign, one.banner)
            ]
            calls = [call for one, call in oracle.calls() if of(one.campaign, one.banner)]
            sold = [
                call.amount.minor
                for one, call in oracle.sales()
                if inside(call.at) and of(one.campaign, one.banner) and call.amount
            ]
            waits = [
                max(0.0, (one.called - one.came).total_seconds()) for one in came if one.called
            ]
            assert line.leads == len(came)
            assert (line.calls.of, line.calls.hits) == (len(calls), sum(c.answered for c in calls))
            assert line.talk_seconds == sum(call.talk or 0 for call in calls)
            assert line.sales == sum(minor > 0 for minor in sold)
            assert line.refunds == sum(minor < 0 for minor in sold)
            assert (line.response.median, line.response.p90) == (middle(waits), at_rank(waits))

    def test_are_all_there_and_add_up(self, both: Both):
        oracle, report = both
        told = {one.campaign for one in report.campaigns}
        assert {one.campaign for one in oracle.window()} <= told
        for name in ("leads", "sales", "refunds", "talk_seconds", "young"):
            assert sum(getattr(one, name) for one in report.campaigns) == getattr(
                report.total, name
            )
        for name in ("revenue", "margin", "cost", "credit", "talk_cost", "message_cost"):
            whole = getattr(report.total, name).minor
            assert sum(getattr(one, name).minor for one in report.campaigns) == whole
        assert sum(one.profit.value for one in report.campaigns) == report.total.profit.value

    def test_tell_money_by_the_rate_of_its_day_l6_3(self, both: Both):
        oracle, report = both
        for of, line in lines(report):
            sold = [
                (one, call)
                for one, call in oracle.sales()
                if inside(call.at) and of(one.campaign, one.banner)
            ]
            own = [(one, call) for one, call in sold if sold_at(one, call) - one.came <= 20 * DAY]
            late = [both_ for both_ in sold if both_ not in own]
            assert line.revenue.minor == sum(worth(call) for _, call in own)
            assert line.later.minor == sum(worth(call) for _, call in late)
            assert line.margin.minor == sum(margin(one, call) for one, call in own)
            for name, amount in (("paid", line.cost), ("credits", line.credit)):
                bought = [
                    turned(money, at) or 0
                    for one in oracle.people
                    for at, campaign, banner, money in getattr(one, name)
                    if inside(at) and of(campaign, banner)
                ]
                assert amount.minor == pytest.approx(sum(bought), abs=PENNIES)
            assert line.profit.value == line.margin.minor - line.spent

    def test_leave_money_without_a_rate_apart(self, both: Both):
        oracle, report = both
        apart: Counter[str] = Counter()
        for _, call in oracle.sales():
            if inside(call.at) and call.amount and turned(call.amount, call.at) is None:
                apart[call.amount.currency] += call.amount.minor
        for one in oracle.people:
            for at, _, _, money in (*one.paid, *one.credits):
                if inside(at) and turned(money, at) is None:
                    apart[money.currency] += money.minor
        told = {one.currency: one.minor for one in report.rateless}
        assert told == {currency: minor for currency, minor in apart.items() if minor}

    def test_price_talk_and_messages_l6_6(self, both: Both):
        oracle, report = both
        for of, line in lines(report):
            dollars = Decimal(0)
            for one, call in oracle.calls():
                if of(one.campaign, one.banner):
                    minute = Decimal("0.1") if one.country == "IL" else Decimal(0)
                    dollars += (call.talk or 0) * (Decimal(90) / 3600 + minute / 60)
            assert line.talk_cost.minor == pytest.approx(float(dollars * 410), abs=PENNIES)
            sent = Decimal(0)
            for one in oracle.people:
                for message in one.sent:
                    left = message["state"] != "failed" and inside(message["at"])
                    if left and of(one.campaign, one.banner):
                        sent += Decimal("0.2") if message["channel"] == "sms" else Decimal("0.01")
            assert line.message_cost.minor == pytest.approx(float(sent * 410), abs=PENNIES)

    def test_tell_conversion_of_leads_that_had_time_l6_2(self, both: Both):
        oracle, report = both
        for of, line in lines(report):
            here = [one for one in oracle.window() if of(one.campaign, one.banner)]
            judged = [one for one in here if one.came < JUDGED]
            closed = [one for one in judged if oracle.close(one) is not None]
            assert (line.conversion.hits, line.conversion.of) == (len(closed), len(judged))
            assert line.young == len(here) - len(judged)
            for kind in Kind:
                share = (line.kinds or {}).get(kind)
                alike = [one for one in judged if one.kind is kind]
                assert (share.of if share else 0) == len(alike)
                assert (share.hits if share else 0) == sum(one in closed for one in alike)

    def test_adjust_conversion_for_the_mix_of_kinds(self, both: Both):
        oracle, report = both
        judged = oracle.judged()
        closed = {id(one) for one in judged if oracle.close(one) is not None}
        for line in report.campaigns:
            mine = [one for one in judged if one.campaign == line.campaign]
            expected = 0.0
            for one in mine:
                alike = [other for other in judged if other.kind is one.kind]
                expected += sum(id(other) in closed for other in alike) / len(alike)
            if len(mine) < 3 or not expected:
                assert line.adjusted is None
                continue
            mean = len(closed) / len(judged)
            rate = mean * sum(id(one) in closed for one in mine) / expected
            assert line.adjusted == pytest.approx(min(1.0, rate))


class TestAnswering:
    def test_is_by_lead_place_and_hour_of_the_customers_week_l6_1(self, both: Both):
        oracle, report = both
        places: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
        hours: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
        for one, call in oracle.calls():
            local = call.at.astimezone(ZoneInfo(one.zone or "Asia/Jerusalem"))
            for sums in (places[one.country], hours[local.weekday(), call.local_hour]):
                sums[0] += call.answered
                sums[1] += 1
        found = report.answering
        assert {one.country: [one.calls.hits, one.calls.of] for one in found.countries} == places
        assert {
            (one.weekday, one.hour): [one.calls.hits, one.calls.of] for one in found.hours
        } == hours
        kinds = Counter((one.kind, call.answered) for one, call in oracle.calls())
        for kind in Kind:
            told = [dict(one.kinds)[kind] for one in found.hours if kind in dict(one.kinds)]
            assert sum(one.hits for one in told) == kinds[kind, True]
            assert sum(one.of for one in told) == kinds[kind, True] + kinds[kind, False]
        came = [one for one in oracle.people if inside(one.came)]
        assert found.leads.of == sum(one.called is not None for one in came)
        assert found.leads.hits == sum(one.reached is not None for one in came)
        assert report.response.waiting == sum(one.called is None for one in came)


class TestResponse:
    def test_is_followed_to_the_close_c1(self, both: Both):
        oracle, report = both
        for low, bucket in zip((-1, *BUCKETS[:-1]), report.response.curve, strict=True):
            high = math.inf if bucket.within is None else float(bucket.within)
            here = [
                one
                for one in oracle.judged()
                if one.called and low < (one.called - one.came).total_seconds() <= high
            ]
            closed = sum(oracle.close(one) is not None for one in here)
            assert (bucket.closed.hits, bucket.closed.of) == (closed, len(here))
        never = [one for one in oracle.judged() if one.called is None]
        assert report.response.never.of == len(never)
        assert [one.within or math.inf for one in report.response.curve] == list(BUCKETS)


class TestClosing:
    def test_is_the_product_limit_of_all_leads_by_the_teams_days_l6_4(self, both: Both):
        oracle, report = both
        for told in report.closing:
            here = [one for one in oracle.window() if told.campaign in {None, one.campaign}]
            took, lived = [], []
            for one in here:
                close = oracle.close(one)
                if close is None:
                    lived.append(min(_days(one.came, UNTIL - A_MOMENT), 20))
                else:
                    took.append(min(_days(one.came, one.came + close), 20))
            assert (told.leads, told.closed) == (len(here), len(took))
            steps = _product_limit(took, lived)
            half = next((at for at, left in steps if left <= 0.5 + 1e-12), None)
            assert told.median == (half * 86400 if half is not None else None)
            for part in told.within:
                left = [s for at, s in steps if at <= part.days]
                longest = max([*took, *lived], default=-1)
                if part.days > longest:
                    assert part.part is None
                else:
                    assert part.part == pytest.approx(1 - (left[-1] if left else 1.0))


def _days(came: datetime, then: datetime) -> int:
    """Count the midnights of the team between two moments."""
    return (then.astimezone(ZONE).date() - came.astimezone(ZONE).date()).days


def _product_limit(took: list[int], lived: list[int]) -> list[tuple[int, float]]:
    left, steps = 1.0, []
    for at in sorted(set(took)):
        risk = sum(one >= at for one in (*took, *lived))
        left *= 1 - took.count(at) / risk
        steps.append((at, left))
    return steps


class TestCohorts:
    def test_earn_by_their_age_as_far_as_all_lived_l6_5(self, both: Both):
        oracle, report = both
        for told in report.cohorts:
            after = (told.month + timedelta(days=31)).replace(day=1)
            first, last = (
                datetime.combine(day, time(), ZONE).astimezone(UTC) for day in (told.month, after)
            )
            here = [
                one
                for one in oracle.people
                if first <= one.came < min(last, UNTIL) and told.campaign in {None, one.campaign}
            ]
            ages = [n for n in range(2) if last + (n + 1) * 30 * DAY <= UNTIL]
            assert told.leads == len(here)
            assert len(told.curve) == len(ages)
            for n, earned in zip(ages, told.curve, strict=True):
                sums = [
                    margin(one, call)
                    for one, call in oracle.sales()
                    if one in here and max(call.at - one.came, timedelta()) < (n + 1) * 30 * DAY
                    if call.at < UNTIL
                ]
                assert earned == pytest.approx(sum(sums) / len(here))

    def test_make_a_leads_worth(self, both: Both):
        _, report = both
        own = [one for one in report.cohorts if one.campaign is None]
        worth = 0.0
        for n in range(2):
            old = [one for one in own if len(one.curve) > n]
            leads = sum(one.leads for one in old)
            if not leads:
                break
            grown = [one.curve[n] - (one.curve[n - 1] if n else 0.0) for one in old]
            worth += sum(g * one.leads for g, one in zip(grown, old, strict=True)) / leads
            assert report.total.lifetime.curve[n] == pytest.approx(worth)


class TestReps:
    def test_are_told_what_each_did(self, both: Both):
        oracle, report = both
        found = {one.rep: one for one in report.reps}
        assert "U01GONE" not in found or found["U01GONE"].name == ""
        for rep in REPS:
            calls = [call for _, call in oracle.calls() if call.by == rep]
            given = {
                one.id for one in oracle.people for at, to in one.given if to == rep and inside(at)
            }
            sold = [c for _, c in oracle.sales() if c.by == rep and inside(c.at)]
            waits = [
                (one.called - one.came).total_seconds()
                for one in oracle.people
                if one.owner == rep and inside(one.came) and one.called
            ]
            told = found.get(rep)
            if told is None:
                assert [calls, given, sold, waits] == [[], set(), [], []]
                continue
            assert (told.calls.of, told.calls.hits) == (len(calls), sum(c.answered for c in calls))
            assert (told.given, told.talk_seconds) == (len(given), sum(c.talk or 0 for c in calls))
            assert told.talked == sum(call.talk is not None for call in calls)
            assert told.sales == sum(c.amount.minor > 0 for c in sold if c.amount)
            assert told.revenue.minor == sum(map(worth, sold))
            assert (told.response.median, told.response.p90) == (middle(waits), at_rank(waits))


class TestStages:
    def test_have_their_leads_and_their_times_s1(self, both: Both):
        oracle, report = both
        entered: Counter[Stage] = Counter()
        took: dict[Stage, list[float]] = defaultdict(list)
        for one in oracle.people:
            path = [(one.came, one.stage, one.stage), *one.moves]
            for (began, *_), (at, was, now) in pairwise(path):
                if inside(at):
                    entered[now] += 1
                    took[was].append((at - began).total_seconds())
        standing = Counter(one.stage for one in oracle.window())
        for told in report.stages:
            assert (told.standing, told.entered) == (standing[told.stage], entered[told.stage])
            assert (told.took.of, told.took.median) == (
                len(took[told.stage]),
                middle(took[told.stage]),
            )


class TestMessages:
    def test_are_followed_to_what_came_after_l2_l3(self, both: Both):
        oracle, report = both
        for told in report.messages:
            left = [
                (one, message)
                for one in oracle.people
                for message in one.sent
                if inside(message["at"]) and message["channel"] == told.channel
                if told.layer in {None, message["layer"]}
            ]
            states = Counter(message["state"] for _, message in left)
            failed = states.pop("failed", 0)
            left = [(one, message) for one, message in left if message["state"] != "failed"]
            people = {one.id for one, _ in left}
            way = {"sms": "replied", "email": "replied_mail"}[told.channel]
            heard = {o.id for o, m in left if _said(o, m, way)}
            back = heard | {
                o.id for o, m in left if _said(o, m, "returned", "asked_now") or _spoke(o, m)
            }
            bought = {o.id for o, m in left if _spoke(o, m, sold=True)}
            stopped = {o.id for o, m in left if m.get("stopped") and _since(m, m["stopped"])}
            assert (told.sent, told.delivered.hits) == (len(left), states["delivered"])
            assert (told.failed.hits, told.failed.of) == (failed, len(left) + failed)
            assert (told.delivered.of, told.answered.of) == (len(left), len(people))
            each = Decimal("0.2") if told.channel == "sms" else Decimal("0.01")
            assert told.cost.minor == pytest.approx(float(each * 410 * len(left)), abs=PENNIES)
            assert (told.answered.hits, told.came_back.hits) == (len(heard), len(back))
            assert (told.opted_out.hits, told.sales) == (len(stopped), len(bought))

    def test_of_the_mailing_list_bring_some_back_l3_3(self, both: Both):
        oracle, report = both
        left = [
            (one, message)
            for one in oracle.people
            for message in one.sent
            if inside(message["at"]) and message["layer"] == "mailing_list"
            if message["state"] != "failed"
        ]
        assert report.mailing.written == len({one.id for one, _ in left})
        assert report.mailing.returned.hits == len(
            {o.id for o, m in left if _said(o, m, "returned")}
        )
        assert report.mailing.sales == len({o.id for o, m in left if _spoke(o, m, sold=True)})


def _since(message: dict[str, Any], moment: datetime) -> bool:
    return bool(message["at"] <= moment < UNTIL)


def _said(one: Person, message: dict[str, Any], *what: str) -> bool:
    return any(_since(message, at) and said in what for at, said in one.heard)


def _spoke(one: Person, message: dict[str, Any], *, sold: bool = False) -> bool:
    return any(
        _since(message, call.at) and not call.undone and call.answered
        for call in one.calls
        if not sold or (call.amount and call.amount.minor > 0)
    )


class TestFollowUps:
    def test_are_kept_within_their_hour_or_missed_l4(self, both: Both):
        oracle, report = both
        due = [
            made
            for one in oracle.people
            for made in one.due
            if inside(made["due"]) and made["state"] != "undone"
        ]
        waits = [m["called"] - m["due"] for m in due if m["called"] and m["called"] < UNTIL]
        late = [wait.total_seconds() for wait in waits if wait >= HOUR]
        missed = [m for m in due if m["state"] == "open" and m["due"] + HOUR <= UNTIL]
        kept = len(waits) - len(late)
        found = report.followups
        assert (found.due, found.kept.hits, found.missed.hits) == (len(due), kept, len(missed))
        assert found.kept.of == kept + len(late) + len(missed)
        assert (found.late.of, found.late.median) == (len(late), middle(late))


class TestClaims:
    def test_are_counted_when_sent_and_when_accepted_l5_5(self, both: Both):
        oracle, report = both
        decided = [one for person in oracle.people for one in person.credits if inside(one[0])]
        assert report.claims.accepted == len(decided)
        assert report.claims.credit == report.total.credit


class TestTheReportBefore:
    def test_is_that_of_the_week_before(self, both: Both):
        oracle, report = both
        before = report.before
        assert before is not None
        assert (before.until, before.before) == (SINCE, None)
        assert before.since == SINCE - 7 * DAY
        came = [one for one in oracle.people if before.since <= one.came < SINCE]
        assert before.total.leads == len(came)


class TestACut:
    """What is told of a campaign alone is what is told of it among all."""

    ALONE = ("leads", "calls", "sales", "refunds", "conversion", "young", "kinds", "response")
    MONEY = ("revenue", "margin", "later", "cost", "credit", "talk_cost", "message_cost", "profit")

    @pytest.mark.parametrize("seed", [2, 6])
    def test_tells_the_same_as_the_whole(self, tmp_path: Path, clock: FakeClock, seed: int):
        clock.now = UNTIL + 5 * DAY
        with a_desk(tmp_path, clock, playbook=BOOK) as room:
            World(room.desk.store, seed)
            whole = figures.report_of(room.desk, since=SINCE, until=UNTIL)
            for line in whole.campaigns:
                only = Only(campaign=line.campaign)
                own = figures.report_of(room.desk, since=SINCE, until=UNTIL, only=only)
                for name in (*self.ALONE, *self.MONEY, "lifetime"):
                    assert getattr(own.total, name) == getattr(line, name), name
                assert [one.campaign for one in own.campaigns] == [line.campaign]
                told = [one for one in whole.closing if one.campaign == line.campaign]
                closing = replace(own.closing[0], campaign=line.campaign)
                assert told == ([closing] if closing.leads else [])

    @pytest.mark.parametrize("seed", [2, 6])
    def test_by_rep_tells_what_each_did(self, tmp_path: Path, clock: FakeClock, seed: int):
        clock.now = UNTIL + 5 * DAY
        with a_desk(tmp_path, clock, playbook=BOOK) as room:
            World(room.desk.store, seed)
            whole = figures.report_of(room.desk, since=SINCE, until=UNTIL)
            for rep in whole.reps:
                only = Only(rep=rep.rep)
                own = figures.report_of(room.desk, since=SINCE, until=UNTIL, only=only)
                assert own.reps == (rep,)
                assert own.total.calls == rep.calls


@only_postgresql
class TestBothDatabases:
    @pytest.mark.parametrize("seed", [1, 5])
    def test_tell_the_same(self, either_room: Room, tmp_path: Path, clock: FakeClock, seed: int):
        clock.now = UNTIL + 5 * DAY
        either_room.desk.present.playbook = BOOK
        with a_desk(tmp_path, clock, playbook=BOOK) as room:
            found = []
            for desk in (room.desk, either_room.desk):
                World(desk.store, seed)
                found.append(figures.report_of(desk, since=SINCE, until=UNTIL))
        assert found[0] == found[1]


class TestEveryNumber:
    def test_is_a_number(self, both: Both):
        numbers = list(_numbers(both[1]))
        assert len(numbers) > 100
        assert all(map(math.isfinite, numbers))


def _numbers(found: Any) -> Iterator[float]:
    if isinstance(found, float):
        yield found
    elif is_dataclass(found):
        for one in fields(found):
            yield from _numbers(getattr(found, one.name))
    elif isinstance(found, tuple):
        for inner in found:
            yield from _numbers(inner)
    else:
        yield float(isinstance(found, int))
