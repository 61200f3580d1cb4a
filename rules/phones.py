"""Phone numbers and email addresses: read as people type them, shown as each reader may see them.

`plain` is how every reader of typed text in `rules` first looks at it.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import (
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
    ValidationResult,
)

from rules.home_numbers import home_number
from rules.words import PhoneType

_TYPES = {
    PhoneNumberType.MOBILE: PhoneType.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneType.LANDLINE,
    PhoneNumberType.VOIP: PhoneType.VOIP,
    PhoneNumberType.TOLL_FREE: PhoneType.TOLL_FREE,
    PhoneNumberType.UNKNOWN: PhoneType.UNKNOWN,
}
_NO_SMS = frozenset({PhoneType.LANDLINE, PhoneType.TOLL_FREE})
_SHORTEST_SHOWN = 6
_HEAD, _TAIL = 3, 2
_DOT = "•"

_INVISIBLE = (
    *range(0x200B, 0x2010),  # zero width, direction marks
    *range(0x202A, 0x202F),  # direction embeddings and overrides
    *range(0x2060, 0x2070),  # joiners, isolates
    *(0x00AD, 0x061C, 0x180E, 0xFEFF),
)
_PLAIN: dict[int, str | None] = {
    **dict.fromkeys(_INVISIBLE, None),
    **{0xFF00 + code: chr(0x20 + code) for code in range(1, 0x5F)},
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " "),
    **dict.fromkeys(map(ord, "“”„‟״«»″"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛׳′`´"), "'"),
    **dict.fromkeys(map(ord, "־‐‑‒–—―−"), "-"),
}
_SLACK_LINK = re.compile(r"<(?:tel|mailto):([^|<>]*)(?:\|[^<>]*)?>")
_SPREADSHEET = re.compile(r"(?<=\d{7})\.0\s*$")
_MAILTO = re.compile(r"(?i)^\s*mailto:")
_DOT_APART = re.compile(r"\s*\.\s*")
_ANGLED = re.compile(r"<([^<>]*)>\s*$")
_EMAIL = re.compile(
    r"[^\s@<>()\[\]\\,:;\"]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,63}|xn--[\w-]{2,59})"
)
_AS_TYPED = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
"""Most addresses: what is one and needs no mending."""
_LONGEST_EMAIL = 254
_GMAIL = "gmail.com"
_SAME_DOMAIN = {"googlemail.com": _GMAIL}
_TAGGED = frozenset(
    {
        *(_GMAIL, "outlook.com", "outlook.co.il", "hotmail.com", "hotmail.co.il", "live.com"),
        *("icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me"),
        *("fastmail.com", "fastmail.fm"),
    }
)
"""Providers that bring mail to 'dana+anything' to 'dana'."""
_LONGEST_PHONE = 250


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it came and as it was read; `e164` is "" when it can't be read (L5.2)."""

    raw: str
    e164: str
    type: PhoneType
    valid: bool


def plain(text: str) -> str:
    """Rewrite text as a plain keyboard types it, for reading only, never for keeping.

    Direction marks and zero-width characters go; full-width letters and digits, curly quotes,
    geresh, maqaf, dashes and odd spaces become their ASCII likes (C2).
    """
    return text if text.isascii() and "`" not in text else text.translate(_PLAIN)


def digits(text: str) -> str:
    """Give the decimal digits of a text, of any script, as ASCII."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def read_phone(raw: str, *, region: str) -> Phone:
    """Read a number as typed; a national one is read in `region` (ISO 3166). Never raises (C2).

    A number of an impossible length is unreadable (`e164` ""); one of a possible length that no
    one can have keeps its `e164` with `valid` False (L5.2). An extension is ignored; among other
    words ('052-2345678 after 5') the first valid number is taken.
    """
    if home := home_number(raw, region=region):
        return Phone(raw, *home, valid=True)
    text = _SPREADSHEET.sub("", _unlinked(raw))
    number = _parsed(text, region=region) or _found(text, region=region)
    if number is None:
        return Phone(raw, "", PhoneType.UNKNOWN, valid=False)
    found = phonenumbers.number_type(number)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    valid = found != PhoneNumberType.UNKNOWN  # is_valid_number asks the same once more
    return Phone(raw, e164, _TYPES.get(found, PhoneType.OTHER), valid=valid)


def can_text(phone: Phone) -> bool:
    """Tell whether an SMS can reach the number: valid, not a landline or toll free (L2.4)."""
    return phone.valid and phone.type not in _NO_SMS


def masked_phone(phone: Phone) -> str:
    """Show the first three and last two digits of the national form (contract: Slack, C5).

    Separators are kept ('052-•••-••67'); of a number that can't be read only digits are shown,
    masked alike; under six digits all are masked.
    """
    shown = _national(phone) or digits(phone.raw)
    total = len(digits(shown))
    seen = range(_HEAD), range(total - _TAIL, total)
    kept = {*seen[0], *seen[1]} if total >= _SHORTEST_SHOWN else set()
    return _masked(shown, kept=kept)


def shown_phone(phone: Phone, *, region: str) -> str:
    """Show a number in full: national where `region` dials it so, else international.

    One that can't be read is shown as typed, without invisible characters.
    """
    number = _parsed(phone.e164, region=region)
    if number is None:
        return plain(phone.raw).strip()
    if number.country_code == phonenumbers.country_code_for_region(region):
        return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def read_email(raw: str) -> str:
    """Read an address as typed, its domain lower-cased; '' when it is not one (C2).

    Takes 'mailto:', 'Dana <dana@x.com>', Slack's links, spaces round '@' and the domain's dots.
    """
    if _AS_TYPED.fullmatch(raw) and len(raw) <= _LONGEST_EMAIL:
        return raw
    text = _unlinked(raw).strip(" \t\r\n\"'")
    text = angled[1] if (angled := _ANGLED.search(text)) else text
    text = _MAILTO.sub("", text).strip().rstrip(".,;")
    local, at, domain = text.rpartition("@")
    domain = _DOT_APART.sub(".", domain.strip()).lower()
    address = f"{local.strip()}{at}{domain}"
    readable = len(address) <= _LONGEST_EMAIL and address.isprintable()
    return address if readable and _EMAIL.fullmatch(address) else ""


def email_key(email: str) -> str:
    """Give the form by which one person's address is matched: as its provider reads it (C2).

    All lower-case; without a tag where the provider ignores it, without dots at Gmail.
    """
    local, at, domain = email.lower().rpartition("@")
    domain = _SAME_DOMAIN.get(domain, domain)
    if domain not in _TAGGED:
        return f"{local}{at}{domain}"
    bare = local.partition("+")[0] or local
    bare = bare.replace(".", "") or bare if domain == _GMAIL else bare
    return f"{bare}{at}{domain}"


def masked_email(email: str) -> str:
    """Show the first letter and the domain: 'd•••@gmail.com' (C5); all dots if no address."""
    local, at, domain = email.rpartition("@")
    if not at:
        return _DOT * 3 if email else ""
    return f"{local[:1]}{_DOT * 3}@{domain}"


def _unlinked(raw: str) -> str:
    text = plain(raw)
    return link[1] if (link := _SLACK_LINK.search(text)) else text


def _parsed(text: str, *, region: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    return number if possible == ValidationResult.IS_POSSIBLE else None


def _found(text: str, *, region: str) -> PhoneNumber | None:
    matches = PhoneNumberMatcher(text[:_LONGEST_PHONE], region)
    return next((match.number for match in matches), None)


def _national(phone: Phone) -> str:
    number = _parsed(phone.e164, region="")
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL) if number else ""


def _masked(text: str, *, kept: set[int]) -> str:
    shown, place = [], 0
    for char in text:
        shown.append(char if not char.isdecimal() or place in kept else _DOT)
        place += char.isdecimal()
    return "".join(shown)
