"""One cell of a vendor's table, as people and spreadsheets spoil it (C2)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from rules.home_numbers import home_number
from rules.phones import Phone, digits, plain, read_phone
from rules.words import PhoneType

_SAID = """- -- --- . ? n/a #n/a #ref! #value! none (none) null (null) nil nan undefined select
select... choose בחר בחרי בחרו בחר/י בחירה אין ללא"""
_NOTHING = frozenset(_SAID.split()) | {"select one", "please select", "no data", "לא צוין"}
_LONGEST_NOTHING = max(map(len, _NOTHING))
_RUNS = re.compile("[\\s\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]\\s*\\S")
_AS_TEXT = re.compile(r'="([^"]*)"')
_META = re.compile(r"(?:p|z|l|f|c|ag|as):(?=\+?\d)")
_MATHEMATICAL = re.compile("[\U0001d400-\U0001d7ff]+")
_TEST = re.compile(r"\s*<\s*test lead\b", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_BETWEEN = re.compile(r"[/;,|&]|\s(?:or|and|או)\s|\s-\s", re.IGNORECASE)
_CENTS = re.compile(r"(?<=\d{7})[.,]0{1,2}$")
_LEAD_ID = re.compile(r"l:\d+")
_WHOLE_NUMBER = 7
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_EPOCH = re.compile(r"(1\d{9})(?:\d{3})?")
_DATE = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})"
    r"(?:[\s,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?(?:m\.?)?)?",
    re.IGNORECASE,
)
_UTC = re.compile(r"\s*(?:UTC|GMT)$")
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - the zone is the file's
_CENTURY, _MONTHS, _NOON = 2000, 12, 12


def tidy(cell: str) -> str:
    """Give a cell without what stands for nothing ('Select', 'N/A', '-') or marks its kind.

    Meta's prefixes ('p:+972…') go, and the apostrophe that keeps a formula from running, and the
    formula ('="052…"') that keeps a number as it is.
    """
    text = cell.strip()
    if text[:1] == "'" and (text[1:2].isdecimal() or runs(text[1:])):
        text = text[1:].strip()
    if text[:1] == "=" and (written := _AS_TEXT.fullmatch(text)):
        text = written[1].strip()
    if not text.isascii():
        text = text.replace("\ufeff", "").strip()
        text = _MATHEMATICAL.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    if len(text) <= _LONGEST_NOTHING and plain(text).strip().casefold() in _NOTHING:
        return ""
    return _META.sub("", text, count=1) if text[1:3].find(":") >= 0 and _META.match(text) else text


def runs(cell: str) -> bool:
    """Say whether a spreadsheet may run a cell as a formula; an apostrophe before it stops that."""
    return _RUNS.match(cell) is not None


def is_lead_id(cell: str) -> bool:
    """Say whether a cell is Meta's own number of a lead ('l:123')."""
    return cell[:2] == "l:" and _LEAD_ID.fullmatch(cell.strip()) is not None


def is_test(cells: Iterable[str]) -> bool:
    """Say whether a row is one that Meta made to try a form ('<test lead: dummy data …>')."""
    marked = [cell for cell in cells if "<" in cell]
    return any(map(_TEST.match, marked))


def read_number(raw: str, *, region: str) -> Phone:
    """Read the number in a cell; `raw` is kept whole. Never raises (C2, L5.2).

    Of two numbers the first valid mobile counts, else the first valid one. A number that a
    spreadsheet rounded ('9.72541E+11') is unreadable, so that nobody else is called.
    """
    if home := home_number(raw, region=region):
        return Phone(raw, *home, valid=True)
    text = plain(raw).strip()
    if rounded := _SCIENTIFIC.fullmatch(text):
        whole, part, power = rounded[1], rounded[2] or "", int(rounded[3])
        if len(part) != power:
            return Phone(raw, "", PhoneType.UNKNOWN, valid=False)
        return replace(read_phone(whole + part, region=region), raw=raw)
    text = _CENTS.sub("", text)
    return _best(text, raw, region) or replace(read_phone(text, region=region), raw=raw)


def _best(text: str, raw: str, region: str) -> Phone | None:
    if not _BETWEEN.search(text):
        return None
    parts = [one for one in _BETWEEN.split(text) if len(digits(one)) >= _WHOLE_NUMBER]
    if len(parts) <= 1:
        return None
    read = (read_phone(one, region=region) for one in parts)
    valid = [one for one in read if one.valid]
    best = next((one for one in valid if one.type is PhoneType.MOBILE), next(iter(valid), None))
    return replace(best, raw=raw) if best else None


def read_date(text: str, *, zone: tzinfo) -> str:
    """Give a moment as ISO 8601 in UTC, or '' for what is none.

    Takes ISO, a spreadsheet's number of days, seconds since 1970, and 'dd/mm/yyyy hh:mm', which
    is month first only where it can't be otherwise; what names no offset is in `zone`.
    """
    given = plain(text).strip()
    try:
        moment = _iso(given) or _serial(given) or _epoch(given) or _written(given)
        if moment is None:
            return ""
        return (
            (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).isoformat()
        )
    except (ValueError, OverflowError):
        return ""


def _iso(text: str) -> datetime | None:
    try:
        dated = "-" in text or ":" in text
        return datetime.fromisoformat(_UTC.sub("+00:00", text)) if dated else None
    except ValueError:
        return None


def _serial(text: str) -> datetime | None:
    if not _SERIAL.fullmatch(text):
        return None
    return _FIRST_DAY + timedelta(seconds=round(float(text) * 86400))


def _epoch(text: str) -> datetime | None:
    found = _EPOCH.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _written(text: str) -> datetime | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    day, month = (second, first) if second > _MONTHS >= first else (first, second)
    hour, minute, seconds = (int(found[place] or 0) for place in (5, 6, 7))
    if found[8]:
        hour = hour % _NOON + (_NOON if found[8].lower() == "p" else 0)
    century = _CENTURY if len(found[4]) == 2 else 0  # noqa: PLR2004 - two digits of a year
    return datetime(year + century, month, day, hour, minute, seconds)  # noqa: DTZ001 - likewise
