"""The country that a number belongs to."""

from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as REGIONS

_LONGEST_CODE = 3
_NOWHERE = phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY


def country_of(e164: str) -> str:
    """Give the country (ISO 3166) of a number, "" where it has none (L6.1).

    Of countries that share a code it is the one whose numbers these are, else the largest.
    """
    sharing = _sharing(e164[: _LONGEST_CODE + 1])
    if len(sharing) > 1:
        return _told_apart(e164) or sharing[0]
    return sharing[0] if sharing and sharing[0] != _NOWHERE else ""


@lru_cache(maxsize=1 << 12)
def _sharing(beginning: str) -> tuple[str, ...]:
    digits = beginning.removeprefix("+")
    codes = (digits[:length] for length in range(1, _LONGEST_CODE + 1))
    known = (REGIONS[int(code)] for code in codes if code.isdecimal() and int(code) in REGIONS)
    return next(known, ())


@lru_cache(maxsize=1 << 14)
def _told_apart(e164: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:
        return ""
