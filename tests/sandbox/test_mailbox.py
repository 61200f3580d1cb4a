import smtplib
from email.message import EmailMessage

import pytest

from sandbox.mailbox import Mailbox


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
