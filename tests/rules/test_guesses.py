"""A number that nothing calls a phone: which may be one."""

import pytest

from rules.guesses import has_date, may_be_phone
from rules.phones import read_phone


class TestAText:
    @pytest.mark.parametrize(
        "text", ["25/12/2026", "1.2.26", "2026-12-25", "on 25-12-2026 at 14:00", "25־12־2026"]
    )
    def test_has_a_day_in_it(self, text: str):
        assert has_date(text)
        assert not may_be_phone(text, read_phone(text, region="IL"))

    @pytest.mark.parametrize(
        "text", ["054-234-5678", "06.12.34.56.78", "06-12-34-56-78", "2/3", "+972-54-234-5678", ""]
    )
    def test_has_none(self, text: str):
        assert not has_date(text)

    @pytest.mark.parametrize(
        ("text", "may"),
        [
            *(("054-234-5678", True), ("+972 54", True), ("(02) 531-2345", True)),
            *(("542345678", True), ("25312345", False), ("312345678", False), ("", False)),
        ],
    )
    def test_may_be_a_phone(self, text: str, may: bool):
        assert may_be_phone(text, read_phone(text, region="IL")) is may
