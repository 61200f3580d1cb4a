from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sandbox.bounds import MOST_SMS
from sandbox.phone import PhoneNetwork
from sandbox.phone_replies import START_WORDS, STOP_WORDS
from sandbox.phone_rest import Sms

TO, SENDER = "+972521234567", "+12025550123"
OTHER = "+972522345678"


class ElsewhereClient(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own HTTP client, sent to another address."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=5.0)
        self.base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        here = urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc)
        return super().request(method, urlunsplit(here), *args, **kwargs)


@pytest.fixture(scope="module")
def running() -> Iterator[PhoneNetwork]:
    with PhoneNetwork(landlines={"+97221234567"}, opted_out={"+972500000000"}) as network:
        yield network


class Door:
    """A webhook that writes down what it is sent, and answers as told."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], str]] = []
        self.status = 204
        self.during: Callable[[], object] = lambda: None
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                door.during()
                door.seen.append((form, self.headers["X-Twilio-Signature"]))
                self.send_response(door.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/door?id=1"


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    Thread(target=made.server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def network(running: PhoneNetwork) -> PhoneNetwork:
    running.restore(messages=(), opted_out={"+972500000000"})
    running.inbound_url = ""
    return running


def client(network: PhoneNetwork, token: str = "twilio-token") -> Client:
    http = ElsewhereClient(network.url)
    return Client(network.account_sid, token, http_client=http)


def refused(network: PhoneNetwork, **more: Any) -> TwilioRestException:
    form = {"to": TO, "from_": SENDER, "body": "hi", **more}
    with pytest.raises(TwilioRestException) as caught:
        client(network).messages.create(**form)
    return caught.value


class TestAMessage:
    def test_is_taken_as_twilio_takes_it(self, network: PhoneNetwork) -> None:
        body = "שלום" * 20
        taken = client(network).messages.create(to=TO, from_=SENDER, body=body)
        assert (taken.status, taken.num_segments, taken.to) == ("queued", "2", TO)
        assert taken.sid.startswith("SM")
        assert [(m.sid, m.body) for m in network.messages] == [(taken.sid, body)]

    @pytest.mark.parametrize(
        ("to", "code"),
        [("0521234567", 21211), ("+97221234567", 21614), ("+972500000000", 21610)],
    )
    def test_to_an_impossible_number_is_refused(
        self, network: PhoneNetwork, to: str, code: int
    ) -> None:
        error = refused(network, to=to)
        assert (error.status, error.code) == (400, code)
        assert network.messages == []

    def test_is_at_most_1600_characters_long(self, network: PhoneNetwork) -> None:
        assert refused(network, body="x" * 1601).code == 21617
        assert refused(network, body="").code == 21602

    def test_needs_the_right_token(self, network: PhoneNetwork) -> None:
        with pytest.raises(TwilioRestException) as caught:
            client(network, "wrong").messages.create(to=TO, from_=SENDER, body="hi")
        assert (caught.value.status, caught.value.code) == (401, 20003)

    def test_meets_trouble_on_demand(self, network: PhoneNetwork) -> None:
        network.rate_limit(retry_after=2)
        assert (refused(network).status, network.messages) == (429, [])
        client(network).messages.create(to=TO, from_=SENDER, body="hi")
        assert network.wait_for(lambda: network.messages)


class TestACallback:
    def test_is_signed_as_twilio_signs(self, network: PhoneNetwork, door: Door) -> None:
        client(network).messages.create(to=TO, from_=SENDER, body="hi", status_callback=door.url)
        answer = network.report(network.messages[-1], status="undelivered", error_code=30003)
        form, signature = door.seen[0]
        assert answer.status_code == 204
        assert (form["MessageStatus"], form["ErrorCode"]) == ("undelivered", "30003")
        sms = network.messages[-1]
        assert (sms.status, sms.error_code) == ("undelivered", 30003)
        assert RequestValidator("twilio-token").validate(door.url, form, signature)


class TestAConversation:
    def test_holds_both_directions(self, network: PhoneNetwork, door: Door) -> None:
        network.inbound_url = door.url
        client(network).messages.create(to=TO, from_=SENDER, body="hi")
        client(network).messages.create(to=OTHER, from_=SENDER, body="you too")
        answer = network.reply(TO, "who is it?")
        told = [(sms.direction, sms.body) for sms in network.conversation(TO)]
        assert told == [("out", "hi"), ("in", "who is it?")]
        assert (answer.to, answer.status, answer.http_status) == (SENDER, "received", 204)
        assert network.numbers() == [TO, OTHER]
        assert [sms.body for sms in network.messages] == ["hi", "you too"]

    def test_is_dated_by_the_calendar_and_bounded(self) -> None:
        with PhoneNetwork(clock=lambda: 1_800_000_000.0) as network:
            old = Sms(sid="SM0", to=TO, sender=SENDER, body="old", segments=1)
            network.restore(messages=[old] * MOST_SMS, opted_out=())
            before = network.version
            client(network).messages.create(to=TO, from_=SENDER, body="new")
            assert (network.messages[-1].at, len(network.messages)) == (1_800_000_000.0, MOST_SMS)
            assert network.version > before


class TestAReply:
    def test_is_signed_and_says_what_twilio_says(self, network: PhoneNetwork, door: Door) -> None:
        network.inbound_url = door.url
        sms = network.reply(TO, "שלום לכם")
        form, signature = door.seen[0]
        wanted = {"MessageSid": sms.sid, "From": TO, "To": network.number, "Body": "שלום לכם"}
        assert {name: form[name] for name in wanted} == wanted
        assert "OptOutType" not in form
        assert RequestValidator("twilio-token").validate(door.url, form, signature)

    @pytest.mark.parametrize("word", sorted(STOP_WORDS))
    def test_that_says_stop_closes_the_number(
        self, network: PhoneNetwork, door: Door, word: str
    ) -> None:
        network.inbound_url = door.url
        codes: list[int] = []
        door.during = lambda: codes.append(refused(network).code)
        network.reply(TO, f" {word.lower()} ")
        assert (codes, door.seen[0][0]["OptOutType"]) == ([21610], "STOP")
        assert TO in network.opted_out

    @pytest.mark.parametrize("word", sorted(START_WORDS))
    def test_that_says_start_opens_it_again(
        self, network: PhoneNetwork, door: Door, word: str
    ) -> None:
        network.inbound_url = door.url
        network.opted_out.add(TO)
        network.reply(TO, word)
        assert door.seen[0][0]["OptOutType"] == "START"
        assert client(network).messages.create(to=TO, from_=SENDER, body="hi").sid

    @pytest.mark.parametrize("body", ["הסר", "please stop", "stop it", "no"])
    def test_with_other_words_is_only_forwarded(
        self, network: PhoneNetwork, door: Door, body: str
    ) -> None:
        network.inbound_url = door.url
        network.reply(TO, body)
        assert TO not in network.opted_out
        assert "OptOutType" not in door.seen[0][0]

    def test_that_the_desk_refuses_has_failed(self, network: PhoneNetwork, door: Door) -> None:
        network.inbound_url, door.status = door.url, 403
        assert network.reply(TO, "hi").status == "failed"
        assert network.conversation(TO)[-1].http_status == 403

    @pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/", "nonsense", "http://["])
    def test_that_reaches_nobody_has_failed_and_stop_counts(
        self, network: PhoneNetwork, url: str
    ) -> None:
        network.inbound_url = url
        sms = network.reply(TO, "STOP")
        assert (sms.status, sms.http_status) == ("failed", None)
        assert TO in network.opted_out


class TestDelivery:
    @pytest.fixture
    def carrying(self) -> Iterator[PhoneNetwork]:
        with PhoneNetwork(deliver=True) as network:
            yield network

    def test_happens_by_itself(self, carrying: PhoneNetwork, door: Door) -> None:
        client(carrying).messages.create(to=TO, from_=SENDER, body="hi", status_callback=door.url)
        client(carrying).messages.create(to=OTHER, from_=SENDER, body="no callback")
        carrying.wait_for(lambda: len(door.seen) == 2)
        carrying.wait_for(lambda: {sms.status for sms in carrying.messages} == {"delivered"})
        assert [form["MessageStatus"] for form, _ in door.seen] == ["sent", "delivered"]

    def test_goes_on_after_a_restart(self, carrying: PhoneNetwork) -> None:
        statuses = ("accepted", "sent", "undelivered", "delivered")
        old = [
            Sms(sid=status, to=TO, sender=SENDER, body="old", segments=1, status=status)
            for status in statuses
        ]
        carrying.restore(messages=old, opted_out=())
        ended = ["delivered", "delivered", "undelivered", "delivered"]
        carrying.wait_for(lambda: [sms.status for sms in carrying.messages] == ended)

    def test_survives_a_callback_that_nobody_answers(self, carrying: PhoneNetwork) -> None:
        nowhere = "http://127.0.0.1:1/"
        client(carrying).messages.create(to=TO, from_=SENDER, body="hi", status_callback=nowhere)
        carrying.wait_for(lambda: carrying.messages[-1].status == "delivered")

    def test_is_left_to_the_test_otherwise(self, network: PhoneNetwork) -> None:
        client(network).messages.create(to=TO, from_=SENDER, body="hi")
        assert network._carrier is None  # noqa: SLF001 - there is no moment to wait for
        assert network.messages[-1].status == "queued"
