"""Which backups are kept: of each of the last days, weeks and months the newest (C5)."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

DAILY, WEEKLY, MONTHLY = 7, 4, 12
FRESH = timedelta(days=1)
"""Made within so long of the newest: all kept, also those that somebody made by hand."""
_NAME = re.compile(r"lead-desk-(\d{8}T\d{6})Z\.backup", re.ASCII)
_FORM = "%Y%m%dT%H%M%S"


def name_of(at: datetime) -> str:
    """Give the name of a backup's file; `at` is its moment, UTC (C5)."""
    return f"lead-desk-{at.astimezone(UTC):{_FORM}}Z.backup"


def moment_of(name: str) -> datetime | None:
    """Give the moment (UTC) of a backup by its file's name, None for what is no backup's (C5)."""
    found = _NAME.fullmatch(name)
    try:
        return datetime.strptime(found[1], _FORM).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def outdated(names: Iterable[str]) -> list[str]:
    """Give the files of a folder that may go, oldest first (C5).

    Kept are all of the newest's last day, and the newest of each of the last 7 days, 4 weeks and
    12 months that have one, in UTC. What is no backup by its name is never given.
    """
    dated = [(at, name) for name in set(names) if (at := moment_of(name))]
    newest_first = sorted(dated, reverse=True)
    stays = {at for at, _ in newest_first if newest_first[0][0] - at < FRESH}
    for count, span in ((DAILY, _day), (WEEKLY, _week), (MONTHLY, _month)):
        stays |= _newest_of_each([at for at, _ in newest_first], count, span)
    return [name for at, name in reversed(newest_first) if at not in stays]


def _newest_of_each(
    newest_first: list[datetime], count: int, span: Callable[[datetime], str]
) -> set[datetime]:
    found: dict[str, datetime] = {}
    for at in newest_first:
        found.setdefault(span(at), at)
    return {*list(found.values())[:count]}


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _week(at: datetime) -> str:
    return f"{at:%G-%V}"


def _month(at: datetime) -> str:
    return f"{at:%Y-%m}"
