"""Socket Mode: the app's connections, the envelopes that go out, the acks that come back."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import choice, token_hex
from typing import Any
from uuid import uuid4

from fastapi import WebSocket, WebSocketDisconnect

from sandbox.errors import OperationFailed, OperationTimeout
from sandbox.reading import Json
from sandbox.state import World

MOST_CONNECTIONS = 10
DRAINING_SECONDS = 10.0


@dataclass(kw_only=True, eq=False)
class Link:
    """One live connection; a draining one gets no more envelopes."""

    socket: WebSocket
    draining: bool = False


@dataclass(kw_only=True)
class Hub:
    """All Socket Mode connections of the app; ``loop`` gives the server's event loop."""

    world: World
    loop: Callable[[], asyncio.AbstractEventLoop]
    down: bool = False
    _links: list[Link] = field(default_factory=list)
    _acks: dict[str, Future[Any]] = field(default_factory=dict)
    _tickets: set[str] = field(default_factory=set)

    def issue_ticket(self) -> str:
        """Return a ticket that opens one connection."""
        ticket = token_hex(16)
        with self.world.lock:
            self._tickets.add(ticket)
        return ticket

    @property
    def connections(self) -> int:
        """How many connections would get envelopes now."""
        with self.world.lock:
            return len(self._ready())

    async def serve(self, socket: WebSocket, *, ticket: str) -> None:
        """Speak with one connection until it closes."""
        if self.down or ticket not in self._tickets:
            await socket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self._ready()) >= MOST_CONNECTIONS:
            await socket.send_text(_goodbye("too_many_websockets"))
            await socket.close()
            return
        await self._greet_and_listen(Link(socket=socket))

    async def _greet_and_listen(self, link: Link) -> None:
        await link.socket.send_text(self._hello())
        with self.world.lock:
            leaving = [other for other in self._links if other.draining]
            self._links.append(link)
            self.world.touch()
        for other in leaving:
            await _close(other)
        try:
            while True:
                self._receive(await link.socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._forget(link)

    def send(
        self, *, kind: str, payload: Json, timeout: float, retry: tuple[int, str] | None = None
    ) -> Any:
        """Send an envelope to one connection and return its ack's payload (None when bare).

        Raises OperationFailed without a connection, OperationTimeout without an ack.
        """
        name, waiting = str(uuid4()), Future[Any]()
        text = _envelope(name=name, kind=kind, payload=payload, retry=retry)
        with self.world.lock:
            self._acks[name] = waiting
        try:
            self._push(text)
            return waiting.result(timeout=timeout)
        except CancelledError:
            raise OperationFailed("dispatch_failed: the workspace is closed") from None
        except FutureTimeout:
            raise OperationTimeout(f"{kind} was not acknowledged in {timeout} s") from None
        finally:
            with self.world.lock:
                self._acks.pop(name, None)

    def disconnect(self, *, reason: str) -> None:
        """Ask every connection to go; close it when the app has a new one, or after 10 s."""
        with self.world.lock:
            links = self._ready()
            for link in links:
                link.draining = reason != "warning"
            self.world.touch()
        for link in links:
            self._soon(self._say_goodbye(link, reason))

    def close_all(self) -> None:
        """Close every connection without a word."""
        with self.world.lock:
            links = list(self._links)
        for link in links:
            self._soon(_close(link))

    def give_up(self) -> None:
        """End for good: nobody waits for an ack any longer, and no app connects again."""
        with self.world.lock:
            self.down = True
            self._links.clear()
            waiting = list(self._acks.values())
        for ack in waiting:
            ack.cancel()

    def _ready(self) -> list[Link]:
        return [link for link in self._links if not link.draining]

    def _push(self, text: str) -> None:
        with self.world.lock:
            ready = self._ready()
        if not ready:
            raise OperationFailed("dispatch_failed: the app has no Socket Mode connection")
        self._soon(choice(ready).socket.send_text(text))

    def _soon(self, work: Any) -> None:
        try:
            asyncio.run_coroutine_threadsafe(work, self.loop())
        except RuntimeError:
            # The server has stopped; whoever waits for an ack is told by give_up.
            work.close()

    async def _say_goodbye(self, link: Link, reason: str) -> None:
        await link.socket.send_text(_goodbye(reason))
        if reason == "link_disabled":
            await _close(link)
        else:
            asyncio.get_running_loop().call_later(DRAINING_SECONDS, self._close_leaving, link)

    def _close_leaving(self, link: Link) -> None:
        if link in self._links:
            self._soon(_close(link))

    def _receive(self, text: str) -> None:
        try:
            ack = json.loads(text)
            waiting = self._acks.get(ack["envelope_id"])
        except (ValueError, KeyError, TypeError):
            self.world.fault(f"socket mode: not an ack: {text[:200]}")
            return
        if waiting is not None:
            # A second ack, or one that comes while everything ends, changes nothing.
            with suppress(InvalidStateError):
                waiting.set_result(ack.get("payload"))

    def _forget(self, link: Link) -> None:
        with self.world.lock:
            if link in self._links:
                self._links.remove(link)
            self.world.touch()

    def _hello(self) -> str:
        debug = {"host": "applink", "build_number": 1, "approximate_connection_time": 18060}
        return json.dumps(
            {
                "type": "hello",
                "num_connections": len(self._ready()) + 1,
                "debug_info": debug,
                "connection_info": {"app_id": self.world.app.app_id},
            }
        )


async def _close(link: Link) -> None:
    try:
        await link.socket.close(code=1001)
    except (RuntimeError, WebSocketDisconnect):
        # The other side was faster, which is what was wanted.
        return


def _goodbye(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})


def _envelope(*, name: str, kind: str, payload: Json, retry: tuple[int, str] | None) -> str:
    number, reason = retry or (0, "")
    about = {"retry_attempt": number, "retry_reason": reason} if kind == "events_api" else {}
    body = {"envelope_id": name, "type": kind, "payload": payload}
    return json.dumps({**body, "accepts_response_payload": kind != "events_api", **about})
