"""Socket Mode: the first connection is tried until it stands; the SDK then keeps it."""

import contextlib
import logging
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
PING_SECONDS = 5.0


class SocketDoor:
    """A Socket Mode connection.

    One client for the process: its own monitor connects again within a ping's interval of
    Slack's return, and a second loop beside it would leave two connections that share the work.
    """

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(app, app_token, ping_interval=PING_SECONDS)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="socket", daemon=True)

    def start(self) -> None:
        """Connect, and keep connected."""
        self._thread.start()

    def connected(self) -> bool:
        """Say whether Slack can reach the bot now."""
        return bool(self._handler.client.is_connected())

    def stop(self) -> None:
        """Let the connection go."""
        self._stopping.set()
        with contextlib.suppress(Exception):
            self._handler.close()  # type: ignore[no-untyped-call]  # Bolt left it bare
        self._thread.join(timeout=1)

    def _connect(self) -> None:
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
                return
