"""Values of the playbook: each reader takes what it says, and says what it takes (L1.2)."""

import math
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import time_values, values
from rules.cadence import plan_of
from rules.hours import read_window
from rules.words import Kind, Layer, Tier

COLOUR = values.one_of("red", "blue")
SHARES = values.by_kind(values.part)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.dates()
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
READERS = [
    *(values.text, values.long_text, values.texts, values.count, values.some, values.counts),
    *(values.part, values.times, values.latitude, values.longitude, values.margin, values.money),
    *(time_values.window, time_values.plan, time_values.zone, time_values.weekday),
    *(time_values.clock, time_values.dates, time_values.week, values.currency, values.kind),
    *(values.tier, values.layers, values.field_map, COLOUR, SHARES),
]
LONG_PLAN = ["now", *["1h"] * 29]


def named(value: object) -> str:
    """Name an example the same in every process: a function by its name."""
    return getattr(value, "__name__", "") or str(value)[:40]


class TestAValue:
    @pytest.mark.parametrize(
        ("read", "given_", "found"),
        [
            (values.text, "", ""),
            (values.text, "א" * 300, "א" * 300),
            (values.long_text, "a\nb", "a\nb"),
            (values.texts, [], ()),
            (values.texts, ["a", "b"], ("a", "b")),
            (values.count, 0, 0),
            (values.count, 100_000, 100_000),
            (values.some, 1, 1),
            (values.counts, [0], (0,)),
            (values.counts, [0, 10, 20], (0, 10, 20)),
            (values.part, 0, 0.0),
            (values.part, 0.15, 0.15),
            (values.part, 1, 1.0),
            (values.times, 2.3, 2.3),
            (values.latitude, -65, -65.0),
            (values.longitude, 180, 180.0),
            (values.margin, 0.1, Decimal("0.1")),
            (values.money, 12.5, Decimal("12.5")),
            (time_values.window, "21:00-08:00", read_window("21:00-08:00")),
            (time_values.plan, ["now", "30m", "day 3"], plan_of("now", "30m", "day 3")),
            (time_values.plan, LONG_PLAN, plan_of(*LONG_PLAN)),
            (time_values.zone, "Asia/Jerusalem", "Asia/Jerusalem"),
            (values.currency, "ils", "ILS"),
            (time_values.weekday, "mon", 0),
            (time_values.weekday, "sun", 6),
            (time_values.clock, "09:30", time(9, 30)),
            (values.kind, "cold", Kind.COLD),
            (values.tier, "A", Tier.A),
            (values.layers, ["mail_offer"], (Layer.MAIL_OFFER,)),
            (time_values.dates, [date(2026, 12, 25)], (date(2026, 12, 25),)),
            (time_values.dates, ["2026-12-25"], (date(2026, 12, 25),)),
            (values.field_map, {"Teléfono": "phone"}, {"Teléfono": "phone"}),
            (COLOUR, "blue", "blue"),
            (SHARES, {"cold": 0.5}, {Kind.COLD: 0.5}),
        ],
        ids=named,
    )
    def test_is_read(self, read, given_, found):
        assert read(given_) == found

    @pytest.mark.parametrize(
        ("read", "given_", "allowed"),
        [
            (values.text, 3, "a text in quotes"),
            (values.text, "a" * 301, "a text in quotes"),
            (values.long_text, "a" * 10_001, "10000 letters at most"),
            (values.texts, "a", "a list of texts"),
            (values.texts, [1], "a text in quotes"),
            (values.count, -1, "0 or more"),
            (values.count, 1.0, "0 or more"),
            (values.count, True, "0 or more"),
            (values.count, 100_001, "0 or more"),
            (values.some, 0, "1 or more"),
            (values.some, "1", "1 or more"),
            (values.counts, [], "a list of whole numbers"),
            (values.counts, 5, "a list of whole numbers"),
            (values.counts, [10, 0], "that rise"),
            (values.counts, [0, 0], "that rise"),
            (values.part, 1.01, "between 0 and 1"),
            (values.part, math.nan, "between 0 and 1"),
            (values.part, True, "between 0 and 1"),
            (values.times, -0.1, "such as 2.0"),
            (values.times, math.inf, "such as 2.0"),
            (values.latitude, 65.1, "-65 to 65"),
            (values.longitude, -181, "-180 to 180"),
            (values.margin, 2, "between 0 and 1"),
            (values.money, -1, "an amount"),
            (time_values.window, "9-20", '"09:00-20:00"'),
            (time_values.plan, [], 'begins with "now"'),
            (time_values.plan, ["30m"], 'begins with "now"'),
            (time_values.plan, ["now", "day 3 night"], "morning, noon, afternoon, evening"),
            (time_values.plan, ["now", "day 5", "day 3"], "that rise"),
            (time_values.plan, ["now", "day 3 morning", "day 3 evening"], "that rise"),
            (time_values.plan, [*LONG_PLAN, "1h"], 'begins with "now"'),
            (time_values.plan, "now", 'begins with "now"'),
            (time_values.zone, "Mars/Base", "Asia/Jerusalem"),
            (time_values.zone, "../etc/passwd", "Asia/Jerusalem"),
            (values.currency, "shekel", "ILS"),
            (time_values.weekday, "sunday", "one of mon, tue"),
            (time_values.clock, "25:00", '"09:00"'),
            (time_values.clock, "09:00+02:00", '"09:00"'),
            (values.kind, "hot", "one of cold, warm"),
            (values.tier, "E", "one of A, B, C, D"),
            (values.layers, ["sms"], "one of sms_first"),
            (time_values.dates, ["Christmas"], "[2026-12-25]"),
            (time_values.dates, [20261225], "[2026-12-25]"),
            (time_values.dates, date(2026, 12, 25), "[2026-12-25]"),
            (values.field_map, {"x": "colour"}, "our field"),
            (COLOUR, "green", "one of red, blue"),
            (COLOUR, ["red"], "one of red, blue"),
            (SHARES, {"hot": 0.5}, "each of cold, warm"),
            (SHARES, {"cold": 2}, "between 0 and 1"),
            (SHARES, 0.5, "each of cold, warm"),
        ],
        ids=named,
    )
    def test_is_refused_by_saying_what_is_allowed(self, read, given_, allowed):
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is looked at below
            read(given_)
        assert allowed in str(refused.value)

    @given(value=ANYTHING)
    def test_is_refused_in_no_other_way(self, value):
        for read in READERS:
            try:
                read(value)
            except ValueError as refused:
                assert str(refused)  # noqa: PT017 - any sentence will do
