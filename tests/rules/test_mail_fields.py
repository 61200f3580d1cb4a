"""Mail of vendors: labels and values, which source a mail is of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.fields import Defaults, read_draft
from rules.mail_fields import labelled, source_of
from rules.playbook import Source

DEFAULTS = Defaults(region="IL", currency="ILS")
SIGNS = (": ", ":", " - ", " = ", "=", "\t", "：", " – ")


def phone_of(text: str) -> str:
    draft = read_draft(labelled(text, region="IL"), defaults=DEFAULTS)
    return draft.phone.e164 if draft.phone else ""


class TestALine:
    @pytest.mark.parametrize("sign", SIGNS)
    @pytest.mark.parametrize("label", ["Phone", "טלפון", "E-mail", "Full name", "שם מלא"])
    def test_is_parted_at_the_sign_behind_its_label(self, label: str, sign: str):
        assert labelled(f"{label}{sign}dana") == {label: "dana"}

    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("> Name: Dana", {"Name": "Dana"}),
            ("* Name: Dana", {"Name": "Dana"}),
            ("*Name:* Dana", {"Name": "Dana"}),
            ("Budget: 500", {"Budget": "500"}),
            ("Budget - 500", {}),
            ("Page: https://example.com/a", {"Page": "https://example.com/a"}),
            ("https://example.com", {}),
            ("From: vendor@example.com", {}),
            ("נושא: ליד חדש", {}),
            ("Name:", {}),
            ("\u200fטלפון\u200f: 052-234-5678", {"\u200fטלפון\u200f": "052-234-5678"}),
        ],
    )
    def test_is_read_as_mails_have_it(self, line: str, found: dict[str, str]):
        assert labelled(line) == found

    def test_keeps_the_first_value_of_a_label(self):
        assert labelled("Phone: 1\nPhone: 2") == {"Phone": "1"}

    def test_of_a_source_is_known_by_its_own_names(self):
        assert labelled("Kontakt - Dana", names={"Kontakt"}) == {"Kontakt": "Dana"}


class TestALabelAlone:
    def test_has_its_value_below(self):
        text = "שם מלא\nדנה כהן\n\nטלפון:\n\n052-234-5678"
        assert labelled(text) == {"שם מלא": "דנה כהן", "טלפון": "052-234-5678"}

    def test_does_not_take_the_next_label_for_its_value(self):
        assert labelled("Email:\nPhone: 052-234-5678") == {"Phone": "052-234-5678"}

    def test_of_a_note_goes_on_until_a_gap(self):
        text = "Notes: a red van\nor a blue one\n\nYours"
        assert labelled(text) == {"Notes": "a red van or a blue one"}


class TestANumberUnderAnotherLabel:
    def test_is_the_phone_where_nothing_else_is(self):
        assert phone_of("Call back on: 052-234-5678") == "+972522345678"

    def test_is_not_where_a_label_says_phone(self):
        text = "Order: 052-234-5678\nPhone: 054-234-5678"
        assert phone_of(text) == "+972542345678"


class TestAnyMail:
    @given(st.text(max_size=400))
    def test_is_read(self, text: str):
        for label, value in labelled(text, region="IL").items():
            assert label
            assert value

    @given(
        st.sampled_from(["Phone", "טלפון", "Mobile", "נייד", "Tel"]),
        st.sampled_from(SIGNS),
        st.lists(st.text(st.characters(categories=["L", "Zs"]), max_size=20), max_size=5),
    )
    def test_never_loses_a_number_that_stands_alone_on_a_labelled_line(
        self, label: str, sign: str, before: list[str]
    ):
        above = "\n".join(one.replace("\n", "") for one in before)
        assert phone_of(f"{above}\n\n{label}{sign}052-234-5678") == "+972522345678"


DANA = {"Name": "Dana", "Phone": "052-234-5678", "Email": "d@x.com"}


class TestSeveralLabels:
    @pytest.mark.parametrize(
        "text",
        [
            "Name\tPhone\tEmail\nDana\t052-234-5678\td@x.com",
            "Name\tPhone\tEmail\n\n\nDana\t052-234-5678\td@x.com",
            "Name\tDana\tPhone\t052-234-5678\nEmail\td@x.com",
            "Name\tDana\tPhone\t052-234-5678\tEmail\td@x.com",
            "Name: Dana Phone: 052-234-5678 Email: d@x.com",
            "Name: Dana, Phone: 052-234-5678 | Email: d@x.com",
            "Name\n\nDana\nPhone\n\n052-234-5678\nEmail\n\nd@x.com",
        ],
    )
    def test_in_a_line_have_each_their_value(self, text: str):
        found = labelled(text, region="IL")
        assert {name: value.rstrip(",") for name, value in found.items()} == DANA

    def test_in_a_tables_first_row_may_be_the_vendors_own(self):
        found = labelled("Name\tSeats\tPhone\nDana\t9\t052-234-5678", region="IL")
        assert found == {"Name": "Dana", "Seats": "9", "Phone": "052-234-5678"}

    def test_that_make_one_label_together_stay_one(self):
        found = labelled("Phone (mobile): 052-234-5678", region="IL")
        assert found == {"Phone (mobile)": "052-234-5678", "phone": "052-234-5678"}

    def test_in_hebrew_have_each_their_value(self):
        found = labelled("שם: דנה כהן טלפון: 052-234-5678", region="IL")
        assert found == {"שם": "דנה כהן", "טלפון": "052-234-5678"}

    def test_without_values_give_none(self):
        assert labelled("Name\tPhone", region="IL") == {"Name": "Phone"}

    def test_are_no_words_with_a_colon_in_a_note(self):
        assert labelled("Note: call at 14:30, as said: soon", region="IL") == {
            "Note": "call at 14:30, as said: soon"
        }


class TestANumberWithoutItsLabel:
    @pytest.mark.parametrize(
        "line",
        [
            *("Date: 25/12/2026", "Sent on: 25.12.2026 14:00", "Came: 2026-12-25"),
            *("Budget: 25000000", "Budget: 1,500,000", "Lead ID: 312345678"),
        ],
    )
    def test_is_no_day_and_no_amount(self, line: str):
        assert phone_of(f"Name: Dana\n{line}\nEmail: d@x.com") == ""

    @pytest.mark.parametrize("value", ["052-234-5678", "+972522345678", "522345678"])
    def test_is_one_that_can_be_dialled(self, value: str):
        assert phone_of(f"Reach: {value}") == "+972522345678"


class TestTheSource:
    SOURCES = (
        Source("site"),
        Source("vans", sender="*@vans.example.com", subject="New lead"),
        Source("all", sender="vendor.example"),
    )

    @pytest.mark.parametrize(
        ("sender", "subject", "name"),
        [
            ("Bot@vans.example.com", "RE: new LEAD 12", "vans"),
            ("bot@vans.example.com", "Invoice", None),
            ("who@vendor.example", "", "all"),
            ("who@notvendor.example", "", None),
            ("who@vendor.example.org", "", None),
            ("", "New lead", None),
        ],
    )
    def test_is_the_first_that_takes_the_sender_and_the_subject(
        self, sender: str, subject: str, name: str | None
    ):
        found = source_of(self.SOURCES, sender, subject)
        assert (found.name if found else None) == name


class TestAnIdC2:
    @pytest.mark.parametrize(
        "line",
        [
            *("Lead ID: 541234567", "ID: 541234567", "Order: 0541234567", "Order no: 041234567"),
            *('ת"ז: 041234567', "ת.ז.: 041234567", "מספר זהות: 541234567", "מספר הזמנה: 041234567"),
            *('הודעה: ת"ז 041234567', "Message: my ID is 0541234567"),
        ],
    )
    def test_is_never_taken_for_a_phone(self, line: str):
        assert phone_of(f"Name: Dana\n{line}\nEmail: d@x.com") == ""

    def test_stands_beside_a_number_that_no_label_calls_a_phone(self):
        text = 'Name: Dana\nת"ז: 041234567\nReach: 052-234-5678'
        assert phone_of(text) == "+972522345678"
