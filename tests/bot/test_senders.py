"""SMS and mail against servers that behave and servers that do not."""

import json
import logging
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from bot import housekeeping
from bot.logs import JsonLines
from bot.orders import DeliveryFailed, Mail, Sms
from bot.senders.email import MailSender, code_of
from bot.senders.log import LogSms
from bot.senders.sms import TwilioSender
from rules.retries import PERMANENT
from sandbox.mailbox import Mailbox
from sandbox.phone import PhoneNetwork
from storage import inbox
from tests.desk import Room

MakeTwilio = Callable[..., TwilioSender]
HELLO = Mail("dana@example.com", "שלום", "טקסט", "<p>טקסט</p>", "outbox-7", name="Good Cars")


@pytest.fixture
def phones() -> Iterator[PhoneNetwork]:
    with PhoneNetwork(account_sid="AC1", auth_token="tok") as made:
        yield made


@pytest.fixture
def twilio(phones: PhoneNetwork) -> Iterator[MakeTwilio]:
    """Make senders, whose connections are closed in the end."""
    made = []

    def make(*, token: str = "tok") -> TwilioSender:
        made.append(
            TwilioSender(sid="AC1", token=token, sender="+972500000000", api_url=phones.url)
        )
        return made[-1]

    yield make
    for one in made:
        one._client.http_client.session.close()  # noqa: SLF001 - the SDK leaves it open


def refused(sender: MailSender | TwilioSender, order: Mail | Sms) -> str:
    with pytest.raises(DeliveryFailed) as failed:
        sender.send(order)  # type: ignore[arg-type]  # each gets its own
    return failed.value.failure.code


class TestMail:
    def send(self, box: Mailbox, order: Mail = HELLO) -> None:
        MailSender(box.url, sender="sales@example.com").send(order)

    def test_has_both_forms_and_says_who_writes(self):
        with Mailbox() as box:
            self.send(box)
            [mail] = box.mails
        assert (mail.subject, mail.text.strip()) == ("שלום", "טקסט")
        assert "<p>טקסט</p>" in mail.html
        assert mail["From"] == "Good Cars <sales@example.com>"
        assert mail["Message-ID"] == "<outbox-7@example.com>"
        assert mail["Auto-Submitted"] == "auto-generated"

    def test_can_be_refused_at_one_press(self):
        link = f"https://leads.example.com/desk/u/{'x' * 90}"
        with Mailbox() as box:
            self.send(box, replace(HELLO, unsubscribe=link))
            [mail] = box.mails
        assert f"List-Unsubscribe: <{link}>\r\n".encode() in mail.raw
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mail.raw

    def test_without_a_link_promises_none(self):
        with Mailbox() as box:
            self.send(box)
            assert box.mails[0]["List-Unsubscribe"] is None
            assert box.mails[0]["List-Unsubscribe-Post"] is None

    def test_that_advertises_does_not_pose_as_an_answer(self):
        with Mailbox() as box:
            self.send(box, replace(HELLO, advert=True))
            assert box.mails[0]["Auto-Submitted"] is None

    @pytest.mark.parametrize("name", ['צה"ל, "הטובים"', "a\r\nBcc: x@y.example", "N" * 300])
    def test_is_whole_whatever_its_sender_is_called(self, name: str):
        with Mailbox() as box:
            MailSender(box.url, sender="a@example.com").send(replace(HELLO, name=name))
            [mail] = box.mails
        assert mail.message["From"].addresses[0].addr_spec == "a@example.com"
        assert mail.message["From"].addresses[0].display_name == " ".join(name.split())
        assert mail["Bcc"] is None
        assert mail.recipients == ("dana@example.com",)

    @pytest.mark.parametrize("subject", ["a\r\nBcc: x@y.example", "a\nb"])
    def test_of_two_headers_in_one_never_leaves(self, subject: str):
        with Mailbox() as box:
            sender = MailSender(box.url, sender="a@example.com")
            assert refused(sender, replace(HELLO, subject=subject)) in PERMANENT
            assert box.mails == []

    def test_to_an_address_that_is_refused_for_ever_is_not_tried_again(self):
        with Mailbox(permanent=["dana@example.com"]) as box:
            sender = MailSender(box.url, sender="a@example.com")
            assert refused(sender, HELLO) == "smtp_address"
            assert "smtp_address" in PERMANENT

    @pytest.mark.parametrize(
        ("code", "said", "at_recipient", "told"),
        [
            (550, b"5.1.1 no such mailbox", True, "smtp_address"),
            (550, b"no such mailbox", True, "smtp_address"),
            (551, b"not local", True, "smtp_address"),
            (553, b"5.1.3 bad address", True, "smtp_address"),
            (554, b"5.1.10 takes no mail", True, "smtp_address"),
            (550, b"5.1.1 no such mailbox", False, "smtp_address"),
            (550, b"5.7.1 looks like spam", True, "smtp_permanent"),
            (550, b"looks like spam", False, "smtp_permanent"),
            (552, b"5.2.2 mailbox full", True, "smtp_permanent"),
            (554, b"no", True, "smtp_permanent"),
            (554, b"5.1.12 new in the standard", True, "smtp_permanent"),
            (554, b"\xff", False, "smtp_permanent"),
            (451, b"4.3.0 later", True, "smtp_451"),
            (421, "going away", False, "smtp_421"),
        ],
        ids=str,
    )
    def test_that_is_refused_is_so_for_its_address_or_for_itself(
        self, code: int, said: bytes | str, at_recipient: bool, told: str
    ):
        assert code_of(code, said, at_recipient=at_recipient) == told

    @pytest.mark.parametrize("reply", ["451 4.3.0 later", "421 4.3.0 going away"])
    def test_that_is_refused_for_now_is_tried_again(self, reply: str):
        with Mailbox() as box:
            box.fail(reply=reply)
            sender = MailSender(box.url, sender="a@example.com")
            assert refused(sender, HELLO) not in PERMANENT

    def test_with_a_wrong_password_is_tried_again(self):
        with Mailbox(login=("me", "right")) as box:
            wrong = box.url.replace("right", "wrong")
            sender = MailSender(wrong, sender="a@example.com")
            assert refused(sender, HELLO) not in PERMANENT

    def test_that_was_taken_is_sent_however_the_parting_goes(self, monkeypatch: pytest.MonkeyPatch):
        def rude(server: smtplib.SMTP) -> None:
            server.close()
            raise smtplib.SMTPServerDisconnected("gone")

        monkeypatch.setattr(smtplib.SMTP, "quit", rude)
        with Mailbox() as box:
            self.send(box)
            assert len(box.mails) == 1

    def test_to_nobody_there_is_tried_again(self):
        sender = MailSender("smtp://127.0.0.1:1", sender="a@example.com")
        assert refused(sender, HELLO) not in PERMANENT

    def test_with_a_broken_address_breaks_nothing(self):
        broken = Mail("a@b\r\nBcc: x@y", "s", "t", "h", "k")
        with Mailbox() as box:
            sender = MailSender(box.url, sender="a@example.com")
            assert refused(sender, broken)
            assert box.mails == []


class TestSms:
    @pytest.mark.parametrize(
        ("fault", "again"),
        [
            (requests.ReadTimeout("no answer"), False),
            (requests.ConnectionError("aborted"), False),
            (requests.ConnectTimeout("never reached"), True),
        ],
        ids=["answer lost", "broken off", "never left"],
    )
    def test_is_tried_again_only_where_it_never_left(
        self,
        twilio: MakeTwilio,
        monkeypatch: pytest.MonkeyPatch,
        fault: requests.RequestException,
        again: bool,
    ):
        sender = twilio()

        def fail(*_: object, **__: object) -> None:
            raise fault

        monkeypatch.setattr(sender._client.http_client, "request", fail)  # noqa: SLF001
        assert (refused(sender, Sms("+972522345678", "x")) not in PERMANENT) is again

    def test_reaches_the_network(self, phones: PhoneNetwork, twilio: MakeTwilio):
        sent = twilio().send(Sms("+972522345678", "שלום"))
        [sms] = phones.messages
        assert (sms.to, sms.body) == ("+972522345678", "שלום")
        assert sent.ref

    @pytest.mark.parametrize(
        ("to", "code"), [("+97235551234", "21614"), ("+972541111111", "21610")]
    )
    def test_that_is_refused_for_ever_is_not_tried_again(
        self, phones: PhoneNetwork, twilio: MakeTwilio, to: str, code: str
    ):
        phones.landlines.add("+97235551234")
        phones.opted_out.add("+972541111111")
        assert refused(twilio(), Sms(to, "x")) == code
        assert code in PERMANENT

    def test_with_a_wrong_token_is_tried_again(self, twilio: MakeTwilio):
        assert refused(twilio(token="bad"), Sms("+972522345678", "x")) not in PERMANENT

    def test_of_any_length_is_taken(self, phones: PhoneNetwork, twilio: MakeTwilio):
        twilio().send(Sms("+972522345678", "x" * 5000))
        assert len(phones.messages[0].body) == 1600

    def test_asks_for_reports_where_the_desk_has_a_public_address(self, phones: PhoneNetwork):
        public = "https://desk.example.com/bot/"
        for url in ("", public):
            sender = TwilioSender(
                sid="AC1", token="tok", sender="+972500000000", api_url=phones.url, public_url=url
            )
            sender.send(Sms("+972522345678", "x"))
            sender._client.http_client.session.close()  # noqa: SLF001 - the SDK leaves it open
        asked = [one.status_callback for one in phones.messages]
        assert asked == [None, f"{public}twilio/status"]

    def test_to_the_log_hides_the_number(self, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.INFO)
        LogSms().send(Sms("+972522345678", "secret words"))
        assert "…78" in caplog.text
        assert "2345" not in caplog.text
        assert "secret" not in caplog.text


class TestLogs:
    def test_for_machines_are_one_object_a_line(self):
        record = logging.LogRecord("leads", logging.INFO, "x", 1, 'a "b"\n%s', ("דנה",), None)
        line = JsonLines().format(record)
        assert "\n" not in line
        assert json.loads(line)["message"] == 'a "b"\nדנה'


class TestHousekeeping:
    def test_forgets_clicks_after_two_days(self, room: Room):
        lead = room.lead()
        room.log(1, "busy", key="x")
        room.clock.forward(days=1, hours=23)
        housekeeping.forget(room.desk)
        assert room.log(1, "busy", key="x", by=lead.owner).double
        room.clock.forward(hours=2)
        housekeeping.forget(room.desk)
        with room.desk.store.unit() as unit:
            assert inbox.first_time(unit, "x", at=room.clock.now)
