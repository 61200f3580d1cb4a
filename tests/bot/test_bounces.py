"""Mail that comes back: its address gets no more, and the rep sees it (L3)."""

import pytest

from bot.orders import DeliveryFailed, Mail, Order
from bot.senders.email import MailSender
from sandbox.mailbox import Mailbox
from storage import messages
from tests.desk import MIRI, Room, payload


def refuse_mail(room: Room, code: str) -> None:
    def trouble(order: Order) -> DeliveryFailed | None:
        return DeliveryFailed(code) if isinstance(order, Mail) else None

    room.outside.trouble = trouble


class TestAnAddressThatWasRefused:
    def test_gets_no_more_mail_on_any_lead(self, room: Room):
        room.lead()
        room.lead(phone="052-234-5679", email="other@example.com")
        with room.desk.store.unit() as unit:
            unit.connection.exec_driver_sql(
                "UPDATE leads SET email = 'DANA@example.com', email_key = 'dana@example.com'"
            )
            unit.commit()
        refuse_mail(room, "smtp_address")
        room.log(1, "noanswer")
        room.tick(minutes=1)
        assert [room.load(number).email_ok for number in (1, 2)] == [False, False]
        assert [room.history(number).count("mail_bounced") for number in (1, 2)] == [1, 1]
        room.log(2, "noanswer")
        room.tick(minutes=1)
        assert len(room.rows("email")) == 1

    def test_is_shown_on_the_card(self, room: Room):
        room.lead()
        refuse_mail(room, "smtp_address")
        room.log(1, "noanswer")
        room.tick(minutes=1)
        room.tick(seconds=5)
        assert "mail bounced" in payload(room.outside.channel()[0])

    def test_is_written_down_with_its_code(self, room: Room):
        room.lead()
        refuse_mail(room, "smtp_address")
        room.log(1, "noanswer")
        room.tick(minutes=1)
        with room.desk.store.view() as view:
            found = {one.channel: (one.state, one.code) for one in messages.of_lead(view, 1)}
        assert found == {"sms": ("sent", ""), "email": ("failed", "smtp_address")}

    def test_comes_from_a_real_server_too(self, room: Room):
        room.lead()
        with Mailbox(permanent=["dana@example.com"]) as box:
            sender = MailSender(box.url, sender="a@example.com")
            room.courier._senders[Mail] = sender  # type: ignore[index]  # noqa: SLF001
            room.log(1, "noanswer", by=MIRI)
            room.tick(minutes=1)
        assert not room.load(1).email_ok
        assert room.states("email") == ["dead"]


class TestAMailThatWasRefusedForItself:
    @pytest.mark.parametrize("code", ["smtp_permanent"])
    def test_says_nothing_of_the_address(self, room: Room, code: str):
        room.lead()
        refuse_mail(room, code)
        room.log(1, "noanswer")
        room.tick(minutes=1)
        assert room.states("email") == ["dead"]
        assert room.load(1).email_ok
        assert "mail_bounced" not in room.history(1)
