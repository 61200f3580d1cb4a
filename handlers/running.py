"""The running product: its parts, started in order and stopped in the other."""

import signal
import threading
from collections.abc import Sequence
from typing import Protocol


class Part(Protocol):
    """A door, a clock or the deliveries."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """Finish what is in hand, and end."""


def run_until_signalled(parts: Sequence[Part]) -> None:
    """Run the parts until SIGTERM or SIGINT; doors, which come last, close first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    started: list[Part] = []
    try:
        for part in parts:
            part.start()
            started.append(part)
        stopping.wait()
    finally:
        for part in reversed(started):
            part.stop()
