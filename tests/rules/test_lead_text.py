"""A lead typed in one line, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lead_text import read_lead_text
from rules.phones import read_phone

CAMPAIGNS = ("Facebook-March", "spring sale")
PRODUCTS = ("van", "big van")


def read(text: str) -> dict[str, str]:
    said = read_lead_text(text, campaigns=CAMPAIGNS, products=PRODUCTS, region="IL")
    return {name: str(value) for name, value in said.fields.items()}


class TestALine:
    @pytest.mark.parametrize(
        ("text", "fields"),
        [
            (
                "דנה כהן 054-234-5678 פייסבוק",
                {"name": "דנה כהן", "phone": "054-234-5678", "campaign": "Facebook-March"},
            ),
            (
                "Dana Cohen 054 234 5678 dana@x.com google referral from Avi",
                {
                    "name": "Dana Cohen",
                    "phone": "054 234 5678",
                    "email": "dana@x.com",
                    "campaign": "google",
                    "kind": "referral",
                    "referrer": "Avi",
                },
            ),
            (
                "הפניה מאבי, יוסי לוי 0522345678 רוצה ואן",
                {
                    "kind": "referral",
                    "referrer": "אבי",
                    "name": "יוסי לוי",
                    "phone": "0522345678",
                    "note": "רוצה ואן",
                },
            ),
            (
                "Dana +972 52-234-5678 spring sale big van, wants two",
                {
                    "name": "Dana",
                    "phone": "+972 52-234-5678",
                    "campaign": "spring sale",
                    "product": "big van",
                    "note": "wants two",
                },
            ),
            (
                "<mailto:dana@x.com|dana@x.com> Dana",
                {"name": "Dana", "email": "dana@x.com"},
            ),
            ("חמה רות 052-234-5678", {"kind": "warm", "name": "רות", "phone": "052-234-5678"}),
            ("Dana 054-12", {"name": "Dana 054-12"}),
            ("Dana 0549999999999", {"name": "Dana", "phone": "0549999999999"}),
            (
                "who never says one name but goes on",
                {"name": "who never", "note": "says one name but goes on"},
            ),
            ("", {}),
        ],
    )
    def test_is_read_as_people_write_it(self, text: str, fields: dict[str, str]):
        assert read(text) == fields

    @pytest.mark.parametrize(
        "beside",
        [
            *("25/12/2026", "31.12.26", "2026-12-25", "1.500.000", "25000000", "312345678"),
            *("25/12 14:00", "budget 2500000", "3"),
        ],
    )
    def test_takes_no_day_and_no_amount_for_the_number(self, beside: str):
        for line in (f"Dana {beside} 054-234-5678", f"Dana 054-234-5678 {beside}"):
            assert read(line)["phone"] == "054-234-5678"
        assert "phone" not in read(f"Dana {beside}")

    @pytest.mark.parametrize("beside", ['ת"ז 041234567', "ID 0541234567", "ת.ז 041234567"])
    def test_takes_no_id_for_a_phone(self, beside: str):
        assert read(f"Dana {beside} 052-234-5678")["phone"] == "052-234-5678"
        assert "phone" not in read(f"Dana {beside}")

    def test_takes_the_first_of_two_numbers(self):
        assert read("Dana 054-234-5678 052-765-4321")["phone"] == "054-234-5678"

    @pytest.mark.parametrize(
        "number", ["542345678", "972 54 234 5678", "+972 (0)54 234 5678", "(02) 531-2345"]
    )
    def test_takes_a_number_without_its_first_digit_or_in_words(self, number: str):
        assert read(f"Dana {number}") == {"name": "Dana", "phone": number}

    def test_may_mention_whose_it_is(self):
        said = read_lead_text("<@U01AVI|avi> Dana 052-234-5678", region="IL")
        assert (said.rep, said.fields["name"]) == ("U01AVI", "Dana")

    def test_takes_a_channel_of_several_campaigns_by_its_own_name(self):
        said = read_lead_text("052-234-5678 fb", campaigns=["fb 1", "fb 2"], region="IL")
        assert said.fields["campaign"] == "facebook"

    @given(st.text(max_size=200))
    def test_of_any_kind_is_read(self, text: str):
        assert set(read(text)) <= {
            *("name", "phone", "email", "campaign", "product", "kind", "referrer", "note")
        }

    @given(
        st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), max_size=6),
        st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), max_size=6),
    )
    def test_never_loses_the_number(self, before: list[str], after: list[str]):
        fields = read(" ".join([*before, "052-234-5678", *after]))
        assert read_phone(fields["phone"], region="IL").e164 == "+972522345678"
