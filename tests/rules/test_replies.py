"""An SMS that came in: what asks for no more messages."""

import pytest

from rules.lead import reachable_by
from rules.replies import reads_as_optout, without_messages
from rules.words import Channel
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


class TestALeadWhoAskedForNoMessages:
    def test_is_reached_by_no_channel(self):
        asked = without_messages(lead(consent=("sms", "email")))
        assert [one for one in Channel if reachable_by(asked, one)] == []

    def test_keeps_what_was_closed_before_and_nothing_twice(self):
        asked = without_messages(lead(opted_out=("calls", "email")))
        assert asked.opted_out == ("calls", "email", "sms")
        assert without_messages(asked) == asked
