"""Spans of time as the playbook writes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.spans import read_span


class TestASpan:
    @pytest.mark.parametrize(
        ("text", "span"),
        [
            ("30m", timedelta(minutes=30)),
            ("2h", timedelta(hours=2)),
            ("14d", timedelta(days=14)),
            ("0m", timedelta(0)),
            ("3650d", timedelta(days=3650)),
        ],
    )
    def test_is_a_number_and_a_unit(self, text, span):
        assert read_span(text) == span

    @pytest.mark.parametrize(
        "text", ["", "m", "30", "30s", "30 m", "-1d", "1.5h", "3651d", "9999999d", "30M", 31, None]
    )
    def test_is_nothing_else(self, text):
        assert read_span(text) is None

    @given(text=st.text() | st.integers() | st.from_regex(r"\d{1,9}[mhds]?"))
    def test_is_never_longer_than_ten_years(self, text):
        span = read_span(text)
        assert span is None or timedelta(0) <= span < timedelta(days=3651)
