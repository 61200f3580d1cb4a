"""The team file and Slack: a field is Slack's until the file says something else of it (C3)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rules.team import KEYS, Rep

FIELDS = tuple(key for key in KEYS if key != "slack_id")


def as_written(rep: Rep) -> dict[str, Any]:
    """Give what a team file says of a member as plain data, to be held against a later file."""
    return {key: _plain(getattr(rep, key)) for key in FIELDS}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value


def merged(row: Rep, stands: Rep, loaded: Mapping[str, Any]) -> tuple[Rep, tuple[str, ...]]:
    """Give a member as a loaded file leaves them, and the fields that stay as Slack changed them.

    `row` is what the file says and `loaded` what it said when it was loaded last: a field of which
    it says the same again stays as it `stands`. Where nothing was loaded before, the file holds.
    """
    says, is_now = as_written(row), as_written(stands)
    stays = tuple(
        key for key in FIELDS if key in loaded and loaded[key] == says[key] != is_now[key]
    )
    return replace(row, **{key: getattr(stands, key) for key in stays}), stays
