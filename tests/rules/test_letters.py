"""What a mail that came in is, and what in it is new (L3.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.letters import (
    Bounce,
    Letter,
    asks_to_stop,
    bounce_of,
    is_automatic,
    message_ids,
    new_text,
    written_to,
)
from rules.stopping import Stop

OURS = "<outbox-7@example.com>"


def letter(
    text: str = "",
    *,
    sender: str = "dana@example.com",
    subject: str = "Re: hello",
    answers: tuple[str, ...] = (),
    encloses: tuple[str, ...] = (),
    report: tuple[dict[str, str], ...] = (),
    headers: dict[str, str] | None = None,
) -> Letter:
    return Letter("<1@x>", sender, subject, text, headers or {}, answers, encloses, report)


def report(action: str = "failed", **fields: str) -> tuple[dict[str, str], ...]:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return ({"reporting-mta": "dns; mx.example.com"}, {"action": action} | named)


class TestNewWords:
    @pytest.mark.parametrize(
        ("text", "new"),
        [
            ("just this", "just this"),
            ("two\n\nparagraphs", "two\n\nparagraphs"),
            ("yes\n\nOn Sun, 15 Nov 2026 at 10:00, Good Cars <s@e.com> wrote:\n> hello", "yes"),
            (
                "yes\r\n\r\nOn Sun, Nov 15, 2026 at 10:00 AM Cars <\r\ns@e.com> wrote:\r\n> x",
                "yes",
            ),
            ("כן\n\nבתאריך יום א׳, 15 בנוב׳ 2026 ב-10:00 מאת Cars <s@e.com>:\n\n> שלום", "כן"),
            (
                "כן\n\u202bבתאריך 15/11 מאת \u202aCars\u202c <\u202as@e.com\u202c>:\u202c\n> שלום",
                "כן",
            ),
            ("כן\n\nבתאריך 15/11/2026 בשעה 10:00, Good Cars כתב/ה:\n> שלום", "כן"),
            ("כן\n\nב-15 בנוב׳ 2026, בשעה 10:00, Good Cars <s@e.com> כתב:\n\n> שלום", "כן"),
            ("ok\n\n-----Original Message-----\nFrom: Cars\nSent: Sunday\n\nhello", "ok"),
            ("ok\n\n-----הודעה מקורית-----\nמאת: Cars\n\nhello", "ok"),
            ("ok\n\n________________________________\nFrom: Cars\nSent: Sunday", "ok"),
            ("ok\n\nFrom: Cars <s@e.com>\nSent: Sunday\nTo: Dana\nSubject: hi\n\nhello", "ok"),
            ("ok\n\n*From:* Cars <s@e.com>\n*Date:* Sunday\n\nhello", "ok"),
            ("טוב\n\nמאת: Cars <s@e.com>\nנשלח: יום ראשון\nאל: דנה\n\nשלום", "טוב"),
            ("here\n\n---------- Forwarded message ---------\nFrom: x", "here"),
            ("here\n\nBegin forwarded message:\n\n> x", "here"),
            ("> what is your number?\n052-234-5678\n> and when?\nat four", "052-234-5678\nat four"),
            ("On Sunday Good Cars <s@e.com> wrote:\n> when?\n\nat four", "at four"),
            ("On Sunday Good Cars <s@e.com> wrote:\nwhen?", ""),
            ("yes\n-- \nDana Cohen\n052-234-5678", "yes"),
            ("yes\n\nSent from my iPhone\n\nOn Sunday Cars <s@e.com> wrote:\n> hi", "yes"),
            ("כן\n\nנשלח מה-iPhone שלי", "כן"),
            ("yes\n\nGet Outlook for Android", "yes"),
            ("", ""),
            ("\n\n> only a quotation", ""),
        ],
    )
    def test_are_what_stands_above_the_quotation_and_signature(self, text: str, new: str):
        assert new_text(text) == new

    @pytest.mark.parametrize(
        "text",
        [
            "On Sunday I can't.\nOn Monday I can.",
            "From: Haifa to Tel Aviv please",
            "ב-16:00 תתקשרו אלי",
            "My wife wrote: no",
            "Sent the form yesterday",
            "--- what is this ---",
            "-1 day",
            "call me - thanks",
        ],
    )
    def test_may_look_a_little_like_one(self, text: str):
        assert new_text(text) == text

    @given(st.text())
    def test_are_part_of_the_mail_whatever_it_holds(self, text: str):
        new = new_text(text)
        known = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
        assert all(line.strip() in known for line in new.split("\n") if line.strip())
        assert not any(line.startswith(">") for line in new.split("\n"))


class TestAnAutomaticMail:
    @pytest.mark.parametrize(
        "headers",
        [
            {"auto-submitted": "auto-replied"},
            {"auto-submitted": "Auto-Generated; owner=x"},
            {"precedence": "bulk"},
            {"precedence": "auto_reply"},
            {"x-autoreply": "yes"},
            {"x-autorespond": ""},
            {"list-id": "<news.example.com>"},
        ],
    )
    def test_says_so_in_a_header(self, headers: dict[str, str]):
        assert is_automatic(letter("I am away", headers=headers))

    @pytest.mark.parametrize(
        "subject",
        [
            "Automatic reply: Your request",
            "Out of Office: Re: Your request",
            "Re: Out of office",
            "AUTOREPLY: hello",
            "תשובה אוטומטית: פנייתך",
            "השב: מענה אוטומטי",
            "\u202bמחוץ למשרד: שלום",
        ],
    )
    def test_says_so_in_its_subject(self, subject: str):
        assert is_automatic(letter("I am away", subject=subject))

    def test_comes_from_the_post_office(self):
        assert is_automatic(letter(sender="MAILER-DAEMON@mx.example.com"))
        assert is_automatic(letter(report=report()))

    @pytest.mark.parametrize(
        ("subject", "headers"),
        [
            ("Re: hello", {}),
            ("Re: hello", {"auto-submitted": "no"}),
            ("Re: hello", {"precedence": "first-class"}),
            ("Re: hello", {"x-autoreply": "no"}),
            ("I am out of office supplies", {}),
            ("", {}),
        ],
    )
    def test_is_not_what_a_person_writes(self, subject: str, headers: dict[str, str]):
        assert not is_automatic(letter("call me", subject=subject, headers=headers))


class TestAskingForNoMore:
    @pytest.mark.parametrize(
        ("text", "subject"),
        [
            ("STOP", "Re: hello"),
            ("unsubscribe.", "Re: hello"),
            ("הסר\n\nבתאריך 15/11/2026 Cars כתב/ה:\n> שלום", "השב: שלום"),
            ("", "Unsubscribe"),
            ("", "RE: unsubscribe"),
            ("please, I mean it", "הסר"),
            ("remove\n-- \nDana", "Re: hello"),
            ("what is this?", "להסרה"),
        ],
    )
    def test_is_the_whole_new_text_or_the_subject(self, text: str, subject: str):
        assert asks_to_stop(letter(text, subject=subject)) is Stop.MESSAGES

    @pytest.mark.parametrize("subject", ["Re: hello", "unsubscribe"])
    def test_may_be_of_calls_too(self, subject: str):
        assert asks_to_stop(letter("Don't call me.", subject=subject)) is Stop.ALL

    @pytest.mark.parametrize(
        "text", ["don't stop", "call me", "ok\n> STOP", "How do I unsubscribe from your rival?", ""]
    )
    def test_is_no_other_word(self, text: str):
        assert not asks_to_stop(letter(text)).certain


class TestWhatItIsAbout:
    def test_is_what_it_encloses_then_what_it_answers(self):
        about = letter(f"see {OURS}", answers=("<b@x>", "<a@x>"), encloses=("<c@x>",))
        assert written_to(about) == ("<c@x>", "<b@x>", "<a@x>")

    def test_is_read_from_the_words_of_the_post_office_alone(self):
        said = f"Your mail {OURS} came back"
        assert written_to(letter(said, sender="mailer-daemon@x.com")) == (OURS,)
        assert written_to(letter(said)) == ()

    @given(st.text(alphabet="<>@a.\n "))
    def test_is_never_more_than_a_few(self, text: str):
        assert len(message_ids(text * 50)) <= 40


class TestABounce:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"status": "5.1.1"}, "5.1.1"),
            ({"status": "5.1.10"}, "5.1.10"),
            ({"status": "5.4.1"}, "5.4.1"),
            ({"status": "5.0.0", "diagnostic_code": "smtp; 550-5.1.1 no such user"}, "5.1.1"),
            ({"status": "5.0.0", "diagnostic_code": "smtp; 550 user unknown"}, "5.0.0"),
            ({"diagnostic_code": "smtp; 553 sorry"}, "553"),
        ],
    )
    def test_of_a_dead_address(self, fields: dict[str, str], code: str):
        fields |= {"final_recipient": "rfc822; Dana@Example.com"}
        assert bounce_of(letter(report=report(**fields))) == Bounce(
            "Dana@example.com", code, lasting=True, of_address=True
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "5.2.2"},
            {"status": "5.7.1", "diagnostic_code": "smtp; 550 5.7.1 looks like spam"},
            {"status": "5.1.8", "diagnostic_code": "smtp; 550 5.1.8 bad sender"},
            {"status": "4.4.7"},
            {"status": "5.0.0", "diagnostic_code": "smtp; 554 no"},
            {},
        ],
    )
    def test_for_another_reason(self, fields: dict[str, str]):
        told = bounce_of(letter(report=report(**fields)))
        assert told is not None
        assert (told.lasting, told.of_address) == (True, False)
        assert told.code

    def test_that_is_only_late(self):
        told = bounce_of(letter(report=report("Delayed", status="4.4.1")))
        assert told == Bounce("", "4.4.1", lasting=False, of_address=False)

    @pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", ""])
    def test_is_none_where_it_arrived(self, action: str):
        assert bounce_of(letter(report=report(action, status="2.1.5"))) is None

    def test_names_the_address_that_was_written_to(self):
        fields = {"original_recipient": "rfc822;dana@example.com", "status": "5.1.1"}
        told = bounce_of(letter(report=report(final_recipient="rfc822; x@inside.com", **fields)))
        assert told is not None
        assert told.recipient == "dana@example.com"

    @pytest.mark.parametrize(
        ("text", "bounce"),
        [
            ("550 5.1.1 no such user", Bounce("", "5.1.1", lasting=True, of_address=True)),
            ("said: 550 unknown", Bounce("", "550", lasting=True, of_address=True)),
            ("said: 452 4.2.2 full", Bounce("", "4.2.2", lasting=False, of_address=False)),
            ("said: 554 5.7.1 spam", Bounce("", "5.7.1", lasting=True, of_address=False)),
            ("from 10.5.1.1 to 1.5.1.12.9", None),
        ],
    )
    def test_may_be_told_in_words(self, text: str, bounce: Bounce | None):
        assert bounce_of(letter(text, sender="MAILER-DAEMON@mx.example.com")) == bounce

    def test_is_nothing_that_a_person_tells(self):
        assert bounce_of(letter("550 5.1.1 is what I got")) is None
