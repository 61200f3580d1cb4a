"""What a report says of itself: what a line earned, what can be ranked, the best hours (L6)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rules.money import Money
from rules.report import Line
from rules.report_calls import ANY_DAY, Answering, RepFigures, WeekHour
from rules.report_values import Amount, Estimate
from rules.stats import share
from rules.sums import NEVER, Sale
from rules.words import Kind
from tests.bot.a_report import report

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
LINE = Line(
    "March",
    leads=4,
    margin=Amount(1000),
    cost=Amount(600),
    credit=Amount(100),
    talk_cost=Amount(40),
    message_cost=Amount(10),
    profit=Estimate(450),
)


class TestALine:
    def test_weighs_what_it_brought_against_all_that_it_cost_l6_3(self):
        assert LINE.lead_cost == Amount(500)
        assert LINE.spent == 550
        assert LINE.return_on_spend == pytest.approx(1000 / 550)

    def test_that_cost_nothing_has_no_return_on_it(self):
        free = replace(LINE, cost=Amount(), talk_cost=Amount(), message_cost=Amount())
        assert free.return_on_spend is None

    @pytest.mark.parametrize(
        ("line", "empty"),
        [
            (Line("a"), True),
            (Line("a", leads=1), False),
            (Line("a", calls=share(0, 1, least=1)), False),
            (Line("a", refunds=1), False),
            (Line("a", cost=Amount(1)), False),
            (Line("a", credit=Amount(0, (Money(1, "USD"),))), False),
        ],
        ids=["nothing", "a_lead", "a_call", "a_refund", "a_cost", "a_credit"],
    )
    def test_is_empty_only_when_nothing_happened(self, line: Line, empty: bool):
        assert line.empty is empty


ENOUGH: dict[str, Any] = {"few": False, "conversion": share(9, 90, least=30)}


class TestWhatIsRanked:
    @pytest.mark.parametrize(
        ("changed", "small"),
        [
            ({}, False),
            ({"few": True}, True),
            ({"conversion": share(2, 20, least=30)}, True),
        ],
        ids=["enough", "few_came", "few_had_time"],
    )
    def test_rests_on_leads_that_came_and_on_leads_that_had_time(
        self, changed: dict[str, Any], small: bool
    ):
        assert replace(LINE, **(ENOUGH | changed)).small is small

    def test_is_by_profit_and_never_of_few_l6_2(self):
        one, two = (
            replace(LINE, **ENOUGH, campaign=name, profit=Estimate(value))
            for name, value in (("one", 10.0), ("two", 900.0))
        )
        lone = replace(two, campaign="lone", leads=1, few=True, profit=Estimate(10.0**9))
        assert report(one, lone, two).ranked == (two, one)


class TestTheBestHour:
    MANY, FEW = share(60, 200, least=100), share(9, 10, least=100)

    def test_is_of_those_with_calls_enough_l6_1(self):
        hours = (WeekHour(0, 9, self.FEW), WeekHour(6, 17, self.MANY))
        assert Answering(hours=hours).best_hour == hours[1]
        assert Answering(hours=hours[:1]).best_hour is None

    def test_of_a_rep_is_an_hour_of_the_day(self):
        busier = share(50, 200, least=100)
        few = WeekHour(ANY_DAY, 9, self.FEW)
        many = WeekHour(ANY_DAY, 17, self.MANY)
        told = RepFigures("U1", hours=(few, WeekHour(ANY_DAY, 10, busier), many))
        assert told.best_hour == many
        assert RepFigures("U1", hours=(few,)).best_hour is None

    def test_is_the_one_that_is_surest_with_the_same_mix_of_kinds(self):
        easy = WeekHour(0, 9, share(550, 1000, least=100), adjusted=0.35)
        hard = WeekHour(0, 17, share(250, 1000, least=100), adjusted=0.45)
        assert Answering(hours=(easy, hard)).best_hour == hard
        assert (easy.surest < 0.35 < easy.at_most) is True
        assert hard.at_most < 1.0

    def test_is_never_more_certain_than_its_calls(self):
        sure = WeekHour(0, 9, share(300, 1000, least=100), adjusted=0.3)
        lucky = WeekHour(0, 17, share(35, 100, least=100), adjusted=0.35)
        assert Answering(hours=(sure, lucky)).best_hour == sure

    def test_without_an_answer_is_sure_of_none(self):
        assert WeekHour(0, 9, share(0, 200, least=100), adjusted=0.0).surest == 0.0


class TestASale:
    def test_never_took_less_than_no_time(self):
        made = Sale(1, "", "", Kind.WARM, "", "", "", NOON, NEVER, NOON, None)
        early = replace(made, at=NOON.replace(hour=9))
        assert early.took.total_seconds() == 0
        assert (made.is_sale, made.is_refund) == (False, False)
