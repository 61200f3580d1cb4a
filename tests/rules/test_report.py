"""What a report says of itself: what a line earned, what can be ranked, the best hours (L6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rules.money import Money
from rules.report import Line
from rules.report_calls import Answering, RepFigures, WeekHour
from rules.report_values import Amount, Estimate
from rules.stats import share
from rules.sums import NEVER, Sale
from rules.words import Kind

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
        assert LINE.profit_per_lead == 112.5

    def test_that_cost_nothing_has_no_return_on_it(self):
        free = replace(LINE, cost=Amount(), talk_cost=Amount(), message_cost=Amount())
        assert free.return_on_spend is None
        assert replace(LINE, leads=0).profit_per_lead is None

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


class TestTheBestHour:
    MANY, FEW = share(60, 200, least=100), share(9, 10, least=100)

    def test_is_of_those_with_calls_enough_l6_1(self):
        hours = (WeekHour(0, 9, self.FEW), WeekHour(6, 17, self.MANY))
        assert Answering(hours=hours).best_hour == hours[1]
        assert Answering(hours=hours[:1]).best_hour is None

    def test_of_a_rep_is_an_hour_of_the_day(self):
        busier = share(50, 200, least=100)
        told = RepFigures("U1", hours=((9, self.FEW), (10, busier), (17, self.MANY)))
        assert told.best_hour == 17
        assert RepFigures("U1", hours=((9, self.FEW),)).best_hour is None


class TestASale:
    def test_never_took_less_than_no_time(self):
        made = Sale(1, "", "", Kind.WARM, "", "", "", NOON, NEVER, NOON, None)
        early = replace(made, at=NOON.replace(hour=9))
        assert early.took.total_seconds() == 0
        assert (made.is_sale, made.is_refund) == (False, False)
