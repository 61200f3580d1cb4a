"""A number that nothing calls a phone: which may be one."""

import pytest

from rules.guesses import follows_id, has_date, may_be_phone, names_id
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

    @pytest.mark.parametrize("text", ["ID 0541234567", "ת.ז. 041234567", "my ID is 0541234567"])
    def test_that_says_id_is_none(self, text: str):
        assert not may_be_phone(text, read_phone("054-234-5678", region="IL"))


class TestALabel:
    @pytest.mark.parametrize(
        "label",
        [
            *("ID", "Lead ID", "lead_id", "Order", "Order no.", "Order #", "Ref"),
            *('ת"ז', "ת״ז", "ת.ז", "ת.ז.", 'מספר ת"ז', "תעודת זהות", "מספר זהות", "ח.פ."),
            *("מספר הזמנה", "מספר ליד", "דרכון", "Passport number", "Zip code", "Policy"),
        ],
    )
    def test_is_an_ids_or_an_orders(self, label: str):
        assert names_id(label)

    @pytest.mark.parametrize(
        "label",
        [
            *("Phone", "Caller ID", "Phone for the order", "Reach", "", "Ideal"),
            *("טלפון הלקוח", "נייד", "מזהה מתקשר"),
        ],
    )
    def test_is_of_something_else(self, label: str):
        assert not names_id(label)


class TestWhatStandsBefore:
    @pytest.mark.parametrize(
        "before",
        [
            *("my ID is ", "ID: ", "lead id #", "order no. ", "Order number: ", "invoice #"),
            *('ת"ז ', "ת.ז. ", 'ת"ז שלי היא ', "מספר זהות: ", "מספר הזמנה ", "תעודת זהות מספר "),
        ],
    )
    def test_says_that_it_is_no_phone(self, before: str):
        assert follows_id(f"{before}041234567", len(before))

    @pytest.mark.parametrize(
        "before",
        [
            *("", "call me at ", "I want to order ", "my number is ", "בהזמנה ", "המספר שלי ", "+"),
            *("ID 041234567, phone ", "ת.ז. 041234567\n"),
        ],
    )
    def test_says_nothing_against_one(self, before: str):
        assert not follows_id(f"{before}0522345678", len(before))
