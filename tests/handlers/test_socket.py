"""Two connections to Slack, one of which may freeze without a word."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.meters import Meters
from handlers import socket as sockets
from handlers.socket import LINES, SocketDoor
from sandbox.server import SlackServer
from sandbox.world import AppConfig, User, Workspace

AVI = "U01AVI"
STUCK = 1.0


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    users = [User(id=AVI, name="avi", real_name="Avi")]
    app = AppConfig(bot_token="xoxb-test", app_token="xapp-test")
    with SlackServer(workspace=Workspace.small(users=users, channels=["leads"]), app=app) as made:
        yield made


@contextmanager
def door(slack: SlackServer, meters: Meters | None = None) -> Iterator[SocketDoor]:
    client = WebClient(token="xoxb-test", base_url=slack.api_url, retry_handlers=[])
    app = App(client=client, token_verification_enabled=False, process_before_response=True)
    app.command("/lead")(lambda ack: ack("heard"))
    made = SocketDoor(app, "xapp-test", meters or Meters(), stuck=STUCK)
    made.start()
    slack.wait_for(lambda: made.living() == LINES)
    try:
        yield made
    finally:
        # The SDK's reader holds a lock for up to three seconds; a cut line lets it go at once.
        ending = threading.Thread(target=made.stop)
        ending.start()
        slack.cut_connections()
        ending.join()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PING_SECONDS", 0.2)
    monkeypatch.setattr(sockets, "RETRY_SECONDS", 0.05)


def answers(slack: SlackServer) -> bool:
    return slack.person(AVI).command("/lead").plain == "heard"


def restarts(meters: Meters) -> float:
    return meters.registry.get_sample_value("lead_desk_socket_restarts_total") or 0.0


class TestTheDoor:
    def test_holds_two_connections(self, slack: SlackServer):
        meters = Meters()
        with door(slack, meters) as made:
            assert slack.connections == LINES
            assert made.connected()
            assert meters.registry.get_sample_value("lead_desk_socket_connections") == LINES
            assert answers(slack)
            time.sleep(2 * STUCK)
        assert restarts(meters) == 0

    def test_answers_over_the_other_while_one_is_cut(self, slack: SlackServer):
        with door(slack):
            slack.disconnect(reason="link_disabled")
            slack.wait_for(lambda: slack.connections >= 1)
            assert answers(slack)
            slack.wait_for(lambda: slack.connections == LINES)

    @pytest.mark.parametrize("frozen", [1, LINES])
    def test_makes_a_frozen_connection_anew(self, slack: SlackServer, frozen: int):
        meters = Meters()
        with slack.on_a_wire() as relay, door(slack, meters):
            relay.freeze(most=frozen)
            slack.wait_for(lambda: relay.wires == LINES, timeout=15)
            assert restarts(meters) >= frozen
            slack.cut_connections()
            slack.wait_for(lambda: slack.connections == LINES, timeout=15)
            assert answers(slack)

    def test_notices_within_half_a_minute(self):
        slowest = sockets.STUCK_SECONDS + sockets.LOOK_SECONDS
        assert slowest + 10 <= 30
