"""The country that a number belongs to."""

import pytest

from rules.countries import country_of


class TestTheCountry:
    @pytest.mark.parametrize(
        ("e164", "country"),
        [
            ("+972522345678", "IL"),
            ("+12125551234", "US"),
            ("+14165551234", "CA"),
            ("+12425551234", "BS"),
            ("+77012345678", "KZ"),
            ("+447400123456", "GB"),
        ],
    )
    def test_is_that_of_the_number(self, e164: str, country: str):
        assert country_of(e164) == country

    @pytest.mark.parametrize(("e164", "country"), [("+1", "US"), ("+44", "GB"), ("+7999", "RU")])
    def test_is_the_largest_of_those_that_share_the_code_where_nothing_tells(
        self, e164: str, country: str
    ):
        assert country_of(e164) == country

    @pytest.mark.parametrize("e164", ["", "+", "+999", "+80012345678", "unknown"])
    def test_is_empty_where_there_is_none(self, e164: str):
        assert country_of(e164) == ""
