"""What stands before every door: limits by source and address, plain errors, safe headers (C5)."""

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.desk import Desk
from bot.logs import place_of
from bot.settings import Settings
from handlers.limits import Limit

log = logging.getLogger(__name__)

WRONG_A_MINUTE = 60
"""So many requests with a wrong token an address may make; right ones are never counted."""
PAUSE = 1.0
MOST_PAUSED = 100
BODY_SECONDS = 30.0
"""A body that comes slower than this is not waited for."""
NOT_FOUND = 404
WRONG = frozenset({401, 403, NOT_FOUND})
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
ONLY_HTTPS = "max-age=31536000"
Pause = Callable[[float], Awaitable[None]]


class TooSlow(Exception):
    """Raised when a body did not come in time."""


def address_of(scope: Scope, settings: Settings) -> str:
    """Give the address that a request came from; an IPv6 one by its /64, which is one household.

    X-Forwarded-For is believed from TRUSTED_PROXIES alone, and of it the last address that is
    none of those: what stands before it anybody may have written.
    """
    hops = [(scope.get("client") or ("", 0))[0]]
    for line in Headers(scope=scope).getlist("x-forwarded-for"):
        hops[:-1] += [one.strip() for one in line.split(",")]
    there = next((one for one in reversed(hops) if not _is_trusted(one, settings)), hops[0])
    found = _read(there)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found or "unknown")


def _is_trusted(written: str, settings: Settings) -> bool:
    found = _read(written)
    return found is not None and any(found in one for one in settings.trusted_proxies)


def _read(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class Sources:
    """How often each source and each token of the API may come, as RATE_LIMIT says."""

    def __init__(self, desk: Desk) -> None:
        most = desk.settings.rate_limit
        self._clock, self._limit = desk.clock, Limit(most) if most else None
        self.rest = self._limit.rest if self._limit else 0

    def takes(self, name: str) -> bool:
        """Count one more of a source whose token was right; False where that is too many."""
        return self._limit is None or self._limit.takes(name, now=self._clock())


def sources_of(request: Request) -> Sources:
    """Give the web app's count of its sources."""
    found: Sources = request.app.state.sources
    return found


class Guard:
    """Slows who tries wrong tokens, and gives every answer its safe headers.

    What no handler foresaw is a plain 500 here, and a line in the log without anybody's data.
    """

    def __init__(self, app: ASGIApp, desk: Desk, *, pause: Pause = asyncio.sleep) -> None:
        self._app, self._desk, self._pause = app, desk, pause
        self._wrong = Limit(WRONG_A_MINUTE)
        self._paused = 0
        https = desk.settings.public_url.startswith("https:")
        self._headers = SAFE | ({"Strict-Transport-Security": ONLY_HTTPS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on and look at its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(self, scope, send)
        try:
            await self._app(scope, _hurried(receive), answer.send)
        except TooSlow:
            await answer.say(408, "the body took too long")
        except Exception as fault:  # noqa: BLE001 - this is where every fault of the web ends
            log.error("a request failed: %s", place_of(fault))
            await answer.say(500, "the request could not be answered")

    def too_many(self, scope: Scope, status: int) -> bool:
        """Count an answer that refused a token; say whether its address had too many of them."""
        if not _is_wrong(scope["path"], status):
            return False
        address = address_of(scope, self._desk.settings)
        return not self._wrong.takes(address, now=self._desk.clock())

    async def slow_down(self) -> None:
        """Keep who tries wrong tokens waiting; of many at once the others are answered at once."""
        if self._paused < MOST_PAUSED:
            self._paused += 1
            try:
                await self._pause(PAUSE)
            finally:
                self._paused -= 1

    def make_safe(self, start: Message) -> None:
        """Add the headers that the answer does not bring itself."""
        headers = MutableHeaders(scope=start)
        for name, value in self._headers.items():
            headers.setdefault(name, value)

    @property
    def rest(self) -> int:
        """In how many seconds an address may try another token."""
        return self._wrong.rest


class _Answer:
    """One answer on its way; a refusal too many becomes another."""

    def __init__(self, guard: Guard, scope: Scope, send: Send) -> None:
        self._guard, self._scope, self._send = guard, scope, send
        self._started = self._refused = False

    async def send(self, message: Message) -> None:
        start = message["type"] == "http.response.start"
        if start and self._guard.too_many(self._scope, message["status"]):
            await self._guard.slow_down()
            rest = {"Retry-After": str(self._guard.rest)}
            await self.say(429, "too many wrong tokens from this address", headers=rest)
            self._refused = True
        elif not self._refused:
            if start:
                self._started = True
                self._guard.make_safe(message)
            await self._send(message)

    async def say(self, status: int, error: str, headers: dict[str, str] | None = None) -> None:
        """Answer by a sentence, unless something was answered before."""
        if self._started:
            return
        body = json.dumps({"error": error}).encode()
        told = {"content-type": "application/json", **(headers or {})}
        pairs = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        start: Message = {"type": "http.response.start", "status": status, "headers": pairs}
        self._started = True
        self._guard.make_safe(start)
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_wrong(path: str, status: int) -> bool:
    """Say whether an answer says that a token was wrong; a door's 404 may mean a lead."""
    if path.startswith("/api/"):
        return status == 401  # noqa: PLR2004 - it names itself
    return status in WRONG and (status != NOT_FOUND or path.startswith("/intake/"))


def _hurried(receive: Receive) -> Receive:
    """Give what reads a body, and raises TooSlow where that takes longer than it may."""
    until = asyncio.get_running_loop().time() + BODY_SECONDS
    came = False

    async def hurried() -> Message:
        nonlocal came
        if came:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        came = not message.get("more_body", False)
        return message

    return hurried
