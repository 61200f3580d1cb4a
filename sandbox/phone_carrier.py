"""What a network does by itself after it took a message: it sends and delivers it."""

from collections.abc import Callable
from threading import Event, Lock, Thread

STEP_SECONDS = 0.3
FOLLOWING = {"accepted": "sent", "queued": "sent", "sent": "delivered"}


class Carrier:
    """Moves messages on, a step at a time, in a thread of its own.

    ``advance`` takes a message's sid and tells whether a further step follows.
    """

    def __init__(self, *, advance: Callable[[str], bool]) -> None:
        self._advance = advance
        self._waiting: list[str] = []
        self._lock = Lock()
        self._work, self._closing = Event(), Event()
        self._thread = Thread(target=self._run, name="sandbox-carrier", daemon=True)

    def start(self) -> None:
        """Begin to move what was added and what will be."""
        self._thread.start()

    def stop(self) -> None:
        """Leave everything where it is."""
        self._closing.set()
        self._work.set()
        self._thread.join(timeout=10.0)

    def add(self, sid: str) -> None:
        """Take on a message."""
        with self._lock:
            self._waiting.append(sid)
            self._work.set()

    def _run(self) -> None:
        while self._work.wait() and not self._closing.wait(STEP_SECONDS):
            for sid in self._take():
                if self._advance(sid):
                    self.add(sid)

    def _take(self) -> list[str]:
        with self._lock:
            taken, self._waiting = self._waiting, []
            self._work.clear()
            return taken
