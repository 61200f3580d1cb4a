from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sandbox.phone import PhoneNetwork

TO, SENDER = "+972521234567", "+12025550123"


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


@pytest.fixture
def network(running: PhoneNetwork) -> PhoneNetwork:
    running.clear()
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
    def test_is_signed_as_twilio_signs(self, network: PhoneNetwork) -> None:
        seen: list[tuple[dict[str, str], str]] = []

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                seen.append((dict(parse_qsl(body)), self.headers["X-Twilio-Signature"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                return

        with HTTPServer(("127.0.0.1", 0), Door) as server:
            Thread(target=server.handle_request, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/receipts?id=1"
            client(network).messages.create(to=TO, from_=SENDER, body="hi", status_callback=url)
            answer = network.report(network.messages[-1], status="delivered")
        form, signature = seen[0]
        assert answer.status_code == 204
        assert (form["MessageStatus"], network.messages[-1].status) == ("delivered",) * 2
        assert RequestValidator("twilio-token").validate(url, form, signature)
