"""`GET /metrics`: counts and times for Prometheus, open to all, and so without anybody's data."""

import threading
import time
from collections.abc import Callable

from fastapi import FastAPI
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.desk import Desk
from bot.gauges import Stored
from bot.meters import Meters

KEPT_SECONDS = 5.0
"""For so long a look at the database is told again: who asks often slows nobody."""
REFUSALS = {401: "token", 403: "token", 413: "too_large", 429: "rate_limited", 503: "busy"}
DOORS = frozenset({"api", "intake", "slack", "twilio", "p", "r", "u", "metrics"})


class Counted:
    """Counts requests that were refused, by their door and why."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and look at its answer's code."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def count(message: Message) -> None:
            reason = REFUSALS.get(message.get("status", 0))
            if reason:
                first = scope["path"].strip("/").partition("/")[0]
                self._meters.refuse(first if first in DOORS else "other", reason)
            await send(message)

        await self._app(scope, receive, count)


class Page:
    """The text of `/metrics`, made anew after some seconds."""

    def __init__(self, desk: Desk, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._live, self._seconds = desk.meters.registry, seconds
        self._stored = CollectorRegistry()
        self._stored.register(Stored(desk))
        self._text, self._made = b"", float("-inf")
        self._lock = threading.Lock()

    def text(self) -> bytes:
        """Give all metrics as Prometheus reads them."""
        with self._lock:
            if self._seconds() - self._made >= KEPT_SECONDS:
                self._text, self._made = generate_latest(self._stored), self._seconds()
            return generate_latest(self._live) + self._text


def add_metrics(web: FastAPI, desk: Desk) -> None:
    """Open `/metrics`, and count what the doors refuse."""
    page = Page(desk)
    web.add_middleware(Counted, meters=desk.meters)

    @web.get("/metrics")
    def metrics() -> Response:
        return Response(page.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
