"""Two acts held in step: what a slow one has read, a quick one changes before it goes on."""

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from bot.present import Present
from tests.storage.making import PATIENCE


class Watched:
    """A lock that says when somebody has to wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.awaited = threading.Event()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.awaited.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def overtake(
    present: Present,
    monkeypatch: pytest.MonkeyPatch,
    *,
    slow: Callable[[], object],
    after: tuple[ModuleType, str],
    quick: Callable[[], object],
) -> None:
    """Do `quick` while `slow` stands still behind a function that it called, then let it go on.

    Where `quick` has to wait for `slow`, that goes on at once.
    """
    module, name = after
    real = getattr(module, name)
    reached, changing = threading.Event(), Watched()

    def stand_still(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        if threading.current_thread() is thread and not reached.is_set():
            reached.set()
            assert changing.awaited.wait(PATIENCE)
        return found

    thread = threading.Thread(target=slow, daemon=True)
    monkeypatch.setattr(module, name, stand_still)
    monkeypatch.setattr(present, "changing", changing)
    thread.start()
    assert reached.wait(PATIENCE)
    quick()
    changing.awaited.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
