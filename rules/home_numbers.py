"""A country's own numbers in plain digits, read by its patterns alone: most of a vendor's file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from phonenumbers import PhoneMetadata, region_codes_for_country_code

from rules.words import PhoneType

_PLAIN = re.compile(r"(?:0|\+)\d(?:[ -]?\d){6,14}", re.ASCII)
_SIGNS = str.maketrans("", "", " -+")
_ZERO = "0"
_OTHER_TYPES = (
    *("premium_rate", "toll_free", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail"),
)

Pattern = tuple[frozenset[int], re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class _Home:
    """How a country writes its numbers: its code, how it dials abroad, the patterns of its lines.

    `general` fits all of them, `others` those that are neither mobile nor fixed, by their lengths.
    """

    code: str
    abroad: re.Pattern[str]
    general: Pattern
    mobile: Pattern
    fixed: Pattern
    others: Mapping[int, re.Pattern[str]]


def home_number(text: str, *, region: str) -> tuple[str, PhoneType] | None:
    """Give the E.164 form and the type of a valid mobile or landline of `region` (ISO 3166).

    None for whatever is not plainly that: it may be a number all the same (C2).
    """
    home = _home_of(region) if _PLAIN.fullmatch(text) else None
    national = _national(text, home) if home else None
    if home is None or national is None or not _fits(home.general, national):
        return None
    mobile, fixed = _fits(home.mobile, national), _fits(home.fixed, national)
    other = home.others.get(len(national))
    if mobile is fixed or (other and other.fullmatch(national)):
        return None
    kind = PhoneType.MOBILE if mobile else PhoneType.LANDLINE
    return f"+{home.code}{national}", kind


def _national(text: str, home: _Home) -> str | None:
    """Give the digits after the country's code, or after the 0 that stands for it."""
    dialled = text.translate(_SIGNS)
    if text[0] == "+":
        national = dialled[len(home.code) :] if dialled.startswith(home.code) else _ZERO
    else:
        national = _ZERO if home.abroad.match(dialled) else dialled[1:]
    return None if national.startswith(_ZERO) else national


def _fits(pattern: Pattern, national: str) -> bool:
    lengths, form = pattern
    return len(national) in lengths and form.fullmatch(national) is not None


@lru_cache(maxsize=256)
def _home_of(region: str) -> _Home | None:
    """Give the patterns of a country that dials 0 within it and has its code for itself alone."""
    found: Any = PhoneMetadata.metadata_for_region(region, None)
    if (
        found is None
        or found.national_prefix_for_parsing != _ZERO
        or found.national_prefix_transform_rule
        or found.same_mobile_and_fixed_line_pattern
        or region_codes_for_country_code(found.country_code) != (region,)
        or re.match(found.general_desc.national_number_pattern, _ZERO)
    ):
        return None
    general = _pattern(found.general_desc, ())
    lengths = tuple(general[0])
    return _Home(
        code=str(found.country_code),
        abroad=re.compile(found.international_prefix),
        general=general,
        mobile=_pattern(found.mobile, lengths),
        fixed=_pattern(found.fixed_line, lengths),
        others=_by_length(
            _pattern(desc, lengths) for name in _OTHER_TYPES if (desc := getattr(found, name))
        ),
    )


def _by_length(found: Iterable[Pattern]) -> dict[int, re.Pattern[str]]:
    """Give what fits any of these sorts of numbers, for each of their lengths."""
    forms: dict[int, list[str]] = {}
    for lengths, form in found:
        for length in lengths:
            forms.setdefault(length, []).append(f"(?:{form.pattern})")
    return {length: re.compile("|".join(some)) for length, some in forms.items()}


def _pattern(desc: Any, lengths: tuple[int, ...]) -> Pattern:  # noqa: ANN401 - untyped there
    """Give the lengths and the form of a sort of number; nothing fits one that there is not."""
    if desc is None or not desc.national_number_pattern:
        return frozenset(), re.compile("")
    return frozenset(desc.possible_length or lengths), re.compile(desc.national_number_pattern)
