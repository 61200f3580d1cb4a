"""Plain numbers of a country's own, read by its patterns: always what the library reads."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules import cells, phones
from rules.home_numbers import home_number
from rules.words import PhoneType

DIGITS = "0123456789"
HEADS = (
    "0",
    "05",
    "052",
    "03",
    "077",
    "01",
    "012",
    "015",
    "1",
    "+972",
    "+9720",
    "+49",
    "+44",
    "+1",
)
REGIONS = ("IL", "DE", "GB", "FR", "US", "IT", "BR", "AR", "SE", "TR", "JP", "RU", "HU", "ZZ", "")


@st.composite
def typed(draw):
    """Give digits as people type them: a head, then digits with a separator here and there."""
    head = draw(st.sampled_from(HEADS))
    parts = draw(st.lists(st.text(DIGITS, min_size=1, max_size=7), min_size=1, max_size=4))
    return head + draw(st.sampled_from(["", "-", " ", " - ", "--"])).join(parts)


def slowly(monkeypatch, read, text, region):
    """Read as if no country had patterns that are known here."""
    for module in (cells, phones):
        monkeypatch.setattr(module, "home_number", lambda text, region: None)
    return read(text, region=region)


class TestAPlainNumber:
    @pytest.mark.parametrize(
        ("text", "region", "e164", "kind"),
        [
            ("052-234-5678", "IL", "+972522345678", PhoneType.MOBILE),
            ("0522345678", "IL", "+972522345678", PhoneType.MOBILE),
            ("+972 52-2345678", "IL", "+972522345678", PhoneType.MOBILE),
            ("03-6234567", "IL", "+97236234567", PhoneType.LANDLINE),
            ("030 901820", "DE", "+4930901820", PhoneType.LANDLINE),
        ],
    )
    def test_is_read_at_once(self, text, region, e164, kind):
        assert home_number(text, region=region) == (e164, kind)

    @pytest.mark.parametrize(
        ("text", "region"),
        [
            ("052-123-4567", "IL"),  # nobody can have it
            ("077-2345678", "IL"),  # neither mobile nor fixed
            ("012 522345678", "IL"),  # dialled abroad
            ("052-234-5678 / 3", "IL"),
            ("٠٥٢٢٣٤٥٦٧٨", "IL"),
            ("+44 20 7946 0958", "IL"),
            ("2125550123", "US"),  # a code that many countries share
            ("06 698 1", "IT"),  # a zero that belongs to the number
            ("0522345678", "ZZ"),
        ],
    )
    def test_of_another_sort_is_left_to_who_reads_all(self, text, region):
        assert home_number(text, region=region) is None

    @given(text=typed(), region=st.sampled_from(REGIONS))
    @example(text="+9720522345678", region="IL")
    @example(text="052 - 2345678", region="IL")
    @example(text="0800 123456", region="DE")
    def test_is_what_the_library_reads(self, text, region):
        for read in (phones.read_phone, cells.read_number):
            with pytest.MonkeyPatch.context() as patched:
                wanted = slowly(patched, read, text, region)
            assert read(text, region=region) == wanted

    @pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
    def test_of_every_country_is_what_the_library_reads(self, region):
        kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
        numbers = [phonenumbers.example_number_for_type(region, kind) for kind in kinds]
        for number in filter(None, numbers):
            for form in range(3):
                text = phonenumbers.format_number(number, form)
                with pytest.MonkeyPatch.context() as patched:
                    wanted = slowly(patched, phones.read_phone, text, region)
                assert phones.read_phone(text, region=region) == wanted
