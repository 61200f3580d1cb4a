"""Spans of time as people write them in the playbook: '30m', '2h', '3d'."""

import re
from datetime import timedelta

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST_DAYS = 3650


def read_span(text: object) -> timedelta | None:
    """Read '30m', '2h' or '3d'; None if it is none of these or longer than ten years."""
    match = re.fullmatch(r"(\d{1,7})([mhd])", text) if isinstance(text, str) else None
    if not match:
        return None
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    return span if span.days <= _LONGEST_DAYS else None
