"""The people who leave their details: who they are, where they are reached, what a call finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from pydantic import TypeAdapter

from sandbox.story.customers import answers_now
from sandbox.story.tale import Customer

MOST = 600


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One call that a rep made on the page: when, and how it went."""

    at: datetime
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """A customer on the page, with the calls that were made to them."""

    customer: Customer
    since: datetime
    calls: tuple[Rung, ...] = ()


class Customers:
    """Who has left details so far, newest last; safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: dict[str, Known] = {}
        self.version = 0

    def add(self, customer: Customer, *, since: datetime | None = None) -> None:
        """Remember somebody; the oldest is forgotten when there are too many."""
        with self._lock:
            known = Known(customer=customer, since=since or self._clock())
            self._known[customer.key] = self._known.pop(customer.key, known)
            for key in list(self._known)[:-MOST]:
                del self._known[key]
            self.version += 1

    def all(self) -> list[Known]:
        """Return everybody, the newest first."""
        with self._lock:
            return sorted(self._known.values(), key=lambda one: one.since, reverse=True)

    def get(self, key: str) -> Known | None:
        """Return one of them by key."""
        return self._known.get(key)

    def call(self, key: str) -> Rung:
        """Call somebody and return how it went; raises KeyError for a stranger."""
        with self._lock:
            known = self._known[key]
            now = self._clock()
            outcome = answers_now(known.customer, at=now, calls=len(known.calls))
            rung = Rung(at=now, outcome=outcome)
            self._known[key] = replace(known, calls=(*known.calls, rung))
            self.version += 1
            return rung

    def to_json(self) -> list[dict[str, Any]]:
        """Return everybody as plain data, to be kept between runs."""
        with self._lock:
            rows: list[dict[str, Any]] = _ROWS.dump_python(list(self._known.values()), mode="json")
            return rows

    def read(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take back what ``to_json`` returned; raises ValueError for other data."""
        known = _ROWS.validate_python(list(rows))
        with self._lock:
            self._known = {one.customer.key: one for one in known}
            self.version += 1


_ROWS = TypeAdapter(list[Known])
