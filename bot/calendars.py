"""The calendars of rest: Shabbat by the sun, and the public holidays of a country.

Israel's public holidays are its nine days of rest by law: Rosh Hashanah (two), Yom Kippur,
Sukkot, Simchat Torah, the first and the seventh day of Pesach, Shavuot and Independence Day,
moved where the law moves it. Worked as usual are the days between the holidays, Purim,
Hanukkah, Remembrance Day (its evening before, too) and the fasts but Yom Kippur: a team that
rests on one of them names it in `also`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.rest import Rest, RestRules, Span, merged

_ISRAEL = "IL"
_DAY = timedelta(days=1)
_SATURDAY = 5
_WHERE_THE_SUN_STAYS = time(18, 0)


def rest_of(rules: RestRules, *, now: datetime) -> Rest:
    """Give the rest of last year, this year and next, the years in the rules' zone (L1.5, L2, L3).

    Raises NotImplementedError for a country that is none of `known_countries`, and
    ZoneInfoNotFoundError for a zone that nobody knows.
    """
    return _rest_around(rules, now.astimezone(ZoneInfo(rules.timezone)).year)


def known_countries() -> frozenset[str]:
    """Give the countries (ISO, two capital letters) whose public holidays can be kept."""
    from holidays import list_supported_countries  # noqa: PLC0415 - start-up does without it

    return frozenset(list_supported_countries(include_aliases=False))


def days_of_rest(rules: RestRules, country: str, *, year: int) -> frozenset[date]:
    """Give a country's holidays of last year, this `year` and next, as local dates (C1).

    Of the country that the rules name they are as the rules have them: with `also`, less `not_on`.
    """
    found = _public_holidays(country, year)
    return (found | {*rules.also}) - {*rules.not_on} if country == rules.holidays else found


@lru_cache(maxsize=8)
def _rest_around(rules: RestRules, year: int) -> Rest:
    by_sun = set(_saturdays(year)) if rules.weekly == "shabbat" else set()
    by_clock = set(rules.also)
    holidays = _public_holidays(rules.holidays, year) - set(rules.not_on)
    if rules.holidays == _ISRAEL:
        by_sun |= holidays
    else:
        by_clock |= holidays
    evenings = [_from_eve_to_night(day, rules) for day in by_sun]
    return merged([*evenings, *(_whole(day, rules) for day in by_clock)])


def _saturdays(year: int) -> Iterator[date]:
    first = date(year - 1, 1, 1)
    day = first + (_SATURDAY - first.weekday()) % 7 * _DAY
    # One past the last year: it may begin in it.
    while day <= date(year + 1, 12, 31) + _DAY:
        yield day
        day += 7 * _DAY


@lru_cache(maxsize=32)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    from holidays import PUBLIC, country_holidays  # noqa: PLC0415 - start-up does without it

    years = range(year - 1, year + 2)
    return frozenset(country_holidays(country, years=years, categories=PUBLIC))


def _from_eve_to_night(day: date, rules: RestRules) -> Span:
    before, after = (timedelta(minutes=n) for n in (rules.before_minutes, rules.after_minutes))
    return _sunset(day - _DAY, rules) - before, _sunset(day, rules) + after


def _whole(day: date, rules: RestRules) -> Span:
    zone = ZoneInfo(rules.timezone)
    start, end = (datetime.combine(one, time(), zone) for one in (day, day + _DAY))
    return start, end


def _sunset(day: date, rules: RestRules) -> datetime:
    """Give a local day's sunset to the minute, in UTC; 18:00 local where the sun does not set."""
    from astral import Observer  # noqa: PLC0415 - start-up does without it
    from astral.sun import sunset  # noqa: PLC0415

    zone = ZoneInfo(rules.timezone)
    try:
        found = sunset(Observer(rules.latitude, rules.longitude), date=day, tzinfo=zone)
    except ValueError:
        found = datetime.combine(day, _WHERE_THE_SUN_STAYS, zone)
    return found.astimezone(UTC).replace(second=0, microsecond=0)
