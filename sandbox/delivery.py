"""Getting people's acts and events to the app: Socket Mode, or HTTP when it has a request URL."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event, Thread, local
from typing import Any

from sandbox import webhook
from sandbox.errors import OperationFailed, OperationTimeout, PersonError
from sandbox.reading import Json
from sandbox.sockets import Hub
from sandbox.state import World


@dataclass(kw_only=True)
class Delivery:
    """One app's door: with a ``request_url`` everything goes there, else into its sockets."""

    world: World
    hub: Hub
    request_url: str | None = None
    closing: Event = field(default_factory=Event)
    _mine: local = field(default_factory=local)
    _threads: list[Thread] = field(default_factory=list)

    @property
    def last(self) -> Callable[[], Any] | None:
        """What this thread's person sent last, to be sent again; None before anything."""
        return getattr(self._mine, "last", None)

    @last.setter
    def last(self, send: Callable[[], Any]) -> None:
        self._mine.last = send

    def ask(self, *, kind: str, payload: Json, retry: tuple[int, str] | None = None) -> Any:
        """Deliver once and return the ack's payload; None for a bare ack.

        ``kind`` is slash_commands, interactive or events_api. Raises OperationTimeout or
        OperationFailed.
        """
        if self.closing.is_set():
            raise OperationFailed("dispatch_failed: the workspace is closed")
        timeout = self.world.app.ack_timeout
        if self.request_url is None:
            return self.hub.send(kind=kind, payload=payload, timeout=timeout, retry=retry)
        return webhook.post(
            world=self.world, url=self.request_url, kind=kind, payload=payload,
            timeout=timeout, retry=retry,
        )  # fmt: skip

    def tell(self, *, payload: Json) -> Future[bool]:
        """Deliver an event in the background, with Slack's retries.

        The future holds whether the first attempt was acknowledged.
        """
        first: Future[bool] = Future()
        thread = Thread(target=self._deliver, args=(payload, first), daemon=True)
        thread.start()
        with self.world.lock:
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        return first

    def close(self) -> None:
        """Give up all waiting retries."""
        self.closing.set()
        for thread in self._threads:
            thread.join(timeout=self.world.app.ack_timeout + 1)

    def _deliver(self, payload: Json, first: Future[bool]) -> None:
        reason = self._attempt(payload, None)
        first.set_result(reason is None)
        for number, delay in enumerate(self.world.app.retry_delays, start=1):
            if reason is None or reason == "no_retry" or self.closing.wait(delay):
                return
            reason = self._attempt(payload, (number, reason))

    def _attempt(self, payload: Json, retry: tuple[int, str] | None) -> str | None:
        """Try once; return None when acknowledged, else why not."""
        try:
            self.ask(kind="events_api", payload=payload, retry=retry)
        except webhook.RequestFailed as failure:
            return "no_retry" if failure.no_retry else failure.reason
        except OperationTimeout:
            return "http_timeout" if self.request_url else "timeout"
        except PersonError:
            return "connection_failed"
        return None
