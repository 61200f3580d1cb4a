"""The call plan as a manager writes it: 'now', '30m', 'next morning', 'day 3 evening' (L1.2)."""

import re
from dataclasses import dataclass
from datetime import timedelta

from rules.spans import read_span

PARTS = ("morning", "noon", "afternoon", "evening")
MOST_DAYS = 365
_NEXT = re.compile(r"next(?: (\w+))?")
_DAY = re.compile(r"day (\d{1,3})(?: (\w+))?")


@dataclass(frozen=True, slots=True)
class Slot:
    """When an attempt is made: `after` the one before, or on a day.

    `day` counts from the plan's first attempt, 0 is the day after the attempt before; `part` is
    the part of that day, "" any.
    """

    after: timedelta | None = None
    day: int = 0
    part: str = ""

    def __str__(self) -> str:
        """Give it as it is written in the playbook."""
        if self.after is not None:
            return _span_text(self.after)
        return f"{f'day {self.day}' if self.day else 'next'} {self.part}".strip()


def read_slot(text: object) -> Slot | None:
    """Read one attempt of a plan; None if it can't be read (L1.2)."""
    words = " ".join(text.lower().split()) if isinstance(text, str) else ""
    if words == "now":
        return Slot(after=timedelta())
    span = read_span(words)
    if span is not None:
        return Slot(after=span)
    following, day = _NEXT.fullmatch(words), _DAY.fullmatch(words)
    if following:
        return _in_part(0, following[1])
    if day and 0 < int(day[1]) <= MOST_DAYS:
        return _in_part(int(day[1]), day[2])
    return None


def _in_part(day: int, part: str | None) -> Slot | None:
    return Slot(day=day, part=part or "") if part is None or part in PARTS else None


def _span_text(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    for size, unit in ((24 * 60, "d"), (60, "h")):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m" if minutes else "now"


def plan_of(*texts: str) -> tuple[Slot, ...]:
    """Make a plan of texts that are known to be right; raises ValueError otherwise."""
    slots = [read_slot(text) for text in texts]
    if not slots or slots[0] != Slot(after=timedelta()) or None in slots:
        raise ValueError(f"not a call plan: {texts}")
    return tuple(slot for slot in slots if slot)
