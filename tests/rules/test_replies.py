"""An SMS that came in: what asks for messages again, what a channel may read of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.replies import asked_to_stop, reads_as_optin, waits_for_an_answer, without_details
from tests.rules.builders import lead


class TestAnOptIn:
    @pytest.mark.parametrize(
        "text",
        [
            "START",
            "unstop",
            "Yes.",
            "ＳＴＡＲＴ",
            "חדש",
            "חדשו",
            "הצטרף",
            "חזרו אלי",
            "תחזרו אליי!",
        ],
    )
    def test_is_each_of_its_words(self, text: str):
        assert reads_as_optin(text)

    @pytest.mark.parametrize(
        "text", ["", "start calling", "yes please", "כן", "חדשות", "STOP", "הסר"]
    )
    def test_is_the_whole_message_or_none(self, text: str):
        assert not reads_as_optin(text)

    @given(text=st.text())
    def test_is_never_an_opt_out_as_well(self, text: str):
        assert not (reads_as_optin(text) and asked_to_stop(text).certain)


class TestWordsForAChannel:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("0522345678", "052•••••78"),
            ("call (052) 234-5678 now", "call (052) •••-••78 now"),
            ("id 123456782", "id 123••••82"),
            ("4580 1234 5678 9012", "458• •••• •••• ••12"),
            ("dana@example.com or 052-2345678", "d•••@example.com or 052-•••••78"),
            ("052/234/5678", "052/•••/••78"),
            ("052–234–5678", "052-•••-••78"),
            ("052 - 234 - 5678", "052 - ••• - ••78"),
            ("052,234,5678", "052,•••,••78"),
            ("522,345,678", "522,•••,•78"),
            ("052__234__5678", "052__•••__••78"),
            ("052\u200b2345678", "052•••••78"),
            ("05.22.34.56.78", "05.2•.••.••.78"),
            ("02/05/23 45 67 89", "02/0•/•• •• •• 89"),
            ("052 16:30 2345678", "052 16:30 •••••78"),
            ("at 16:30, 052-2345678", "at 16:30, 052-•••••78"),
            ("25/12/2026 052-2345678", "25/12/2026 052-•••••78"),
            ("dana @ example.com", "d•••@example.com"),
            ("dana@ example.co.il please", "d•••@example.co.il please"),
        ],
    )
    def test_hide_numbers_and_addresses(self, text: str, shown: str):
        assert without_details(text) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "מחר בארבע",
            "at 16:30 on 25/12, flat 12",
            "1,290 or 129000",
            "1,290,000 - 1,400,000",
            "25/12/2026 16:30",
            "2026-12-25, 10:00-12:00",
            "3.1.27 10:00",
            "10:00, 12:00, 14:00",
            "call me @ 5.30",
        ],
    )
    def test_leave_hours_dates_and_prices(self, text: str):
        assert without_details(text) == text

    @given(
        digits=st.from_regex(r"05\d{8}", fullmatch=True),
        between=st.text(" -–.,/_()\u200f", max_size=3),
    )
    def test_hide_a_number_however_it_is_parted(self, digits: str, between: str):
        assert without_details(f"call {between.join(digits)} please").count("•") == 5

    @given(number=st.from_regex(r"05\d-?\d{7}", fullmatch=True), around=st.text("אב xy.,!"))
    def test_never_show_a_whole_number(self, number: str, around: str):
        assert number not in without_details(f"{around} {number} {around}")


class TestWhatWaitsForAnAnswer:
    def test_is_the_first_messages_and_those_of_the_missed_follow_up(self):
        assert waits_for_an_answer(lead(missed_followup=3)) == (
            "sms:sms_first:7",
            "email:mail_first:7",
            "sms:sms_followup:7:3",
            "email:mail_offer:7:3",
        )
