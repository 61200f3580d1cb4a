"""The team's hours for calling: 09:00-20:00 in Jerusalem, Friday until 13:00, no Saturday."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Jerusalem")
OPENS, CLOSES, FRIDAY_CLOSES = time(9), time(20), time(13)
FRIDAY, SATURDAY = 4, 5
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


def hours_of(day: date) -> tuple[datetime, datetime] | None:
    """Give a day's opening and closing (UTC); None on a day without work."""
    if day.weekday() == SATURDAY:
        return None
    closes = FRIDAY_CLOSES if day.weekday() == FRIDAY else CLOSES
    opening = datetime.combine(day, OPENS, ZONE).astimezone(UTC)
    return opening, datetime.combine(day, closes, ZONE).astimezone(UTC)


def works(at: datetime) -> bool:
    """Tell whether the team calls at an aware moment."""
    hours = hours_of(at.astimezone(ZONE).date())
    return hours is not None and hours[0] <= at < hours[1]


def forward(at: datetime) -> datetime:
    """Give ``at`` if the team calls then, else its next opening (UTC)."""
    day = at.astimezone(ZONE).date()
    while (hours := hours_of(day)) is None or at >= hours[1]:
        day += DAY
    return max(at.astimezone(UTC), hours[0])


def back(at: datetime, *, minutes: float) -> datetime:
    """Give the moment (UTC) with so many minutes of work between it and ``at``."""
    left, end, day = timedelta(minutes=minutes), at, at.astimezone(ZONE).date()
    while True:
        hours = hours_of(day)
        if hours and end > hours[0]:
            last = min(end, hours[1])
            if last - hours[0] >= left:
                return (last - left).astimezone(UTC)
            left -= last - hours[0]
        day -= DAY


def on_quarter(at: datetime) -> datetime:
    """Give the next full quarter of an hour in which the team calls, as people agree on times."""
    past = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return forward(at if past == at else past + QUARTER)


def today_or_later(now: datetime, *, hour: int) -> datetime:
    """Give this full hour of today, or of the next day of work when it is near or past (UTC)."""
    day = now.astimezone(ZONE).date()
    while True:
        hours, at = hours_of(day), datetime.combine(day, time(hour), ZONE)
        if hours and at < hours[1] and at - now > timedelta(hours=1):
            return at.astimezone(UTC)
        day += DAY


def written(at: datetime) -> str:
    """Write a moment as reps type it, in their zone, to the minute."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
