"""Money of several currencies as one, by the rate of its day (L6.3), and what work costs (L6.6)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import Money
from rules.rates import Costs, Exchange, Rate, total
from rules.report_values import Amount

ZONE = ZoneInfo("Asia/Jerusalem")
NOVEMBER, LATER = (
    Rate("USD", date(2026, 11, day), Decimal(per)) for day, per in ((1, "3.5"), (15, "4"))
)
EXCHANGE = Exchange("ILS", ZONE, (LATER, NOVEMBER, Rate("JPY", date(2026, 1, 1), Decimal("0.024"))))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


class TestARate:
    @pytest.mark.parametrize(
        ("when", "minor"),
        [(at(1), 350), (at(14, 21), 350), (at(14, 22), 400), (at(20), 400)],
        ids=["its_day", "the_last_hour", "midnight_in_jerusalem", "until_the_next"],
    )
    def test_holds_from_its_day_until_the_next(self, when: datetime, minor: int):
        assert EXCHANGE.amount(Money(100, "USD"), at=when) == Amount(minor)

    def test_before_the_first_leaves_money_apart(self):
        early = datetime(2026, 10, 31, 12, tzinfo=UTC)
        assert EXCHANGE.amount(Money(100, "USD"), at=early) == Amount(0, (Money(100, "USD"),))
        assert EXCHANGE.amount(Money(100, "EUR"), at=NOON) == Amount(0, (Money(100, "EUR"),))

    @pytest.mark.parametrize("currency", ["ILS", ""])
    def test_is_none_of_the_own_currency(self, currency: str):
        assert EXCHANGE.amount(Money(7, currency), at=NOON) == Amount(7)

    def test_knows_how_many_decimals_each_currency_has(self):
        assert EXCHANGE.amount(Money(1000, "JPY"), at=NOON) == Amount(2400)

    def test_of_nothing_is_nothing(self):
        assert EXCHANGE.amount(Money(0, "EUR"), at=NOON) == Amount()


class TestAPeriod:
    def test_is_cut_where_a_rate_changes(self):
        midnight = datetime(2026, 11, 15, tzinfo=ZONE)
        assert EXCHANGE.spans(at(10), at(20)) == [(at(10), midnight), (midnight, at(20))]
        assert EXCHANGE.spans(at(16), at(20)) == [(at(16), at(20))]


class TestAmounts:
    @given(
        parts=st.lists(
            st.builds(
                Amount,
                st.integers(-1000, 1000),
                st.lists(
                    st.builds(Money, st.integers(-9, 9), st.sampled_from(["USD", "EUR"])),
                    max_size=2,
                ).map(tuple),
            ),
            max_size=5,
        )
    )
    def test_add_up_and_come_off_again(self, parts: list[Amount]):
        whole = total(parts)
        assert whole.minor == sum(one.minor for one in parts)
        for one in parts:
            whole = whole.less(one)
        assert whole == Amount()

    def test_are_told_as_money(self):
        assert Amount(5, (Money(7, "USD"),)).parts("ILS") == (Money(7, "USD"), Money(5, "ILS"))
        assert Amount().parts("ILS") == ()
        assert not Amount()
        assert Amount(0, (Money(7, "USD"),))


class TestTalk:
    def test_costs_the_line_and_the_rep(self):
        costs = Costs(Decimal(60), minute={"US": Decimal("0.3")})
        assert costs.talk(120, "US") == Decimal("2.6")
        assert costs.talk(120, "") == Decimal(2)
        assert Costs().talk(120, "US") == 0
