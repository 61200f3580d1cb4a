"""The web server in a thread of its own."""

import threading
import time

import uvicorn
from fastapi import FastAPI

START_SECONDS = 10
STOP_SECONDS = 6
MOST_AT_ONCE = 1000


class WebServer:
    """uvicorn beside everything else; the process, not the server, listens to signals."""

    def __init__(self, web: FastAPI, *, host: str, port: int) -> None:
        config = uvicorn.Config(
            web,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            # Whose X-Forwarded-For is believed says TRUSTED_PROXIES alone.
            proxy_headers=False,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=STOP_SECONDS - 2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Begin to serve; raises RuntimeError when the port is taken."""
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the web server did not start: is HTTP_PORT taken?")
            time.sleep(0.01)

    def stop(self) -> None:
        """Serve what is in hand and stop."""
        self._server.should_exit = True
        self._thread.join(timeout=STOP_SECONDS)
