"""What this thread does came from one act or one body: its name, from the door to what leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trail: ContextVar[str] = ContextVar("trail", default="")


def current() -> str:
    """Give the name of what is carried out here, "" for what began by itself."""
    return _trail.get()


@contextmanager
def following(name: str) -> Iterator[None]:
    """Let every log line and every row of the outbox made inside bear this name."""
    before = _trail.set(name)
    try:
        yield
    finally:
        _trail.reset(before)
