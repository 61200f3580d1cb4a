"""New leads every so often, while the switch is on."""

import logging
from collections.abc import Callable, Iterator
from threading import Event, Lock, Thread
from typing import Any

import httpx

from sandbox.story.tale import Arrive

log = logging.getLogger(__name__)

EVERY = 45.0


class Arrivals:
    """Sends the next lead of a story every ``EVERY`` real seconds; off to begin with."""

    def __init__(self, *, send: Callable[[Arrive], Any], every: float = EVERY) -> None:
        self._send, self._every = send, every
        self.leads: Iterator[Arrive] = iter(())
        self.version = 0
        self._on, self._closing, self._changed, self._lock = False, False, Event(), Lock()
        self._thread = Thread(target=self._run, name="arrivals", daemon=True)

    @property
    def on(self) -> bool:
        """Tell whether leads arrive by themselves."""
        return self._on

    def switch(self, *, on: bool) -> None:
        """Let leads arrive by themselves, the first one at once; or stop that."""
        with self._lock:
            self._on = on
            self.version += 1
            # Set before the thread begins, which would take it for another change.
            self._changed.set()
            if on and self._thread.ident is None:
                self._thread.start()

    def close(self) -> None:
        """Stop for good."""
        self._on, self._closing = False, True
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(timeout=12)

    def one(self) -> Any:
        """Send one lead now; raises httpx.HTTPError, StopIteration at the story's end."""
        with self._lock:
            lead = next(self.leads)
        return self._send(lead)

    def of(self, source: str) -> Arrive:
        """Give the next lead of a source, unsent; those before it never come.

        Raises StopIteration at the story's end.
        """
        with self._lock:
            return next(one for one in self.leads if one.source == source)

    def _run(self) -> None:
        while not self._closing:
            self._changed.clear()
            if self._on:
                self._try_one()
            self._changed.wait(self._every if self._on else None)

    def _try_one(self) -> None:
        try:
            self.one()
        except httpx.HTTPError as fault:
            log.warning("a lead did not arrive: %s", type(fault).__name__)
        except StopIteration:
            self.switch(on=False)
