"""Two leads that may be one person: by what, and by what not (C2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lead import Lead
from rules.likeness import Sign, likeness, mails_near, numbers_near, other_name, same_name
from rules.phones import email_key
from tests.rules.builders import lead

NUMBER = "+972522345678"
SWAPPED = "+972522345687"
OTHER = "+972543456789"
DANA = {"name": "Dana Cohen", "phone_e164": NUMBER, "email": "", "city": ""}


def two(first: dict[str, Any], second: dict[str, Any]) -> tuple[Lead, Lead]:
    blank = {"phone_e164": "", "phone_raw": "", "email": "", "region": "", "city": "", "name": ""}
    return lead(id=1, **(blank | first)), lead(id=2, **(blank | second))


ALIKE = [
    (DANA, DANA | {"name": "Gil"}, {Sign.PHONE}),
    (DANA, DANA | {"phone_e164": "+972522345679"}, {Sign.DIGIT, Sign.NAME}),
    (DANA, DANA | {"phone_e164": SWAPPED, "name": "dana kohen"}, {Sign.DIGIT, Sign.NAME}),
    (DANA, DANA | {"phone_e164": SWAPPED, "name": "Cohen, Dana"}, {Sign.DIGIT, Sign.NAME}),
    (
        {"name": "דנה כהן", "phone_e164": NUMBER},
        {"name": "דנה כהן ", "phone_e164": SWAPPED},
        {Sign.DIGIT, Sign.NAME},
    ),
    (
        {"email": "dana.cohen@gmail.com", "name": "Dana"},
        {"email": "danacohen@gmial.com"},
        {Sign.DOMAIN, Sign.MAIL},
    ),
    (
        DANA | {"city": "Haifa", "email": "dana.cohen@x.com", "phone_e164": ""},
        DANA | {"city": "haifa", "email": "dana.cohen1@y.com", "phone_e164": OTHER},
        {Sign.NAME, Sign.PLACE, Sign.MAIL},
    ),
]
UNLIKE = [
    (DANA, DANA | {"phone_e164": OTHER}),
    (DANA, {"name": "Yossi Levi", "phone_e164": "+972522345679"}),
    (DANA, {"name": "", "phone_e164": "+972522345679"}),
    (DANA | {"city": "Haifa"}, DANA | {"city": "Haifa", "phone_e164": OTHER}),
    ({"email": "dana@gmail.com"}, {"email": "dana@hotmail.com"}),
    ({"email": "dan@gmail.com"}, {"email": "dan@gmial.com"}),
    ({"email": "dana@gmail.com", "name": "Dana"}, {"email": "dana@gmial.com", "name": "Boris"}),
    (DANA, DANA | {"phone_e164": "+12522345678"}),
    ({}, {}),
]


class TestTwoLeadsC2:
    @pytest.mark.parametrize(("first", "second", "signs"), ALIKE)
    def test_may_be_one_person(self, first: Any, second: Any, signs: set[Sign]):
        found = likeness(*two(first, second))
        assert found is not None
        assert signs <= set(found.signs)
        assert 0 < found.score <= 100

    @pytest.mark.parametrize(("first", "second"), UNLIKE)
    def test_are_not_asked_about(self, first: Any, second: Any):
        assert likeness(*two(first, second)) is None

    def test_are_alike_from_either_side(self):
        for first, second, _ in ALIKE:
            one, other = two(first, second)
            assert likeness(one, other) == likeness(other, one)

    def test_with_a_shared_number_are_not_alike_by_it(self):
        one, other = two(DANA, DANA | {"name": "Gil"})
        assert likeness(one, other, shared=True) is None

    def test_of_which_one_became_another_are_decided(self):
        one, other = two(DANA, DANA)
        gone = lead(id=3, phone_e164=NUMBER, merged_into=1)
        assert likeness(one, gone) is None
        assert likeness(one, one) is None
        assert likeness(one, other) is not None

    @given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
    def test_never_raise(self, name: str, email: str, phone: str):
        first = {"name": name, "email": email, "phone_e164": phone, "city": name}
        likeness(*two(first, {"name": email, "email": name, "phone_e164": phone[1:]}))
        numbers_near(phone)
        mails_near(email)


class TestNumbersASlipAway:
    def test_are_few(self):
        assert len(numbers_near(NUMBER)) <= 110

    def test_have_each_digit_changed_and_neighbours_swapped(self):
        near = numbers_near(NUMBER)
        assert {"+972522345679", "+972512345678", SWAPPED} <= {*near, "+972512345678"}
        assert NUMBER not in near

    def test_are_those_that_are_asked_about(self):
        for number in numbers_near(NUMBER):
            assert likeness(*two(DANA, DANA | {"phone_e164": number})) is not None

    @pytest.mark.parametrize("number", ["", "+97", "ring me"])
    def test_are_none_for_what_is_no_number(self, number: str):
        assert numbers_near(number) == []


class TestMailboxesAtAMistypedProvider:
    @pytest.mark.parametrize("wrong", ["gmial.com", "gmal.com", "gmaill.com", "gmail.co"])
    def test_are_found_from_either_side(self, wrong: str):
        right, typed = "dana@gmail.com", f"dana@{wrong}"
        assert email_key(typed) in mails_near(right)
        assert right in mails_near(typed)

    def test_are_few(self):
        assert 0 < len(mails_near("dana@walla.co.il")) <= 60

    def test_are_none_for_a_provider_nobody_knows(self):
        assert mails_near("dana@example.com") == []


class TestTheSameName:
    @pytest.mark.parametrize(
        ("one", "other"),
        [("Dana Cohen", "cohen  DANA"), ("דנה כהן", "כהן, דנה"), ("Ｄａｎａ", "dana")],
    )
    def test_is_the_same_words_in_any_order(self, one: str, other: str):
        assert same_name(one, other)

    @pytest.mark.parametrize(("one", "other"), [("", ""), ("Dana", "דנה"), ("Dana", "Dana Cohen")])
    def test_is_no_other(self, one: str, other: str):
        assert not same_name(one, other)


class TestANameThatIsAnothers:
    @pytest.mark.parametrize(
        ("one", "other", "apart"),
        [
            ("Dana Cohen", "Moshe Katz", True),
            ("Dana Cohen", "Dana", False),
            ("Cohen, Dana", "dana cohen", False),
            ("דנה כהן", "Dana Cohen", False),
            ("", "Moshe Katz", False),
        ],
    )
    def test_is_told_from_a_part_or_another_writing_of_one(self, one: str, other: str, apart: bool):
        assert other_name(one, other) is apart
        assert other_name(other, one) is apart
