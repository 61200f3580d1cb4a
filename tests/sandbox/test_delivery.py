"""Connections and retries: what happens when delivering goes wrong."""

from threading import Event, Thread

import pytest

from sandbox.errors import OperationFailed
from sandbox.server import SlackServer
from sandbox.world import AppConfig
from tests.sandbox.bots import DANA, bolt_app, on_http, on_socket, workspace

QUICK = AppConfig(ack_timeout=0.5, retry_delays=(0.0, 0.02, 0.02))


def counting_app(slack: SlackServer, heard: list[str]):
    app = bolt_app(slack)

    @app.command("/lead")
    def lead(ack, command):
        heard.append(command["text"])
        ack("yes")

    return app


def wait_for_commands(slack: SlackServer) -> None:
    slack.wait_for(lambda: slack.connections)
    assert slack.person(DANA.id).command("/lead again").text == "yes"


class TestSocketMode:
    def test_without_a_connection_fails_at_once(self) -> None:
        with (
            SlackServer(workspace=workspace(), app=QUICK) as slack,
            pytest.raises(OperationFailed, match="no Socket Mode connection"),
        ):
            slack.person(DANA.id).command("/lead a")

    def test_gives_each_payload_to_one_connection(self) -> None:
        heard: list[str] = []
        with SlackServer(workspace=workspace(), app=QUICK) as slack:
            app = counting_app(slack, heard)
            with on_socket(app, slack), on_socket(app, slack):
                assert slack.connections == 2
                for number in range(5):
                    slack.person(DANA.id).command(f"/lead {number}")
        assert heard == ["0", "1", "2", "3", "4"]

    def test_survives_a_refresh_and_an_outage(self) -> None:
        with (
            SlackServer(workspace=workspace(), app=QUICK) as slack,
            on_socket(counting_app(slack, []), slack),
        ):
            slack.disconnect(reason="refresh_requested")
            wait_for_commands(slack)
            slack.go_down()
            slack.wait_for(lambda: not slack.connections)
            slack.come_back()
            wait_for_commands(slack)

    def test_retries_an_event_nobody_acknowledged(self) -> None:
        tries: list[str] = []
        with SlackServer(workspace=workspace(), app=QUICK) as slack:
            app = bolt_app(slack)

            @app.middleware
            def refuse_twice(req, resp, next_):
                tries.append(req.headers.get("x-slack-retry-num", ["first"])[0])
                if len(tries) < 3:
                    resp.status = 500
                    return resp
                return next_()

            app.event("team_join")(lambda: None)
            with on_socket(app, slack):
                assert not slack.send_event({"type": "team_join", "user": {"id": "U9"}})
                slack.wait_for(lambda: len(tries) == 3)
        assert tries == ["0", "1", "2"]


class TestHttp:
    def test_retries_an_event_with_headers(self) -> None:
        seen: list[dict[str, str]] = []
        with SlackServer(workspace=workspace(), app=QUICK) as slack:
            app = bolt_app(slack)
            with on_http(app, seen) as url:
                slack.set_request_url(url)
                slack.send_event({"type": "nobody_listens"})
                slack.wait_for(lambda: len(seen) == 4)
        assert [head.get("x-slack-retry-num") for head in seen] == [None, "1", "2", "3"]
        assert seen[1]["x-slack-retry-reason"] == "http_error"

    def test_is_signed_so_that_bolt_believes_it(self) -> None:
        with (
            SlackServer(workspace=workspace(), app=QUICK) as slack,
            on_http(counting_app(slack, [])) as url,
        ):
            slack.set_request_url(url)
            assert slack.verify_request_url()
            assert slack.person(DANA.id).command("/lead a").text == "yes"

    def test_with_another_secret_is_refused(self) -> None:
        other = AppConfig(signing_secret="other", ack_timeout=0.5)
        with (
            SlackServer(workspace=workspace(), app=other) as slack,
            on_http(counting_app(slack, [])) as url,
        ):
            slack.set_request_url(url)
            with pytest.raises(OperationFailed):
                slack.person(DANA.id).command("/lead a")

    def test_that_reaches_nobody_fails(self) -> None:
        nowhere = "http://127.0.0.1:9/slack/events"
        with (
            SlackServer(workspace=workspace(), app=QUICK, request_url=nowhere) as slack,
            pytest.raises(OperationFailed, match="connection_failed"),
        ):
            slack.person(DANA.id).command("/lead a")


class TestWaiting:
    def test_ends_as_soon_as_something_happens(self) -> None:
        started = Event()
        with SlackServer(workspace=workspace()) as slack:

            def write() -> None:
                started.wait()
                slack.person(DANA.id).say("hello", channel="leads")

            Thread(target=write).start()
            started.set()
            message = slack.wait_for(lambda: slack.channel("leads").messages)[-1]
        assert message.text == "hello"
