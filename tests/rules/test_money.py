"""Money as people type it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import Money, decimal_amount, exponent, read_amount, read_money

CODES = st.sampled_from(["ILS", "USD", "JPY", "KWD"])


def read(text, currency="ILS"):
    return read_money(text, currency=currency)


class TestReadingMoney:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("1290", 129000),
            ("1,290", 129000),
            ("1 290", 129000),
            ("1\u202f290", 129000),
            ("1,290.50", 129050),
            ("1290.5", 129050),
            ("12,345,678.90", 1234567890),
            ("１，２９０", 129000),
            ("\u200f1290\u200e", 129000),
            ("+5", 500),
            ("-100", -10000),
            ("−100", -10000),
            ("- 100", -10000),
            ("-₪100", -10000),
            ("₪-100", -10000),
            ("0", 0),
        ],
    )
    def test_takes_the_team_currency_where_none_is_named(self, text, minor):
        assert read(text) == Money(minor, "ILS")

    @pytest.mark.parametrize(
        ("text", "currency"),
        [
            ("₪1290", "ILS"),
            ("1290 ₪", "ILS"),
            ("1290 nis", "ILS"),
            ("1290 ש״ח", "ILS"),
            ("1290 ש”ח", "ILS"),
            ('1290ש"ח', "ILS"),
            ("1290 שח", "ILS"),
            ("1290 שקלים", "ILS"),
            ("1290 שקל", "ILS"),
            ("1290 דולר", "USD"),
            ("$1290", "USD"),
            ("＄1290", "USD"),
            ("1290 USD", "USD"),
            ("usd 1290", "USD"),
            ("$1290 usd", "USD"),
            ("1290 אירו", "EUR"),
            ("€ 1290", "EUR"),
            ("1290 ליש״ט", "GBP"),
            ("1290chf", "CHF"),
        ],
    )
    def test_takes_the_currency_named_before_or_after(self, text, currency):
        assert read(text, "AUD") == Money(129000, currency)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "abc",
            "₪",
            "1290 xyz",
            "12₪90",
            "$5 ils",
            "1.290,50",
            "1,29",
            "1,2900",
            "1290.505",
            ".5",
            "5.",
            "--5",
            "-₪-5",
            "1e5",
            "٥",
            "1" * 30,
            "9" * 16,
            "5 usd usd",
        ],
    )
    def test_refuses_to_guess(self, text):
        assert read(text) is None

    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [("100", "JPY", 100), ("100.5", "JPY", None), ("1.005", "KWD", 1005)],
    )
    def test_counts_in_the_currency_own_minor_units(self, text, currency, minor):
        assert read(text, currency) == (Money(minor, currency) if minor else None)

    @given(minor=st.integers(min_value=-(10**14), max_value=10**14), currency=CODES)
    def test_reads_back_what_it_writes(self, minor, currency):
        written = f"{decimal_amount(Money(minor, currency)):,}"
        assert read(written, currency) == Money(minor, currency)

    @given(text=st.text())
    def test_never_raises(self, text):
        read(text)


class TestReadingAnAmountBeforeANote:
    @pytest.mark.parametrize(
        ("text", "minor", "currency", "taken"),
        [
            ("1290", 129000, "ILS", 1),
            ("1290 cash", 129000, "ILS", 1),
            ("1290, cash", 129000, "ILS", 1),
            ("1290 usd cash", 129000, "USD", 2),
            ("1290 ש״ח במזומן", 129000, "ILS", 2),
            ("₪ 1290 cash", 129000, "ILS", 2),
            ("- 100 ₪ refund", -10000, "ILS", 3),
            ("1290 all paid", 129000, "ILS", 1),
            ("1290 ALL paid", 129000, "ALL", 2),
            ("1290 the blue one", 129000, "ILS", 1),
            ("1290 2 seats", 129000, "ILS", 1),
            ("100 16:00", 10000, "ILS", 1),
        ],
    )
    def test_leaves_the_note_alone(self, text, minor, currency, taken):
        assert read_amount(text.split(), currency="ILS") == (Money(minor, currency), taken)

    @pytest.mark.parametrize("text", ["", "cash 1290", "1 290", "₪1 290 cash", "12 345 678"])
    def test_is_none_where_it_would_be_a_guess(self, text):
        assert read_amount(text.split(), currency="ILS") is None

    def test_takes_the_team_own_currency_in_any_case(self):
        assert read_amount(["5", "chf"], currency="CHF") == (Money(500, "CHF"), 2)


def test_a_currency_has_two_decimals_unless_iso_says_otherwise():
    assert [exponent(code) for code in ("ILS", "JPY", "KWD")] == [2, 0, 3]
    assert decimal_amount(Money(129050, "ILS")) == Decimal("1290.50")
