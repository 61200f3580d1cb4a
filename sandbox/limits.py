"""Slack's rate limits: so many calls a minute by method, one message a second by channel."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_PER_MINUTE = 300
MINUTE = 60.0


@dataclass(kw_only=True)
class Bucket:
    """A channel's allowance of messages: a burst, then one a second."""

    left: float
    at: float


@dataclass(kw_only=True)
class Limits:
    """The allowances of one app in one workspace; ``clock`` gives seconds."""

    clock: Callable[[], float]
    post_burst: int
    on: bool = True
    _calls: dict[str, deque[float]] = field(default_factory=dict)
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait_for_call(self, *, method: str, per_minute: int | None) -> int:
        """Count a call; return 0 when it is allowed, else the seconds of Retry-After."""
        if not self.on or per_minute is None:
            return 0
        with self._lock:
            return self._take_call(method, per_minute)

    def wait_for_post(self, *, channel: str) -> int:
        """Count a message to a channel; return 0 or the seconds of Retry-After."""
        if not self.on:
            return 0
        with self._lock:
            return self._take_post(channel)

    def _take_call(self, method: str, per_minute: int) -> int:
        now, past = self.clock(), self._calls.setdefault(method, deque())
        while past and past[0] <= now - MINUTE:
            past.popleft()
        if len(past) >= per_minute:
            return max(1, ceil(past[0] + MINUTE - now))
        past.append(now)
        return 0

    def _take_post(self, channel: str) -> int:
        now = self.clock()
        bucket = self._buckets.setdefault(channel, Bucket(left=float(self.post_burst), at=now))
        bucket.left = min(float(self.post_burst), bucket.left + now - bucket.at)
        bucket.at = now
        if bucket.left < 1:
            return max(1, ceil(1 - bucket.left))
        bucket.left -= 1
        return 0
