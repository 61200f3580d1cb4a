"""What is counted and measured while the process runs: for `/metrics`, without anybody's data."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from rules.breaker import State

PREFIX = "lead_desk_"
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
"""In seconds."""
_CODE = re.compile(r"\w{1,60}", re.ASCII)
_LEVELS = {State.CLOSED: 0, State.HALF_OPEN: 1, State.OPEN: 2}


def label(code: str) -> str:
    """Give what another side said as a label, where it is a code and no text."""
    return code if _CODE.fullmatch(code) else "other"


class Meters:
    """The meters of one process.

    Labels are few and known: kinds, sources of the settings, sides, other sides' own codes.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._asked = self._times("slack_request", "From Slack's request to its ack", "kind", QUICK)
        self._taken = self._times("intake", "From a lead's body to its answer", "source", QUICK)
        self._sent = self._times("delivery", "One delivery, prepared and sent", "side", SLOW)
        self._intake = self._count("intake", "What came in, and what became of it", "source status")
        self._refused = self._count("refused_requests", "Requests refused unread", "door reason")
        self._failures = self._count("delivery_failures", "Deliveries that failed", "side code")
        self._slack = self._count("slack_errors", "Calls that Slack refused", "method code")
        self._restarts = self._count("socket_restarts", "Stuck sockets made again", "")
        self._breaker = self._gauge("breaker", "0 all may leave, 1 one is tried, 2 nothing", "side")
        self._sockets = self._gauge("socket_connections", "Connections to Slack that live", "")

    @contextmanager
    def asking(self, kind: str) -> Iterator[None]:
        """Measure how long a request of Slack's takes: a command, click, modal or event."""
        with self._asked.labels(kind).time():
            yield

    @contextmanager
    def taking(self, source: str) -> Iterator[None]:
        """Measure how long the intake of a body of a source takes."""
        with self._taken.labels(source).time():
            yield

    @contextmanager
    def sending(self, side: str) -> Iterator[None]:
        """Measure how long a delivery to a side takes, whether or not it arrives."""
        with self._sent.labels(side).time():
            yield

    def came(self, source: str, status: str) -> None:
        """Count what came in from a source of the settings, by what became of it."""
        self._intake.labels(source, status).inc()

    def refuse(self, door: str, reason: str) -> None:
        """Count a request that was refused before it was read: `too_large`, `rate_limited`."""
        self._refused.labels(door, reason).inc()

    def failed(self, side: str, code: str) -> None:
        """Count a delivery that failed, by the side's own code."""
        self._failures.labels(side, label(code)).inc()

    def slack_failed(self, method: str, code: str) -> None:
        """Count a call of Slack's Web API that failed."""
        self._slack.labels(method, label(code)).inc()

    def stands(self, side: str, state: State) -> None:
        """Note whether a side is left alone."""
        self._breaker.labels(side).set(_LEVELS[state])

    def sockets(self, living: int) -> None:
        """Note how many connections of Socket Mode live."""
        self._sockets.set(living)

    def socket_restarted(self) -> None:
        """Count a stuck socket that was made again."""
        self._restarts.inc()

    def _times(self, name: str, what: str, labels: str, buckets: Sequence[float]) -> Histogram:
        named = f"{PREFIX}{name}_seconds"
        return Histogram(named, what, labels.split(), registry=self.registry, buckets=buckets)

    def _count(self, name: str, what: str, labels: str) -> Counter:
        return Counter(f"{PREFIX}{name}", what, labels.split(), registry=self.registry)

    def _gauge(self, name: str, what: str, labels: str) -> Gauge:
        return Gauge(f"{PREFIX}{name}", what, labels.split(), registry=self.registry)
