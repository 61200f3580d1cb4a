"""How often the same may come: so many a minute, in bounded memory."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from math import ceil

SPAN = timedelta(minutes=1)
MOST_KEYS = 10_000


class Limit:
    """A bucket under each key, full at first, that a minute fills; the oldest are forgotten.

    `rest` is in how many whole seconds one that was refused may come again.
    """

    def __init__(self, most: int, *, keys: int = MOST_KEYS) -> None:
        self._most, self._keys = most, keys
        self._buckets: OrderedDict[str, tuple[datetime, float]] = OrderedDict()
        self._lock = threading.Lock()
        self.rest = ceil(SPAN.total_seconds() / most)

    def takes(self, key: str, *, now: datetime) -> bool:
        """Count one more under a key at this moment (UTC); False where that is too many."""
        with self._lock:
            left = self._left(key, now)
            self._buckets[key] = (now, left - 1 if left >= 1 else left)
            if len(self._buckets) > self._keys:
                self._buckets.popitem(last=False)
        return left >= 1

    def _left(self, key: str, now: datetime) -> float:
        """Give what is left in a bucket; a clock that was put back fills it."""
        at, left = self._buckets.pop(key, (now, float(self._most)))
        passed = now - at
        if passed < timedelta(0):
            return float(self._most)
        return min(float(self._most), left + self._most * (passed / SPAN))
