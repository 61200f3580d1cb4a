"""Slack's date tokens in the reader's language and zone, and running times such as '3 minutes ago'.

A running time is told by a table, so that the page can go on telling it by the same words.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sandbox.face.draw.links import link
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.tags import Attrs, Html, tag
from sandbox.face.draw.words import texts, word

AGO = "{ago}"
MOST_STAMP = 9_999_999_999
_TOKEN = re.compile(r"\{(\w+)\}")
_PRETTY = "_pretty"
_YEARLESS = timedelta(days=182)
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_MINUTE, _HOUR, _DAY, _MONTH = 60, 3600, 86_400, 2_592_000
_STEPS = (
    ("seconds", 1, _MINUTE),
    ("minutes", _MINUTE, _HOUR),
    ("hours", _HOUR, _DAY),
    ("days", _DAY, _MONTH),
    ("months", _MONTH, None),
)
_TEENS = range(11, 14)


@lru_cache
def ago_table(locale: str) -> dict[str, Any]:
    """Return thresholds and words of running times, fit for JSON.

    The first step whose ``below`` is null or above the distance in seconds tells it: so many
    whole ``per``, in the form under that number or else under ``n``, of ``past`` or ``future``.
    """
    words = texts(locale)["ago"]
    steps = [{"below": below, "per": per, **words[unit]} for unit, per, below in _STEPS]
    return {"steps": steps}


def ago(seconds: float, locale: str) -> str:
    """Tell how long ago something was, by ago_table; negative seconds are still to come."""
    distance = abs(seconds)
    steps = ago_table(locale)["steps"]
    step = next(s for s in steps if s["below"] is None or distance < s["below"])
    count = int(distance // step["per"])
    forms = step["future" if seconds < 0 else "past"]
    return str(forms.get(str(count), forms["n"])).replace("{n}", str(count))


def date_html(
    *, stamp: int | None, pattern: str, fallback: str, reader: Reader, url: str = ""
) -> Html:
    """Draw a moment (seconds since 1970) by Slack's tokens; an invalid one is its fallback.

    In a running time's ``data-format`` only ``{ago}`` is left: all else is filled already.
    """
    if stamp is None or not 0 <= stamp <= MOST_STAMP or not _is_known(pattern):
        return link(url, fallback)
    moment = datetime.fromtimestamp(stamp, reader.zone)
    lasting = _filled(pattern, moment, reader)
    shown = lasting.replace(AGO, ago((reader.now - moment).total_seconds(), reader.locale))
    marks: Attrs = {
        "datetime": moment.isoformat(),
        "data-stamp": stamp,
        "data-format": lasting if AGO in pattern else pattern,
        "title": full(moment, reader),
    }
    return link(url, tag("time", marks, shown))


def full(moment: datetime, reader: Reader) -> str:
    """Return a moment in full: weekday, date and time."""
    date = word(reader.locale, "date.date_long_year", **_parts(moment, reader))
    return word(reader.locale, "date.at", date=date, time=clock(moment))


def clock(moment: datetime) -> str:
    """Return the time of day, ``HH:MM``."""
    return f"{moment:%H:%M}"


def _is_known(pattern: str) -> bool:
    names = _TOKEN.findall(pattern)
    return bool(names) and all(n == "ago" or n.removesuffix(_PRETTY) in _FILL for n in names)


def _filled(pattern: str, moment: datetime, reader: Reader) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return found[0] if name == "ago" else _token(name, moment, reader)

    return _TOKEN.sub(fill, pattern)


def _token(name: str, moment: datetime, reader: Reader) -> str:
    plain = name.removesuffix(_PRETTY)
    away = (moment.date() - reader.now.astimezone(reader.zone).date()).days
    if plain != name and away in _NEAR:
        return word(reader.locale, f"date.{_NEAR[away]}")
    return _FILL[plain](plain, moment, reader)


def _dated(name: str, moment: datetime, reader: Reader) -> str:
    far = abs(moment - reader.now) > _YEARLESS
    key = f"date.{name}_year" if far else f"date.{name}"
    return word(reader.locale, key, **_parts(moment, reader))


def _parts(moment: datetime, reader: Reader) -> dict[str, object]:
    known = texts(reader.locale)["date"]
    nth = 0 if moment.day in _TEENS else moment.day % 10
    return {
        "day": moment.day,
        "nth": known["nth"][nth if nth < len(known["nth"]) else 0],
        "month": known["months"][moment.month - 1],
        "month_short": known["months_short"][moment.month - 1],
        "weekday": known["weekdays"][moment.weekday()],
        "year": moment.year,
    }


_FILL: dict[str, Callable[[str, datetime, Reader], str]] = {
    "date_num": lambda _name, moment, _reader: f"{moment:%Y-%m-%d}",
    "date": _dated,
    "date_short": _dated,
    "date_long": _dated,
    "time": lambda _name, moment, _reader: clock(moment),
    "time_secs": lambda _name, moment, _reader: f"{moment:%H:%M:%S}",
}
