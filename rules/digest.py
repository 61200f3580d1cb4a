"""The weekly digest: when it is due, and the lines that it begins with (L6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.playbook import Playbook
from rules.report import Line

WEEK = 7


@dataclass(frozen=True, slots=True)
class Figures:
    """A period's lines (UTC moments, `until` not included): of all, and of each campaign."""

    since: datetime
    until: datetime
    total: Line
    campaigns: tuple[Line, ...]
    currency: str

    @property
    def empty(self) -> bool:
        """Whether nothing at all happened."""
        return self.total.empty


def last_digest(
    *, now: datetime, playbook: Playbook, zone: ZoneInfo
) -> tuple[datetime, datetime, datetime]:
    """Give when the newest digest was due, and its period: the seven local days before that day.

    All three are in the team's `zone`; the due moment is not after `now`.
    """
    local = now.astimezone(zone)
    back = (local.weekday() - playbook.digest_weekday) % WEEK
    day = local.date() - timedelta(days=back)
    due = datetime.combine(day, playbook.digest_at, zone)
    if due > local:
        day -= timedelta(days=WEEK)
        due = datetime.combine(day, playbook.digest_at, zone)
    until = datetime.combine(day, datetime.min.time(), zone)
    since = datetime.combine(day - timedelta(days=WEEK), datetime.min.time(), zone)
    return due, since, until
