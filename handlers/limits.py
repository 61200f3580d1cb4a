"""How often the same may come: so many within a minute, in bounded memory."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

SPAN = timedelta(minutes=1)
MOST_KEYS = 10_000


class Limit:
    """Counts what comes under each key; the keys seen longest ago are forgotten first."""

    def __init__(self, most: int, *, keys: int = MOST_KEYS) -> None:
        self._most, self._keys = most, keys
        self._counted: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = threading.Lock()

    def takes(self, key: str, *, now: datetime) -> bool:
        """Count one more under a key at this moment (UTC); False where that is too many."""
        with self._lock:
            began, count = self._counted.pop(key, (now, 0))
            if not timedelta(0) <= now - began < SPAN:
                began, count = now, 0
            self._counted[key] = (began, count + 1)
            if len(self._counted) > self._keys:
                self._counted.popitem(last=False)
        return count < self._most
