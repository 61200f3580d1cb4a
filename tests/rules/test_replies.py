"""An SMS that came in: what asks for no more messages, what for messages again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.replies import reads_as_optin, reads_as_optout, waits_for_an_answer, without_details
from tests.rules.builders import lead

ENGLISH = ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "CANCEL"]
HEBREW = ["הסר", "הסירו", "הסירי", "עצור", "תפסיקו", "להסיר"]
WRITTEN = [
    "stop",
    " Stop. ",
    "STOP!!!",
    "“Stop”",
    "(stop)",
    "*stop*",
    "_stop_",
    "ＳＴＯＰ",
    "stop 🙏",
    "\u202bהסר\u202c",
    "״הסר״",
    "הסר.",
    "\nהסר\n",
    "please stop",
    "STOP ALL",
    "opt-out",
    "הסר אותי",
    "תסירו אותי בבקשה",
    "להסרה",
    "הָסֵר",
]
NOT = [
    "",
    "…",
    "?",
    "stop calling me",
    "don't stop",
    "s t o p",
    "stop1",
    "unstoppable",
    "non-stop",
    "cancelled",
    "START",
    "yes",
    "לא להסיר",
    "הוסר",
    "עצורים",
    "כן",
    "1",
]


class TestAnOptOut:
    @pytest.mark.parametrize("word", [*ENGLISH, *HEBREW])
    def test_is_each_of_its_words(self, word: str):
        assert reads_as_optout(word)

    @pytest.mark.parametrize("text", WRITTEN)
    def test_may_be_written_in_any_case_and_among_signs(self, text: str):
        assert reads_as_optout(text)

    @pytest.mark.parametrize("text", NOT)
    def test_is_the_whole_message_or_none(self, text: str):
        assert not reads_as_optout(text)


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
        assert not (reads_as_optin(text) and reads_as_optout(text))


class TestWordsForAChannel:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("0522345678", "052•••••78"),
            ("call (052) 234-5678 now", "call (052) •••-••78 now"),
            ("id 123456782", "id 123••••82"),
            ("4580 1234 5678 9012", "458• •••• •••• ••12"),
            ("dana@example.com or 052-2345678", "d•••@example.com or 052-•••••78"),
            ("at 16:30 on 25/12, flat 12", "at 16:30 on 25/12, flat 12"),
            ("1,290 or 129000", "1,290 or 129000"),
            ("מחר בארבע", "מחר בארבע"),
            ("", ""),
        ],
    )
    def test_hide_numbers_and_addresses(self, text: str, shown: str):
        assert without_details(text) == shown

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
