import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from sandbox.bounds import MOST_MAILS
from sandbox.mailbox import Mailbox
from sandbox.mails import Mail


def letter(to: str = "dana@example.com") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@example.com", to, "שלום"
    message.set_content("Hello, Dana")
    message.add_alternative("<p>שלום, דנה</p>", subtype="html")
    return message


def send(mailbox: Mailbox, message: EmailMessage, login: tuple[str, str] | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as smtp:
        if login:
            smtp.login(*login)
        smtp.send_message(message)


class TestAMail:
    def test_is_kept_and_readable(self) -> None:
        with Mailbox() as mailbox:
            send(mailbox, letter())
            mail = mailbox.wait_for(lambda: mailbox.mails)[-1]
        assert (mail.subject, mail.recipients) == ("שלום", ("dana@example.com",))
        assert "Hello, Dana" in mail.text
        assert "שלום, דנה" in mail.html
        assert mail["From"] == "desk@example.com"
        assert mailbox.url == f"smtp://127.0.0.1:{mailbox.port}"

    def test_to_some_addresses_is_refused(self) -> None:
        with Mailbox(permanent={"no@example.com"}, temporary={"busy@example.com"}) as mailbox:
            for address, code in (("no@example.com", 550), ("busy@example.com", 451)):
                with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
                    send(mailbox, letter(address))
                assert caught.value.recipients[address][0] == code
            assert mailbox.mails == []

    def test_meets_trouble_on_demand(self) -> None:
        with Mailbox() as mailbox:
            mailbox.fail()
            with pytest.raises(smtplib.SMTPDataError) as caught:
                send(mailbox, letter())
            assert caught.value.smtp_code == 451
            send(mailbox, letter())
            assert len(mailbox.mails) == 1

    def test_needs_a_login_when_there_is_one(self) -> None:
        with Mailbox(login=("desk", "secret")) as mailbox:
            with pytest.raises(smtplib.SMTPException):
                send(mailbox, letter())
            with pytest.raises(smtplib.SMTPAuthenticationError):
                send(mailbox, letter(), ("desk", "wrong"))
            send(mailbox, letter(), ("desk", "secret"))
            assert len(mailbox.mails) == 1

    def test_is_dated_by_the_calendar(self) -> None:
        with Mailbox(clock=lambda: 1_800_000_000.0) as mailbox:
            before = mailbox.version
            send(mailbox, letter())
            assert [mail.at for mail in mailbox.mails] == [1_800_000_000.0]
            assert mailbox.version > before


class TestAMailbox:
    def test_is_found_by_its_address(self) -> None:
        with Mailbox() as mailbox:
            for address in ("dana@example.com", "avi@example.com", "Dana@example.com"):
                send(mailbox, letter(address))
            assert mailbox.addresses() == ["dana@example.com", "avi@example.com"]
            assert len(mailbox.of("DANA@example.com")) == 2
            assert mailbox.of("nobody@example.com") == []

    def test_keeps_the_newest_mails(self) -> None:
        with Mailbox() as mailbox:
            old = [Mail(sender="a", recipients=(str(n),), raw=b"") for n in range(MOST_MAILS)]
            mailbox.restore(old)
            send(mailbox, letter())
            assert len(mailbox.mails) == MOST_MAILS
            assert mailbox.mails[0].recipients == ("1",)


class TestAReply:
    @pytest.fixture
    def mailbox(self) -> Iterator[Mailbox]:
        with Mailbox(login=("desk", "secret"), clock=lambda: 1_800_000_000.0) as mailbox:
            yield mailbox

    def received(self, mailbox: Mailbox, **headers: str) -> Mail:
        message = letter(headers.pop("to", "dana@example.com"))
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        send(mailbox, message, ("desk", "secret"))
        return mailbox.mails[-1]

    def test_lands_with_whoever_wrote(self, mailbox: Mailbox) -> None:
        mail = self.received(mailbox, to='"כהן, דנה" <dana@example.com>', Message_ID="<1@desk>")
        answer = mailbox.reply(mail, "תודה, מתי?")
        assert mailbox.of("desk@example.com") == [answer]
        assert answer.text.strip() == "תודה, מתי?"
        assert (answer.sender, answer.subject) == ("dana@example.com", "Re: שלום")
        assert answer["From"] == '"כהן, דנה" <dana@example.com>'
        assert (answer["In-Reply-To"], answer["References"]) == ("<1@desk>", "<1@desk>")
        assert answer["Date"] == "Fri, 15 Jan 2027 08:00:00 -0000"

    def test_goes_where_answers_are_wanted(self, mailbox: Mailbox) -> None:
        mail = self.received(mailbox, Reply_To="Sales <reply+7@example.com>")
        answer = mailbox.reply(mail, "yes")
        assert answer.recipients == ("reply+7@example.com",)
        assert answer["In-Reply-To"] is None

    def test_goes_on_with_its_thread(self, mailbox: Mailbox) -> None:
        mail = self.received(mailbox, Message_ID="<2@desk>", References="<0@desk> <1@desk>")
        answer = mailbox.reply(mail, "yes")
        assert answer["References"] == "<0@desk> <1@desk> <2@desk>"
        back = mailbox.reply(answer, "and you?")
        assert (back.subject, back.recipients) == ("Re: שלום", ("dana@example.com",))
        assert str(back["References"]).endswith(str(answer["Message-ID"]))

    @pytest.mark.parametrize("address", ["דנה@example.com", "o'dana+x@example.com"])
    def test_comes_from_any_address(self, mailbox: Mailbox, address: str) -> None:
        mail = Mail(sender="desk@example.com", recipients=(address,), raw=b"Subject: hi\n\nhi")
        assert mailbox.reply(mail, "yes").sender == address
