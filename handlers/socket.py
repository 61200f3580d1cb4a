"""Socket Mode: connected, watched, connected again."""

import contextlib
import logging
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

log = logging.getLogger(__name__)

WATCH_SECONDS = 5.0
PING_SECONDS = 5.0


class SocketDoor:
    """A Socket Mode connection that comes back by itself after an outage."""

    def __init__(self, app: App, app_token: str) -> None:
        self._app = app
        self._token = app_token
        self._stopping = threading.Event()
        self._handler: SocketModeHandler | None = None
        self._thread = threading.Thread(target=self._watch, name="socket", daemon=True)

    def start(self) -> None:
        """Connect, and keep connected."""
        self._thread.start()

    def connected(self) -> bool:
        """Say whether Slack can reach the bot now."""
        return self._handler is not None and bool(self._handler.client.is_connected())

    def stop(self) -> None:
        """Let the connection go."""
        self._stopping.set()
        self._thread.join(timeout=1)
        self._close()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            if not self.connected():
                self._connect()
            self._stopping.wait(WATCH_SECONDS)

    def _connect(self) -> None:
        self._close()
        try:
            handler = SocketModeHandler(self._app, self._token, ping_interval=PING_SECONDS)
            handler.connect()  # type: ignore[no-untyped-call]  # Bolt left it bare
        except Exception as fault:  # noqa: BLE001 - Slack may be down; the next look tries again
            log.warning("Slack's socket is out of reach: %s", type(fault).__name__)
            return
        self._handler = handler
        log.info("connected to Slack by Socket Mode")

    def _close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is not None:
            with contextlib.suppress(Exception):
                handler.close()  # type: ignore[no-untyped-call]  # Bolt left it bare
