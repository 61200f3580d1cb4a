"""Webhooks as they leave: signed, to where may be sent, and what is made of the answer (C5)."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.orders import DeliveryFailed, Hook, Sent
from bot.senders.hooks import HookSender

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type":"lead.created","data":{"name":"דנה"}}'.encode()


@dataclass
class Listener:
    """A system that takes webhooks: answers as it is told, and remembers what came."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    there = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            there.got.append(
                ({name.lower(): one for name, one in self.headers.items()}, self.rfile.read(length))
            )
            self.send_response(there.status)
            for name, value in there.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    there.url = f"http://127.0.0.1:{server.server_port}/hooks?a=b"
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


def send(url: str, *, private: bool = False) -> Sent:
    return HookSender().send(Hook(url, SECRET, "evt_1_crm", BODY, private))


def failure(url: str, *, private: bool = False) -> Any:
    with pytest.raises(DeliveryFailed) as failed:
        send(url, private=private)
    return failed.value.failure


class TestAWebhook:
    def test_is_signed_so_that_the_other_side_can_verify_it(self, listener: Listener):
        assert send(listener.url) == Sent(ref="evt_1_crm")
        ((headers, body),) = listener.got
        assert Webhook(SECRET).verify(body, headers)["type"] == "lead.created"
        assert headers["webhook-id"] == "evt_1_crm"
        assert body == BODY
        assert headers["host"] == listener.url.split("/")[2]

    def test_of_another_secret_is_not_believed(self, listener: Listener):
        send(listener.url)
        ((headers, body),) = listener.got
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 32).verify(body, headers)

    @pytest.mark.parametrize(
        ("status", "headers", "code", "rest", "alone"),
        [
            (200, {}, "", None, False),
            (301, {"Location": "http://127.0.0.1:1/"}, "hook_301", None, True),
            (400, {}, "hook_400", None, True),
            (410, {}, "hook_gone", None, False),
            (429, {"Retry-After": "7"}, "hook_429", 7.0, False),
            (429, {}, "hook_429", None, False),
            (500, {}, "hook_500", None, True),
            (503, {"Retry-After": "999999"}, "hook_503", 3600.0, False),
            (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "hook_503", 0.0, False),
            (503, {"Retry-After": "soon"}, "hook_503", None, False),
        ],
        ids=lambda one: str(one)[:40],
    )
    def test_is_done_or_tried_again_by_the_answer(
        self,
        listener: Listener,
        *,
        status: int,
        headers: dict[str, str],
        code: str,
        rest: float | None,
        alone: bool,
    ):
        listener.status, listener.headers = status, headers
        if not code:
            assert send(listener.url).ref
            return
        found = failure(listener.url)
        assert (found.code, found.retry_after, found.alone) == (code, rest, alone)
        assert len(listener.got) == 1

    def test_to_nobody_there_is_tried_again(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            assert failure(f"http://127.0.0.1:{free.getsockname()[1]}/").code == "hook_unreachable"


class TestWhere:
    @pytest.fixture
    def named(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """Names and the addresses behind them, as a name server would tell."""
        known: dict[str, str] = {}
        real = socket.getaddrinfo

        def look(host: str, port: int, *rest: Any, **more: Any) -> Any:
            return real(known.get(host, host), port, *rest, **more)

        monkeypatch.setattr("bot.senders.hooks.socket.getaddrinfo", look)
        return known

    @pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.8", "192.168.1.1", "::1"])
    def test_a_name_leads_inside_nothing_is_sent(self, named: dict[str, str], inside: str):
        named["crm.example.com"] = inside
        assert failure("https://crm.example.com/").code == "hook_private"

    @pytest.mark.parametrize("there", ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0"])
    def test_no_customer_of_ours_lives_nothing_is_ever_sent(
        self, named: dict[str, str], there: str
    ):
        named["crm.example.com"] = there
        assert failure("https://crm.example.com/", private=True).code == "hook_private"
        literal = f"[{there}]" if ":" in there else there
        assert failure(f"http://{literal}/").code == "hook_private"

    @pytest.mark.parametrize(
        "there",
        [
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::ffff:0.0.0.0",
            "fd00:ec2::254",
            "168.63.129.16",
            "100.100.100.200",
        ],
    )
    def test_a_cloud_tells_of_the_machine_nothing_is_sent_however_it_is_written(
        self, named: dict[str, str], there: str
    ):
        named["crm.example.com"] = there
        assert failure("https://crm.example.com/", private=True).code == "hook_private"
        literal = f"[{there}]" if ":" in there else there
        assert failure(f"https://{literal}/").code == "hook_private"

    @pytest.mark.parametrize("there", ["2130706433", "127.1", "0x7f.0.0.1"])
    def test_a_number_in_disguise_leads_inside_nothing_is_sent(self, there: str):
        assert failure(f"http://{there}/").code == "hook_private"

    def test_the_playbook_allows_it_a_name_may_lead_inside(
        self, named: dict[str, str], listener: Listener
    ):
        named["crm.local.example"] = "127.0.0.1"
        url = listener.url.replace("127.0.0.1", "crm.local.example")
        assert send(url, private=True).ref
        assert listener.got[0][0]["host"].startswith("crm.local.example:")

    def test_outside_it_must_be_https(self, named: dict[str, str]):
        named["crm.example.com"] = "93.184.216.34"
        assert failure("http://crm.example.com/").code == "hook_not_https"

    def test_a_name_of_nobody_is_tried_again(self, monkeypatch: pytest.MonkeyPatch):
        def unknown(*_: Any, **__: Any) -> Any:
            raise socket.gaierror

        monkeypatch.setattr("bot.senders.hooks.socket.getaddrinfo", unknown)
        assert failure("https://nobody.example.com/").code == "hook_unreachable"
