"""Mail as real programs write it, and as nobody should."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.mime import plain_of, read_head, read_letter
from rules.letters import Letter, bounce_of, is_automatic, new_text
from tests.bot import raw_mails as mails
from tests.bot.raw_mails import DANA, OURS, head, plain


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (mails.gmail("utf-8"), "כן, אפשר מחר בארבע"),
            (mails.gmail("windows-1255"), "כן, אפשר מחר בארבע"),
            (mails.OUTLOOK, "Yes, Sunday is fine.\r\n\r\nDana"),
            (mails.APPLE, "Call me after five"),
            (mails.HEBREW, "מחר בבוקר"),
            (mails.HTML_ONLY, 'כן, מחר\n\n"at 4" & not later'),
            (mails.OUTLOOK_HTML, "Tomorrow is fine"),
            (mails.with_attachment("my words"), "my words"),
        ],
        ids=[
            *("gmail in utf-8", "gmail in windows-1255", "outlook", "apple", "hebrew"),
            *("html only", "outlook html", "attachments"),
        ],
    )
    def test_is_read_to_its_new_words(self, raw: bytes, words: str):
        letter = read_letter(raw)
        assert new_text(letter.text) == words.replace("\r\n", "\n")
        assert (letter.sender, letter.answers[0]) == (DANA, OURS)
        assert not is_automatic(letter)
        assert bounce_of(letter) is None

    @pytest.mark.parametrize("raw", [mails.gmail("utf-8"), mails.HEBREW])
    def test_has_its_subject_in_words(self, raw: bytes):
        assert read_letter(raw).subject == "השב: שלום"

    def test_names_the_nearest_mail_first(self):
        raw = plain("x", answers="<a@x>\r\n <b@x>")
        assert read_letter(raw).answers == ("<a@x>", "<b@x>")
        raw = head(answers="").encode() + b"References: <a@x> <b@x>\r\n\r\nx"
        assert read_letter(raw).answers == ("<b@x>", "<a@x>")

    @pytest.mark.parametrize(
        "sender",
        [
            DANA,
            f"<{DANA}>",
            f'"Cohen, Dana" <{DANA}>',
            f"{DANA} (Dana Cohen)",
            f"=?utf-8?B?15PXoNeU?= <{DANA}>",
            f'"sales@example.com" <{DANA}>',
        ],
    )
    def test_is_from_an_address(self, sender: str):
        assert read_letter(plain("x", sender=sender)).sender == DANA

    @pytest.mark.parametrize("sender", ["", "nobody", "<>", "a@b@c <x>", "(" * 5000])
    def test_may_be_from_no_address(self, sender: str):
        assert read_letter(plain("x", sender=sender)).sender == ""

    @pytest.mark.parametrize("charset", ["iso-8859-8-i", "x-unknown", "utf-8", '"'])
    def test_is_read_even_where_its_alphabet_is_named_wrongly(self, charset: str):
        top = head() + f"Content-Type: text/plain; charset={charset}\r\n\r\n"
        assert read_letter(top.encode() + "שלום".encode("windows-1255")).text == "שלום"


class TestItsKey:
    def test_is_its_message_id(self):
        assert read_letter(plain("x")).key == "<r1@mail.example.com>"

    @pytest.mark.parametrize("key", ["", "not an id", f"<{'x' * 300}@y>"])
    def test_is_a_hash_where_it_has_none(self, key: str):
        first, second = (read_letter(plain(text, key=key)).key for text in ("x", "y"))
        assert first.startswith("sha256:")
        assert first != second
        assert read_letter(plain("x", key=key)).key == first


class TestAReport:
    @pytest.mark.parametrize(
        ("raw", "code", "of_address"),
        [
            (mails.POSTFIX, "5.1.1", True),
            (mails.EXCHANGE, "5.1.10", True),
            (mails.FULL, "5.2.2", False),
            (mails.LATE, "4.4.1", False),
        ],
        ids=["postfix", "exchange", "full", "late"],
    )
    def test_names_recipient_reason_and_mail(self, raw: bytes, code: str, of_address: bool):
        letter = read_letter(raw)
        bounce = bounce_of(letter)
        assert bounce is not None
        assert (bounce.recipient, bounce.code, bounce.of_address) == (DANA, code, of_address)
        assert letter.encloses == (OURS,)
        assert is_automatic(letter)

    def test_in_words_is_read_too(self):
        bounce = bounce_of(read_letter(mails.QMAIL))
        assert bounce is not None
        assert (bounce.code, bounce.of_address) == ("550", True)


class TestAnAutomaticAnswer:
    @pytest.mark.parametrize("raw", [mails.AWAY_GMAIL, mails.AWAY_EXCHANGE])
    def test_is_known(self, raw: bytes):
        assert is_automatic(read_letter(raw))


class TestHtml:
    @pytest.mark.parametrize(
        ("html", "words"),
        [
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("one<br>two<BR/>three", "one\ntwo\nthree"),
            ("a&nbsp;&lt;b&gt;&#1488;", "a\xa0<b>א"),
            ("<script>x</script>a<style>b</style>", "a"),
            ("<!-- <p>x</p> -->a<![if !x]>b<?xml x?>", "a b"),
            ("a<blockquote>b<blockquote>c</blockquote>d</blockquote>e", "a\n>\n\n>\n\n\ne"),
            ("a < b", "a < b"),
            ("", ""),
        ],
    )
    def test_is_read_as_it_shows(self, html: str, words: str):
        assert [line for line in plain_of(html).split("\n") if line] == [
            line for line in words.split("\n") if line
        ]


HEADERS = (
    *(b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=a\n"),
    *(b"Content-Type: message/delivery-status\n", b"Content-Type: message/rfc822\n"),
    *(b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n"),
    *(b"--a\n", b"--a--\n", b"=?utf-8?b?//?=", b"=?x?q?=ff?=", b"\n\n", b"\r\n", b"<a@b>"),
    *(b"Content-Type: text/html; charset=utf-16\n", b"Status: 5.1.1\n", b"Action: failed\n"),
)


class TestMarkupMadeToTakeForEver:
    @pytest.mark.parametrize(
        "html",
        [
            *("<" + "a" * 200_000, "<!--" * 50_000, "<a:" * 60_000, "<!" * 90_000),
            *("<style" * 30_000, "<style>" + ("</style" + " " * 300) * 600),
        ],
    )
    def test_is_read(self, html: str):
        assert isinstance(plain_of(html), str)


class TestAnyBytes:
    @given(st.binary() | st.lists(st.sampled_from(HEADERS) | st.binary(max_size=8)).map(b"".join))
    @example(b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 500)
    @example(b"Content-Type: message/rfc822\n\n" * 2000)
    @example(b"Content-Type: text/plain; " + b"a=b; " * 100_000)
    @example(b"From: " + b"(" * 100_000)
    def test_are_read(self, raw: bytes):
        letter = read_letter(raw)
        assert isinstance(letter, Letter)
        assert letter.key
        assert "\0" not in letter.key

    @given(st.binary(max_size=200), st.integers(0, 2000))
    def test_may_be_cut_off_anywhere(self, junk: bytes, at: int):
        letter = read_letter(mails.POSTFIX[:at] + junk)
        bounce_of(letter)
        assert len(new_text(letter.text)) <= len(letter.text)


class TestTheHeadAlone:
    RAWS = st.binary(max_size=300) | st.lists(
        st.sampled_from(
            [
                *(b"Message-ID: <a@b>", b"From: d@example.com", b"Subject: hi", b" more"),
                *(b"\r\n", b"\n", b"\r", b"Content-Type: text/plain; x=1", b"\xff", b": x"),
            ]
        )
    ).map(b"".join)

    @given(RAWS)
    @example(mails.OUTLOOK)
    @example(mails.HEBREW)
    @example(b"")
    def test_says_by_what_a_mail_is_known_as_the_whole_does(self, raw: bytes):
        alone, whole = read_head(raw), read_letter(raw)
        assert (alone.key, alone.sender, alone.subject) == (whole.key, whole.sender, whole.subject)
