"""Twilio's doors: what is signed is taken in, what is not is refused (contract: HTTP)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from twilio.request_validator import RequestValidator

from bot import texting
from bot.orders import Sms
from bot.senders.sms import TwilioSender
from handlers.server import WebServer
from handlers.web import LARGEST, make_web
from rules.refusals import Refused
from rules.words import PhoneType
from sandbox.httpserver import free_port
from sandbox.phone import PhoneNetwork
from sandbox.phone_rest import signature
from tests.desk import FakeClock, Room, a_desk
from tests.handlers.test_web import count

TOKEN = "hush-hush"
HERE = "http://testserver/twilio/inbound"
PUBLIC = "https://desk.example.com/bot"
TWILIO: dict[str, Any] = {
    "SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": "+972533333333",
}
FORM = {
    "MessageSid": "SM1",
    "From": "+972522345678",
    "To": "+972533333333",
    "Body": "מחר בארבע & <b>",
    "NumMedia": "0",
    "FromCity": "",
}


@pytest.fixture
def twilio_room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, **TWILIO) as made:
        made.lead()
        yield made


@pytest.fixture
def public_room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, **TWILIO, PUBLIC_URL=f"{PUBLIC}/") as made:
        made.lead()
        yield made


def door(room: Room) -> TestClient:
    return TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))


def signed(url: str = HERE, *, token: str = TOKEN, form: dict[str, str] = FORM) -> dict[str, str]:
    return {"X-Twilio-Signature": signature(token=token, url=url, form=form)}


def post(room: Room, headers: dict[str, str], *, path: str = "/twilio/inbound") -> int:
    return door(room).post(path, data=FORM, headers=headers).status_code


def came(room: Room) -> int:
    """Give how many messages were kept, beside the lead's own arrival."""
    return count(room, "intake") - 1


class TestAnInboundSms:
    def test_is_answered_with_empty_twiml_and_kept(self, twilio_room: Room):
        answer = door(twilio_room).post("/twilio/inbound", data=FORM, headers=signed())
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/xml")
        assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
        assert came(twilio_room) == 1
        assert twilio_room.history(1)[-1] == "replied"

    def test_that_comes_again_is_answered_the_same_and_kept_once(self, twilio_room: Room):
        assert [post(twilio_room, signed()) for _ in range(3)] == [200, 200, 200]
        assert came(twilio_room) == 1
        assert twilio_room.history(1).count("replied") == 1

    def test_of_a_stranger_is_200_too(self, twilio_room: Room):
        form = FORM | {"From": "+972549999999"}
        answer = door(twilio_room).post("/twilio/inbound", data=form, headers=signed(form=form))
        assert (answer.status_code, came(twilio_room)) == (200, 1)

    def test_that_was_not_stored_is_503(self, twilio_room: Room, monkeypatch: pytest.MonkeyPatch):
        def refuse(*_: object) -> None:
            raise Refused("desk.busy")

        monkeypatch.setattr("bot.replies.receive", refuse)
        assert post(twilio_room, signed()) == 503

    def test_comes_from_a_phone_over_the_network(self, twilio_room: Room):
        port = free_port()
        web = make_web(twilio_room.desk, slack=None, reaches_slack=lambda: True)
        server = WebServer(web, host="127.0.0.1", port=port)
        server.start()
        try:
            with PhoneNetwork(auth_token=TOKEN) as phones:
                url = f"http://127.0.0.1:{port}/twilio/inbound"
                answer = phones.send_in(url, sender=FORM["From"], to=FORM["To"], body="הסר")
        finally:
            server.stop()
        assert answer.status_code == 200
        assert twilio_room.load(1).opted_out == ("sms", "email")


STATUS = "http://testserver/twilio/status"


def report(room: Room, form: dict[str, str], **headers: str) -> int:
    given = headers or signed(STATUS, form=form)
    return door(room).post("/twilio/status", data=form, headers=given).status_code


def status_form(**fields: str) -> dict[str, str]:
    return {"MessageSid": "SM7", "MessageStatus": "delivered", "To": FORM["From"]} | fields


class TestAReportOnOurs:
    def test_is_taken_in_without_a_word(self, twilio_room: Room):
        form = status_form()
        answer = door(twilio_room).post(
            "/twilio/status", data=form, headers=signed(STATUS, form=form)
        )
        assert (answer.status_code, answer.content) == (204, b"")

    def test_is_signed_for_its_own_address(self, twilio_room: Room):
        form = status_form()
        wrong = signed(HERE, form=form)
        answer = door(twilio_room).post("/twilio/status", data=form, headers=wrong)
        assert (answer.status_code, came(twilio_room)) == (403, 0)

    def test_is_of_the_public_address_where_there_is_one(self, public_room: Room):
        form = status_form()
        public = signed(f"{PUBLIC}/twilio/status", form=form)
        assert report(public_room, form, **public) == 204
        assert report(public_room, form, **signed(STATUS, form=form)) == 403

    @pytest.mark.parametrize("form", [{"MessageSid": "SM7"}, status_form(MessageStatus="nonsense")])
    def test_that_is_none_is_400(self, twilio_room: Room, form: dict[str, str]):
        assert report(twilio_room, form) == 400

    def test_that_was_not_stored_is_503(self, twilio_room: Room, monkeypatch: pytest.MonkeyPatch):
        def refuse(*_: object) -> None:
            raise Refused("desk.busy")

        monkeypatch.setattr("bot.receipts.receive", refuse)
        assert report(twilio_room, status_form()) == 503


class TestTheWholeRoundOverTheNetwork:
    @pytest.fixture
    def phones(self) -> Iterator[PhoneNetwork]:
        with PhoneNetwork(account_sid="AC1", auth_token=TOKEN) as made:
            yield made

    @pytest.fixture
    def served(
        self, tmp_path: Path, clock: FakeClock, phones: PhoneNetwork
    ) -> Iterator[tuple[Room, TwilioSender]]:
        """Open a desk whose web server the phone network calls back."""
        port = free_port()
        public = f"http://127.0.0.1:{port}/"
        with a_desk(tmp_path, clock, **TWILIO, PUBLIC_URL=public) as room:
            web = make_web(room.desk, slack=None, reaches_slack=lambda: True)
            server = WebServer(web, host="127.0.0.1", port=port)
            server.start()
            sender = TwilioSender(
                sid="AC1",
                token=TOKEN,
                sender=TWILIO["TWILIO_FROM"],
                api_url=phones.url,
                public_url=public,
            )
            yield room, sender
            sender._client.http_client.session.close()  # noqa: SLF001 - the SDK leaves it open
            server.stop()

    def test_of_an_sms_to_a_landline_ends_in_no_more_sms(
        self, served: tuple[Room, TwilioSender], phones: PhoneNetwork
    ):
        room, sender = served
        room.courier._senders[Sms] = sender  # type: ignore[index]  # noqa: SLF001 - the real one
        room.lead()
        room.log(1, "noanswer")
        room.tick(minutes=1)
        [sms] = phones.messages
        for status, code in (("sent", None), ("undelivered", 30006), ("sent", None)):
            assert phones.report(sms, status=status, error_code=code).status_code == 204
        assert room.load(1).phone_type is PhoneType.LANDLINE
        assert room.history(1).count("sms_failed_landline") == 1

    def test_of_an_answer_reaches_the_rep_and_back(
        self, served: tuple[Room, TwilioSender], phones: PhoneNetwork
    ):
        room, sender = served
        room.courier._senders[Sms] = sender  # type: ignore[index]  # noqa: SLF001 - the real one
        lead = room.lead()
        phones.inbound_url = f"{room.desk.settings.public_url}twilio/inbound"
        assert phones.reply(FORM["From"], "at four?").status == "received"
        texting.write(room.desk, 1, "yes, at four", by=lead.owner, key="t1")
        room.tick(minutes=1)
        assert [one.body for one in phones.conversation(FORM["From"])] == [
            "at four?",
            "yes, at four",
        ]

    def test_of_stop_and_start_opens_what_it_closed(
        self, served: tuple[Room, TwilioSender], phones: PhoneNetwork
    ):
        room, _ = served
        room.lead()
        phones.inbound_url = f"{room.desk.settings.public_url}twilio/inbound"
        phones.reply(FORM["From"], "STOP")
        assert room.load(1).opted_out == ("sms", "email")
        phones.reply(FORM["From"], "Start")
        assert room.load(1).opted_out == ("email",)


class TestTheSignature:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Twilio-Signature": ""},
            {"X-Twilio-Signature": "x"},
            signed(token="other"),
            signed(HERE + "/"),
            signed(HERE + "?a=1"),
            signed("https://testserver/twilio/inbound"),
            signed("http://elsewhere/twilio/inbound"),
            signed(form=FORM | {"Body": "else"}),
            signed(form=FORM | {"More": "x"}),
        ],
    )
    def test_that_is_wrong_is_403_and_nothing_is_kept(
        self, twilio_room: Room, headers: dict[str, str]
    ):
        assert post(twilio_room, headers) == 403
        assert came(twilio_room) == 0

    def test_of_other_than_ascii_is_403(self, twilio_room: Room):
        raw = {b"X-Twilio-Signature": b"\xd7\x94\xff"}
        answer = door(twilio_room).post("/twilio/inbound", data=FORM, headers=raw)
        assert (answer.status_code, came(twilio_room)) == (403, 0)

    def test_of_another_host_is_403(self, twilio_room: Room):
        assert post(twilio_room, signed() | {"Host": "desk.example.com"}) == 403

    @pytest.mark.parametrize("host", ["[", "x:99999999", ":", "a b", ""])
    def test_is_answered_under_an_odd_host_too(self, twilio_room: Room, host: str):
        wrong = signed(token="other") | {"Host": host}
        assert post(twilio_room, wrong) == 403

    @pytest.mark.parametrize("url", [HERE, "http://testserver:80/twilio/inbound"])
    def test_is_of_the_requests_own_address_with_or_without_its_port(
        self, twilio_room: Room, url: str
    ):
        assert post(twilio_room, signed(url)) == 200

    def test_is_of_the_address_with_its_query(self, twilio_room: Room):
        path = "/twilio/inbound?team=a&b=%20c"
        assert post(twilio_room, signed(f"http://testserver{path}"), path=path) == 200

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            (f"{PUBLIC}/twilio/inbound", 200),
            ("https://desk.example.com:443/bot/twilio/inbound", 200),
            ("http://desk.example.com/bot/twilio/inbound", 403),
            (HERE, 403),
        ],
    )
    def test_is_of_the_public_address_where_there_is_one(
        self, public_room: Room, url: str, code: int
    ):
        assert post(public_room, signed(url)) == code
        assert came(public_room) == int(code == 200)

    def test_of_the_public_address_holds_the_query(self, public_room: Room):
        url = f"{PUBLIC}/twilio/inbound?a=1"
        assert post(public_room, signed(url), path="/twilio/inbound?a=1") == 200

    @pytest.mark.parametrize(
        "pairs",
        [
            list(FORM.items()),
            [*FORM.items(), ("Tag", "b"), ("Tag", "a"), ("Tag", "b")],
            [*FORM.items(), ("A", ""), ("א", "🙏"), ("B+ %", "c&d=e")],
        ],
    )
    def test_is_the_one_that_twilios_own_library_makes(
        self, twilio_room: Room, pairs: list[tuple[str, str]]
    ):
        validator = RequestValidator(TOKEN)
        made = validator.compute_signature(HERE, _Several(pairs))
        answer = door(twilio_room).post(
            "/twilio/inbound",
            content=urlencode(pairs),
            headers={
                "X-Twilio-Signature": made,
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            },
        )
        assert (answer.status_code, came(twilio_room)) == (200, 1)


class _Several(dict[str, str]):
    """A form in which a name may stand more than once, as Twilio's library asks for it."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def getall(self, name: str) -> list[str]:
        return [value for one, value in self._pairs if one == name]


class TestAFormThatIsNoMessage:
    def test_is_400_and_not_kept(self, twilio_room: Room):
        form = {"CallSid": "CA1", "From": FORM["From"]}
        answer = door(twilio_room).post("/twilio/inbound", data=form, headers=signed(form=form))
        assert (answer.status_code, came(twilio_room)) == (400, 0)

    def test_of_too_many_fields_is_refused(self, twilio_room: Room):
        body = "&".join(["a=1"] * 301)
        answer = door(twilio_room).post("/twilio/inbound", content=body, headers=signed())
        assert answer.status_code == 403

    def test_that_is_too_large_is_413(self, twilio_room: Room):
        chunks = (b"Body=" + b"x" * LARGEST for _ in range(1))
        answer = door(twilio_room).post("/twilio/inbound", content=chunks, headers=signed())
        assert (answer.status_code, came(twilio_room)) == (413, 0)


class TestWithoutTwilio:
    @pytest.mark.parametrize("provider", ["off", "log"])
    def test_there_is_no_such_door(self, tmp_path: Path, clock: FakeClock, provider: str):
        with a_desk(tmp_path, clock, **TWILIO | {"SMS_PROVIDER": provider}) as room:
            assert post(room, signed()) == 404
            assert count(room, "intake") == 0
