"""How a rep stood in the team at a time that is over, by what the audit tells of them (L6.8)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rules.audit import Line
from rules.team import Rep
from rules.words import Role

JOINED, SILENT = "slack_id", "silent"
"""What only a line of who came holds, and one of who was set away since they logged nothing."""

Stretch = tuple[datetime, datetime, Rep]


def stood(rep: Rep, lines: Sequence[Line], *, since: datetime, until: datetime) -> list[Stretch]:
    """Give how a rep stood from `since` up to `until` (UTC), the last stretch first (L6.8).

    `rep` is as they are now, and `lines` are all that the audit has of them from `since` on, oldest
    first: each is taken back in turn. Before they came there is no stretch.
    """
    found: list[Stretch] = []
    end = until
    for line in reversed(lines):
        if line.at < end:
            found.append((line.at, end, rep))
            end = line.at
        if joined(line):
            return found
        rep = _before(rep, line)
    return [*found, (since, end, rep)] if since < end else found


def joined(line: Line) -> bool:
    """Say whether a line tells of somebody who came to the team."""
    return JOINED in line.after


def _before(rep: Rep, line: Line) -> Rep:
    if SILENT in line.after:
        return replace(rep, state="active", away_until=None)
    was: dict[str, Any] = {
        name: line.before[name]
        for name in ("state", "away_until", "hours", "timezone", "role")
        if name in line.before
    }
    if was.get("away_until"):
        was["away_until"] = datetime.fromisoformat(was["away_until"])
    if "role" in was:
        was["role"] = Role(was["role"])
    return replace(rep, **was)
