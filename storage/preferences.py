"""What each person wants to be told by itself, and what not."""

from collections.abc import Iterable
from datetime import datetime

from storage import kept
from storage.unit import Unit, View


def off(view: View, slack_id: str) -> frozenset[str]:
    """Give the kinds of notification (`rules.words.Switch`) that a person switched off."""
    return frozenset(kept.get(view, _key(slack_id)) or ())


def is_off(view: View, slack_id: str, switch: str) -> bool:
    """Say whether a person switched this kind of notification off; a channel never does."""
    return bool(slack_id) and switch in off(view, slack_id)


def keep(unit: Unit, slack_id: str, switched_off: Iterable[str], *, at: datetime) -> None:
    """Keep which kinds a person has switched off; `at` is now, UTC."""
    kept.put(unit, _key(slack_id), sorted(switched_off), at=at)


def _key(slack_id: str) -> str:
    return f"off:{slack_id}"
