"""Whether a text names a person (C5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.traces import is_named, pattern

DANA = pattern(["+972522345678"], ["dana@example.com"])
SIGNS = st.sampled_from(["", "-", " ", ".", ") ", " - ", "/"])


class TestAText:
    @pytest.mark.parametrize(
        "text",
        [
            "052-234-5678",
            '{"tel": "+972 52 234 5678"}',
            "From=%2B972522345678&Body=hi",
            "(052) 234-56-78,",
            "00972522345678",
            "DANA@Example.com",
            "name=x&mail=dana%40example.com",
            "<dana@example.com>",
        ],
    )
    def test_names_who_has_the_number_or_address(self, text: str):
        assert DANA
        assert is_named(text, DANA)

    @pytest.mark.parametrize(
        "text",
        [
            "052-234-5679",
            "0522345678901",
            "52 23 and 45 678",
            "yourdana@example.com",
            "dana@example.com-pany.org",
            "dana at example",
            "",
        ],
    )
    def test_names_nobody_else(self, text: str):
        assert DANA
        assert not is_named(text, DANA)

    @given(st.lists(SIGNS, min_size=9, max_size=9))
    def test_names_them_however_the_number_is_parted(self, signs: list[str]):
        assert DANA
        written = "0" + "".join(
            f"{sign}{digit}" for sign, digit in zip(signs, "522345678", strict=True)
        )
        assert is_named(f"call {written}.", DANA)

    def test_names_nobody_who_has_neither(self):
        assert pattern(["+9725", ""], [""]) is None
