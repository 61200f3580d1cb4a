"""How much a sandbox remembers, so that one that runs for weeks stays small."""

from typing import Any

MOST_MESSAGES = 5_000
MOST_EPHEMERALS = 500
MOST_CALLS = 5_000
MOST_TOKENS = 5_000
MOST_TYPED = 5_000
MOST_FILES = 200
MOST_SMS = 5_000
MOST_MAILS = 2_000


def forget_oldest(known: dict[Any, Any], *, most: int) -> None:
    """Drop the entries that were put in first, until no more than ``most`` are left."""
    for name in list(known)[: max(0, len(known) - most)]:
        del known[name]
