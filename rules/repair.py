"""A number that can't be right: what it may have been, by which rule, or what to ask (L5.2)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, PhoneNumberType

from rules.areas import areas_of
from rules.guesses import follows_id
from rules.phones import Phone, plain, read_phone
from rules.repair_rules import RULES, Given, Hints, nationals, read

MOST = 3
DIGIT_MISSING, DIGIT_EXTRA, AREA_MISSING = "digit_missing", "digit_extra", "area_missing"
_MOST_TRIED, _MOST_TEXT = 80, 2000
_NUMBER_LIKE = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){5,19}")
_PLAUSIBLE = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
_NO_COUNTRY = "001"
"""Where satellite and other numbers of no country are."""
_OF_VALID = frozenset({"country", "country_ip", "area_other"})
"""What may be wrong of a number that is valid, and is not theirs."""
_UNASKED = frozenset({"neighbour", "area_other"})
"""What is not tried where the length says that a digit is missing or too many."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A number (E.164) that may be the right one, and the rule that found it."""

    e164: str
    rule: str


def candidates(
    raw: str,
    hints: Hints,
    *,
    taught: Mapping[str, tuple[int, int]] | None = None,
    without: Collection[str] = (),
) -> tuple[Repair, ...]:
    """Give up to three valid numbers that a wrong one may have been, the likeliest first (L5.2).

    `taught` has for a rule how often its proposal was confirmed and refused; numbers of `without`
    are not proposed, nor is the one given. No digit is guessed. Never raises.
    """
    own, given = read_phone(raw, region=hints.home), read(raw)
    asked = question(raw, hints)
    allowed = [one for one in RULES if not own.valid or one in _OF_VALID]
    if asked:
        allowed = [one for one in allowed if one not in _UNASKED]
    found: dict[str, Repair] = {}
    for rule in sorted(allowed, key=lambda one: -weight(one, taught or {})):
        for text, region in islice(RULES[rule][1](given, hints), _MOST_TRIED):
            e164 = _valid(text, region)
            if e164 and e164 != own.e164 and e164 not in without:
                found.setdefault(e164, Repair(e164, rule))
    return tuple(found.values())[:MOST]


def weight(rule: str, taught: Mapping[str, tuple[int, int]]) -> float:
    """Give how likely a rule's proposal is: its place in the order by what reps answered (L5.2)."""
    confirmed, refused = taught.get(rule, (0, 0))
    return RULES[rule][0] * 2 * (confirmed + 1) / (confirmed + refused + 2)


def question(raw: str, hints: Hints) -> str:
    """Say what must be asked where the length alone is wrong: a digit too few or many, no area.

    "" where nothing is; which digit it is stays a question, never a guess (L5.2).
    """
    given = read(raw)
    if read_phone(raw, region=hints.home).valid or not given.digits:
        return ""
    for region in hints.regions:
        found = _question(given, region)
        if found:
            return found
    return ""


def _question(given: Given, region: str) -> str:
    if given.is_local and any(_valid(f"{area}{given.digits}", region) for area in areas_of(region)):
        return AREA_MISSING
    for base in nationals(given, region):
        if any(_valid(f"{base}{digit}", region) for digit in "0123456789"):
            return DIGIT_MISSING
        if _valid(base[:-1], region):
            return DIGIT_EXTRA
    return AREA_MISSING if _misses_area(given, region) else ""


def _misses_area(given: Given, region: str) -> bool:
    """Say whether an area alone is missing behind the country's code."""
    behind = [one for one in nationals(given, region) if one != given.bare]
    return any(_valid(f"{area}{one}", region) for one in behind for area in areas_of(region))


def _valid(text: str, region: str) -> str:
    """Give the number as E.164 where it is valid and somebody's own line; else ""."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not _is_own_line(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_own_line(number: PhoneNumber) -> bool:
    """Say whether a number can be somebody's own line: no premium, shared or satellite one."""
    if phonenumbers.region_code_for_country_code(number.country_code or 0) == _NO_COUNTRY:
        return False
    return phonenumbers.number_type(number) in _PLAUSIBLE


def may_be_theirs(phone: Phone, *, ours: str) -> bool:
    """Say whether a number is valid and can be a customer's own line (L5.2).

    Premium, shared-cost, free and satellite numbers are not, nor is `ours` (E.164), at which the
    customers call back. Never raises.
    """
    if not phone.valid or phone.e164 == ours:
        return False
    return _is_own_line(phonenumbers.parse(phone.e164))


def found_phones(text: str, *, region: str) -> tuple[Phone, ...]:
    """Give the valid numbers in what somebody wrote, each once, as they come (L5.1).

    A national one is read in `region` (ISO 3166); one said to be an id's is none. Never raises.
    """
    found: dict[str, Phone] = {}
    said = plain(text)[:_MOST_TEXT]
    for match in PhoneNumberMatcher(said, region):
        phone = read_phone(match.raw_string, region=region)
        if phone.valid and not follows_id(said, match.start):
            found.setdefault(phone.e164, phone)
    return tuple(found.values())


def number_like(text: str) -> str:
    """Give the first run of digits in what somebody wrote that may be meant as a number (L5.1)."""
    said = plain(text)[:_MOST_TEXT]
    found = (one for one in _NUMBER_LIKE.finditer(said) if not follows_id(said, one.start()))
    return next((one[0] for one in found), "")
