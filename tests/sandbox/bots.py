"""Real bots for the sandbox's tests: slack_bolt over Socket Mode and over signed HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.server import SlackServer
from sandbox.world import User, Workspace

DANA = User(id="U01DANA", name="dana", real_name="Dana", locale="he-IL", email="dana@example.com")
AVI = User(id="U02AVI", name="avi", real_name="Avi", presence="away")
GUEST = User(id="U03GUEST", name="guest", is_guest=True)
GONE = User(id="U04GONE", name="gone", deleted=True)


def workspace() -> Workspace:
    return Workspace.small(
        users=[DANA, AVI, GUEST, GONE],
        channels=["leads", "lead-digest", "secret"],
        members={"leads": ["bot"]},
        private=["secret"],
    )


def web_client(slack: SlackServer, token: str | None = None) -> WebClient:
    known = slack.world.app.bot_token if token is None else token
    return WebClient(token=known, base_url=slack.api_url)


def bolt_app(slack: SlackServer) -> App:
    return App(
        client=web_client(slack),
        signing_secret="secret",
        token_verification_enabled=False,
        process_before_response=True,
    )


@contextmanager
def on_socket(app: App, slack: SlackServer) -> Iterator[SocketModeHandler]:
    before = slack.connections
    handler = SocketModeHandler(app, slack.world.app.app_token, ping_interval=0.2)
    handler.connect()
    slack.wait_for(lambda: slack.connections > before)
    try:
        yield handler
    finally:
        # Its reader holds a lock for up to three seconds; a cut line lets it go at once.
        handler.client.auto_reconnect_enabled = False
        handler.client.default_auto_reconnect_enabled = False
        slack.cut_connections()
        # Both of its threads may close the socket, and the second then finds it gone.
        with suppress(AttributeError):
            handler.close()


@contextmanager
def on_http(app: App, seen: list[dict[str, str]] | None = None) -> Iterator[str]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if seen is not None:
                seen.append({name.lower(): value for name, value in self.headers.items()})
            headers: dict[str, str | Sequence[str]] = dict(self.headers.items())
            answer = app.dispatch(BoltRequest(body=body, headers=headers))
            # A Slack that waited its three seconds has hung up.
            with suppress(ConnectionError):
                self.send_response(answer.status)
                for name, values in answer.headers.items():
                    self.send_header(name, values[0])
                self.end_headers()
                self.wfile.write((answer.body or "").encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack/events"
    finally:
        server.shutdown()
        server.server_close()
