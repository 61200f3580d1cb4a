"""The running product: its parts, started in order and stopped in the other."""

import gc
import os
import signal
import threading
from collections.abc import Sequence
from typing import Protocol

LONGEST_STOP = 9.0
SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


class Part(Protocol):
    """A door, a clock or the deliveries."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Finish what is in hand, and end."""


def run_until_signalled(parts: Sequence[Part]) -> None:
    """Run the parts until SIGTERM or SIGINT; doors, which come last, close first.

    The signals are blocked and waited for: a handler of Python's own runs only when the main
    thread does, and one that comes in the instant before that thread falls asleep is not seen.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    started: list[Part] = []
    try:
        for part in parts:
            part.start()
            started.append(part)
        gc.freeze()  # what a start made stays: no need to look through it again and again
        signal.sigwait(SIGNALS)
    finally:
        _leave_in_time()
        for part in reversed(started):
            part.stop()


def _leave_in_time() -> None:
    """End the process even where another side does not let go; the outbox knows the rest."""
    timer = threading.Timer(LONGEST_STOP, os._exit, (0,))
    timer.daemon = True
    timer.start()
