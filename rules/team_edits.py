"""A member of the team as a manager types them in Slack, and who may change whom (C3, C5)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from rules.permissions import Act, may
from rules.team import Rep, read_field
from rules.words import Role

FIELDS = (
    *("name", "role", "locale", "hours", "timezone", "country", "deputy", "weight", "capacity"),
    *("languages", "regions", "products", "ages", "interests"),
)
GONE = "paused"
_SPAN = re.compile(r"(\d{1,3})\s*[-–—־]\s*(\d{1,3})", re.ASCII)
_BETWEEN = re.compile(r"[,;\n]")


def typed(rep: Rep, key: str) -> str:
    """Give a field of a member as it is typed: lists with commas, ages as 18-60."""
    value = getattr(rep, key)
    if key == "ages":
        return "-".join(map(str, value))
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_typed(texts: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read typed fields by key: their values, and the keys of those that can't be read."""
    values: dict[str, Any] = {}
    wrong = []
    for key, text in texts.items():
        try:
            values[key] = read_field(key, _READ.get(key, str)(text.strip()))
        except ValueError:
            wrong.append(key)
    return values, tuple(wrong)


def _items(text: str) -> list[str]:
    return [item for part in _BETWEEN.split(text) if (item := part.strip())]


def _ages(text: str) -> list[int]:
    found = _SPAN.fullmatch(text)
    if text and not found:
        raise ValueError("two ages, such as 18-60")
    return [int(age) for age in found.groups()] if found else []


_READ: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("languages", "regions", "products", "interests"), _items),
    "ages": _ages,
    "weight": float,
    "capacity": int,
    "country": str.upper,
}


def refusal(actor: Rep, was: Rep | None, now: Rep, *, named: bool = False) -> str:
    """Give the key of why a person may not make a member of `was` into `now`, "" where they may.

    Managers change reps; who manages is an administrator's to say, and nobody changes their own
    role or lets themselves leave: so somebody always manages. `was` is None for who is new. Whom
    the settings have `named` is an administrator by them, whatever would be changed here (C5).
    """
    if not may(actor, Act.TEAM):
        return "team_edit.managers_only"
    themselves = was is not None and was.slack_id == actor.slack_id
    if was and themselves and (was.role, was.state) != (now.role, now.state):
        return "team_edit.yourself"
    manages = named or now.manages or (was is not None and was.manages)
    if manages and actor.role is not Role.ADMIN and not themselves:
        return "team_edit.admins_only"
    demoted = was is not None and was.state != GONE and was.role is not now.role
    return "team_edit.in_settings" if named and (now.state == GONE or demoted) else ""
