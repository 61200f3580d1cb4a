"""What asks for no more messages, what for no calls either, and what only sounds like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.replies import asked_to_stop
from rules.stopping import Stop
from rules.words import CHANNELS

MESSAGES = [
    *("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "CANCEL", "REVOKE", "OPTOUT"),
    *(
        "stop",
        " Stop. ",
        "STOP!!!",
        "“Stop”",
        "(stop)",
        "*stop*",
        "_stop_",
        "ＳＴＯＰ",
        "stop 🙏🛑",
    ),
    *("please stop", "stop thanks", "Stop, thank you!", "STOP STOP", "stop.stop.stop", "ok stop"),
    *("STOP ALL", "stop sms", "Stop it", "stop this", "stop all messages", "stop your texts"),
    *("stop texting me", "stop sending me messages", "stop messaging", "stop writing to us"),
    *("remove", "remove me", "please remove me", "Remove me from your list", "remove my number"),
    *("please remove my phone number from your mailing list, thank you", "take me off this list"),
    *("unsubscribe me", "unsubscribe me from this list", "opt-out", "opt out", "opt me out"),
    *("I want to unsubscribe", "I'd like to be removed", "can you please stop texting me?"),
    *("don’t text me", "do not send me any more messages", "never email me again", "No more SMS"),
    *("Stop. Remove me!", "cancel all messages", "end sms", "delete my number"),
    *("הסר", "הסירו", "הסירי", "עצור", "תפסיקו", "להסיר", "להסרה", "הסר.", "\nהסר\n", "״הסר״"),
    *("\u202bהסר\u202c", "הָסֵר", "תַּפְסִיקוּ", "הסר 🙏", "תסירו", "תפסיק", "הפסק", "עצרי", "תסיר אותי"),
    *("הסר בבקשה", "הסר תודה", "הסר הסר", "נא להסיר", "נא להסיר אותי", "הסירו אותי בבקשה!"),
    *("תסירו אותי מהרשימה", "הסירו אותי מרשימת התפוצה", "להסיר אותי מהרשימה", "תסירו אותי"),
    *("אבקש שתסירו אותי", "אני רוצה שתסירו אותי מרשימת הדיוור שלכם", "אפשר להסיר אותי?"),
    *("תמחקו את המספר שלי", "תורידו אותי מהרשימה", "תפסיקו לשלוח לי הודעות", "די עם ההודעות"),
    *("אל תשלחו לי יותר סמ״סים", "תפסיקו עם זה", "תבטלו את המנוי", "לא לשלוח לי הודעות"),
]
ALL = [
    *(
        "Do not contact me",
        "don't call me",
        "Don’t call me again!",
        "stop calling me",
        "stop calls",
    ),
    *("please don't call or text me", "stop texting and calling me", "leave me alone"),
    *("no more calls", "can you stop contacting me please", "take me off your calling list"),
    *("אל תתקשרו אליי", "אל תתקשרו אלי יותר בבקשה", "תפסיקו להתקשר אליי", "תפסיקו להטריד אותי"),
    *("לא להתקשר", "אל תפנו אליי יותר", "עזבו אותי בשקט", "די עם השיחות"),
]
UNSURE = [
    *(
        "don't stop",
        "I will stop by tomorrow",
        "stop by at 5",
        "the bus stop",
        "non-stop",
        "will stop",
    ),
    *("call me, cancel my 4 pm", "cancel my order", "stop calling me Dana", "remove the blue one"),
    *("don't call me, text me", "don't call before 5", "how do I unsubscribe", "not interested"),
    *("stop " * 9, "I stopped at your shop and it was closed", "End it with what we said"),
    *("אל תפסיקו", "לא להסיר", "אל תסירו אותי", "אני רוצה להסיר שיער", "תפסיקו לעשן"),
    *("לא מעוניין", "תסירו את הכחול ותתקשרו", "אל תתקשרו לפני ארבע"),
]
NO = [
    *("", "…", "?", "🙏", "yes", "START", "s t o p", "unstoppable", "cancelled", "1", "thanks"),
    *("the end", "call me at the end of the week", "call me at four", "call me", "contact me"),
    *("מתי אפסיק לעבוד", "הוסר", "עצורים", "כן", "תתקשרו אליי", "תודה רבה", "תשלחו לי הודעה"),
]


class TestARequestToStop:
    @pytest.mark.parametrize("text", MESSAGES)
    def test_closes_sms_and_mail(self, text: str):
        assert asked_to_stop(text) is Stop.MESSAGES
        assert asked_to_stop(text).channels == ("sms", "email")

    @pytest.mark.parametrize("text", ALL)
    def test_closes_calls_too_where_it_speaks_of_them(self, text: str):
        assert asked_to_stop(text) is Stop.ALL
        assert asked_to_stop(text).channels == CHANNELS

    @pytest.mark.parametrize("text", UNSURE)
    def test_is_not_sure_among_other_words(self, text: str):
        assert asked_to_stop(text) is Stop.UNSURE
        assert asked_to_stop(text).channels == ()

    @pytest.mark.parametrize("text", NO)
    def test_is_no_other_saying(self, text: str):
        assert asked_to_stop(text) is Stop.NO

    @pytest.mark.parametrize("stop", list(Stop))
    def test_is_certain_where_it_closes_something(self, stop: Stop):
        assert stop.certain is bool(stop.channels)

    @given(st.lists(st.sampled_from(["stop", "me", "the", "all", "sms", "or", "to", "הסר", "את"])))
    def test_is_read_at_once_however_long_it_is(self, words: list[str]):
        found = asked_to_stop(" ".join([*words, "tomorrow"] * 20))
        assert not found.certain
