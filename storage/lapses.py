"""Rows that were in hand when their process died: they leave again, perhaps for a second time."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from storage import kept
from storage.unit import Unit, View

LAPSES = "lapses"


def note(unit: Unit, sides: Iterable[str], *, now: datetime) -> None:
    """Count rows that wait again because their lease ran out, by the side they go to."""
    counted = Counter(sides)
    if counted:
        known = Counter(kept.get(unit, LAPSES, lock=True) or {})
        kept.put(unit, LAPSES, dict(known + counted), at=now)


def counts(view: View) -> dict[str, int]:
    """Give how many rows ever left again after their lease ran out, by side."""
    return dict(kept.get(view, LAPSES) or {})
