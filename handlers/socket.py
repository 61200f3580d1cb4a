"""Socket Mode: two connections, each made again by itself, also where it only seems to live."""

import contextlib
import logging
import threading
import time
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.meters import Meters

log = logging.getLogger(__name__)

LINES = 2
"""While one connects again the other hears; Slack gives each request to one of them."""
RETRY_SECONDS = 2.0
PING_SECONDS = 5.0
STUCK_SECONDS = 15.0
"""So long without an answer to a ping, and a connection is given up: three pings."""
LOOK_SECONDS = 1.0
STOP_SECONDS = 4.0


class SocketDoor:
    """The connections to Slack of one process."""

    def __init__(
        self, app: App, app_token: str, meters: Meters, *, stuck: float = STUCK_SECONDS
    ) -> None:
        """Serve `app`; a connection is given up after `stuck` seconds of silence."""
        self._lines = [Line(app, app_token, meters, stuck=stuck) for _ in range(LINES)]
        self._meters = meters

    def start(self) -> None:
        """Connect, and keep connected."""
        for line in self._lines:
            line.start()

    def connected(self) -> bool:
        """Say whether Slack can reach the bot now."""
        living = self.living()
        self._meters.sockets(living)
        return living > 0

    def living(self) -> int:
        """Count the connections that stand."""
        return sum(line.lives() for line in self._lines)

    def stop(self) -> None:
        """Let the connections go; what is in hand is finished."""
        closing = [threading.Thread(target=line.stop, daemon=True) for line in self._lines]
        until = time.monotonic() + STOP_SECONDS
        for one in closing:
            one.start()
        for one in closing:
            one.join(timeout=max(0.0, until - time.monotonic()))


class Line:
    """One connection. The SDK's own monitor connects again where it sees that the line is cut.

    It does not see all: a line that froze before its first pong, a ping that hangs, a wall clock
    that was put back. So pongs are watched here too, by a clock that only goes forward.
    """

    def __init__(self, app: App, app_token: str, meters: Meters, *, stuck: float) -> None:
        self._app, self._token, self._meters, self._stuck = app, app_token, meters, stuck
        self._stopping = threading.Event()
        self._handler: Any = self._made()
        self._thread = threading.Thread(target=self._run, name="socket", daemon=True)

    def start(self) -> None:
        """Connect, and keep connected."""
        self._thread.start()

    def lives(self) -> bool:
        """Say whether the line stands."""
        return bool(self._handler.client.is_connected())

    def stop(self) -> None:
        """Let the line go."""
        self._stopping.set()
        _close(self._handler)
        self._thread.join(timeout=1)

    def _made(self) -> Any:
        return SocketModeHandler(self._app, self._token, ping_interval=PING_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._connect():
                self._watch()
            if not self._stopping.is_set():
                self._begin_anew()

    def _connect(self) -> bool:
        """Try until the line stands; False when the process ends."""
        client = self._handler.client
        while not self._stopping.is_set():
            try:
                client.wss_uri = None
                client.connect()
            except Exception as fault:  # noqa: BLE001 - Slack may be down when the bot starts
                log.warning("Slack's socket is out of reach: %s", type(fault).__name__)
                self._stopping.wait(RETRY_SECONDS)
            else:
                log.info("connected to Slack by Socket Mode")
                return True
        return False

    def _watch(self) -> None:
        """Return when no ping was answered for too long, or the process ends."""
        seen, alive = self._pong(), time.monotonic()
        while not self._stopping.wait(min(LOOK_SECONDS, self._stuck / 4)):
            now = self._pong()
            if now != seen:
                seen, alive = now, time.monotonic()
            elif time.monotonic() - alive > self._stuck:
                return

    def _pong(self) -> tuple[str | None, float | None]:
        """Give which session answered a ping last, and when by the SDK's clock."""
        session = self._handler.client.current_session
        return (session.session_id, session.last_ping_pong_time) if session else (None, None)

    def _begin_anew(self) -> None:
        """Leave the line that is stuck to a thread of its own: closing it may hang as well."""
        log.warning("a socket of Slack's is silent: it is made anew")
        self._meters.socket_restarted()
        threading.Thread(target=_close, args=(self._handler,), daemon=True).start()
        self._handler = self._made()


def _close(handler: Any) -> None:
    # Else the SDK's monitor connects again what is being closed.
    handler.client.auto_reconnect_enabled = False
    handler.client.default_auto_reconnect_enabled = False
    with contextlib.suppress(Exception):
        handler.close()
