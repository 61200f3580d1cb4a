"""Questions as names of columns (C2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.fields import FIELDS, field_name


class TestAQuestion:
    @pytest.mark.parametrize(
        ("question", "field"),
        [
            ("What is your phone number?", "phone"),
            ("what_is_your_phone_number?", "phone"),
            ("what's_your_e-mail_address?", "email"),
            ("Please enter your full name", "name"),
            ("In which city do you live?", "city"),
            ("How old are you?", "age"),
            ("מה מספר הטלפון שלך?", "phone"),
            ("מה_השם_המלא_שלך?", "name"),
            ("נא למלא כתובת מייל", "email"),
            ("באיזו עיר אתם גרים?", "city"),
            ("בן כמה אתה?", "age"),
            ("הטלפון", "phone"),
            ("מס' טלפון", "phone"),
            ("מס׳ נייד", "phone"),
            ("טלפון הלקוחה", "phone"),
            ("Customer's phone", "phone"),
            ("Client name", "name"),
        ],
    )
    def test_names_the_field_that_it_asks_for(self, question, field):
        assert field_name(question) == field

    @pytest.mark.parametrize(
        "question",
        [
            "What is the best time to phone you?",
            "Which phone do you want?",
            "What is the name of your company?",
            "May we mail you offers?",
            "What is your number?",
            "מתי נוח לדבר בטלפון?",
            "מה שם החברה?",
            "איזה טלפון מעניין אותך?",
            "?",
            "what is your " * 5 + "phone",
        ],
    )
    def test_for_something_else_names_none(self, question):
        assert field_name(question) is None

    @given(st.text(max_size=400))
    def test_of_any_kind_never_raises(self, label):
        assert field_name(label) in FIELDS | {None}
