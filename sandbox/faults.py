"""Trouble on demand: answers that the Web API gives instead of doing what was asked."""

from collections import deque
from dataclasses import dataclass, field
from threading import Lock

from sandbox.reading import Json


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer of the Web API: an HTTP status, its headers and its JSON."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


class Faults:
    """Planned trouble by method name; each is used up by one call."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[Reply]] = {}
        self._lock = Lock()

    def rate_limit(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        """Answer the next calls with 429 and Retry-After (seconds)."""
        headers = {"Retry-After": str(retry_after)}
        body = {"ok": False, "error": "ratelimited"}
        self._plan(method, Reply(status=429, body=body, headers=headers), times)

    def fail(self, method: str, *, error: str = "internal_error", times: int = 1) -> None:
        """Answer the next calls with ``ok: false`` and an error code."""
        self._plan(method, Reply(status=200, body={"ok": False, "error": error}), times)

    def http(self, method: str, *, status: int = 503, times: int = 1) -> None:
        """Answer the next calls with an HTTP status, as a broken Slack does."""
        body = {"ok": False, "error": "service_unavailable"}
        self._plan(method, Reply(status=status, body=body), times)

    def next(self, method: str) -> Reply | None:
        """Take the trouble planned for this call; None when all is well."""
        with self._lock:
            planned = self._planned.get(method)
            return planned.popleft() if planned else None

    def _plan(self, method: str, trouble: Reply, times: int) -> None:
        with self._lock:
            self._planned.setdefault(method, deque()).extend([trouble] * times)
