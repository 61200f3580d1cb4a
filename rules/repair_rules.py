"""The rules by which a wrong number is read anew, each for one slip of a hand (L5.2)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, permutations

import phonenumbers
from phonenumbers import PhoneNumberType

from rules.areas import areas_of
from rules.phones import digits, plain

_LONGEST = 64
_SHORTEST_RUN = 3
_LETTERS = str.maketrans("oOlIi|sSzZB", "00111155228")
_LOCAL = range(5, 9)
_EXIT = re.compile(r"(?:0011|9011|011|810|00+)(?=[1-9])")
_NEIGHBOURS: Mapping[str, tuple[str, ...]] = {
    "IL": ("PS", "JO", "EG", "CY"),
    "US": ("CA", "MX"),
    "CA": ("US",),
    "GB": ("IE", "FR"),
    "IE": ("GB",),
    "FR": ("BE", "CH", "DE", "LU", "ES", "IT"),
    "DE": ("AT", "CH", "NL", "PL", "FR", "BE"),
}


@dataclass(frozen=True, slots=True)
class Hints:
    """Where a lead is, as far as that is known: countries as ISO 3166, area codes without a zero.

    In `home` the team reads national numbers, `country` is the lead's own, `ip_country` that of
    its IP address; the areas are those of its city and of that address.
    """

    home: str
    country: str = ""
    ip_country: str = ""
    city_area: str = ""
    ip_area: str = ""

    @property
    def regions(self) -> tuple[str, ...]:
        """The countries in which a national number is read, the team's first."""
        return tuple(dict.fromkeys(one for one in (self.home, self.country) if one))


@dataclass(frozen=True, slots=True)
class Given:
    """A number as it was typed, its digits, and the runs in which they stood.

    A `whole` one begins with a plus; of one that was `spelled` some digits were letters.
    """

    text: str
    digits: str
    groups: tuple[str, ...]
    whole: bool
    spelled: bool = False

    @property
    def bare(self) -> str:
        """Its digits without zeros in front."""
        return self.digits.lstrip("0")

    @property
    def is_local(self) -> bool:
        """Whether it may be a number without its area."""
        return not self.whole and self.bare == self.digits and len(self.bare) in _LOCAL


Reading = tuple[str, str]
"""A text, and the country (ISO 3166) in which it is read."""
Rule = Callable[[Given, Hints], Iterator[Reading]]


def read(raw: str) -> Given:
    """Take a number apart as it was typed, letters that look like digits made digits (L5.2)."""
    text = plain(raw)[:_LONGEST].strip()
    mended = text.translate(_LETTERS)
    spelled = mended != text and not any(char.isalpha() for char in mended)
    text = mended if spelled else text
    groups = tuple(digits(one) for one in re.findall(r"\d+", text))
    return Given(text, "".join(groups), groups, text.startswith("+"), spelled)


def nationals(given: Given, region: str) -> list[str]:
    """Give the digits without zeros in front, and without the country's code (L5.2)."""
    code = _code(region)
    foreign = code and given.bare.startswith(code)
    inner = given.bare.removeprefix(code).lstrip("0") if foreign else ""
    return [one for one in (inner, "" if given.whole else given.bare) if one]


def _code(region: str) -> str:
    code = phonenumbers.country_code_for_region(region)
    return str(code) if code else ""


def _everywhere(make: Callable[[Given, str], Iterator[str]]) -> Rule:
    """Make a rule of what a country's own numbers would be, for each country it is read in."""

    def rule(given: Given, hints: Hints) -> Iterator[Reading]:
        for region in hints.regions:
            yield from ((text, region) for text in make(given, region))

    return rule


def _letters(given: Given, _: str) -> Iterator[str]:
    if given.spelled:
        yield given.text


def _zero_doubled(given: Given, _: str) -> Iterator[str]:
    if given.digits.startswith("00"):
        yield f"0{given.bare}"


def _zero_missing(given: Given, _: str) -> Iterator[str]:
    if not given.digits.startswith("0"):
        yield given.digits if given.whole else f"0{given.digits}"


def _trunk(given: Given, region: str) -> Iterator[str]:
    code = _code(region)
    if code and given.bare.startswith(code):
        yield f"+{code}{given.bare.removeprefix(code).lstrip('0')}"


def _exit_code(given: Given, _: str) -> Iterator[str]:
    found = _EXIT.match(given.digits)
    if found:
        yield f"+{given.digits[found.end() :]}"


def _code_doubled(given: Given, region: str) -> Iterator[str]:
    code = _code(region)
    found = re.match(f"(?:0*{code}){{2,}}0*", given.digits) if code else None
    if found:
        yield f"+{code}{given.digits[found.end() :]}"


def _code_swapped(given: Given, region: str) -> Iterator[str]:
    code = _code(region)
    if given.bare.startswith(code) or _is_valid(f"+{given.bare}"):
        return
    swapped = {"".join(one) for one in permutations(code)} - {code}
    short = {code[:place] + code[place + 1 :] for place in range(len(code))} - {""}
    for wrong in (*sorted(swapped), *sorted(short)):
        if given.bare.startswith(wrong):
            yield f"+{code}{given.bare.removeprefix(wrong).lstrip('0')}"


def _is_valid(text: str) -> bool:
    """Say whether this is a valid number as it stands, with its plus."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def _doubled(given: Given, _: str) -> Iterator[str]:
    """Leave out one of two equal runs that follow each other, the longest first.

    A run is three digits and more, or two and more that were typed as groups: two alone are often
    the number's own.
    """
    text, groups = given.digits, given.groups
    for place, (group, following) in enumerate(pairwise(groups)):
        if group == following and len(group) > 1:
            yield "".join((*groups[:place], *groups[place + 1 :]))
    for size in range(len(text) // 2, _SHORTEST_RUN - 1, -1):
        for start in range(len(text) - 2 * size + 1):
            middle = start + size
            if text[start:middle] == text[middle : middle + size]:
                yield text[:start] + text[middle:]


def _reversed(given: Given, _: str) -> Iterator[str]:
    groups = given.groups
    if len(groups) > 1:
        yield "".join(groups[::-1])
        yield "".join((groups[-1], *groups[:-1]))
        yield "".join((*groups[1:], groups[0]))


def _with_area(area: str, given: Given, region: str) -> Iterator[Reading]:
    if area and given.is_local:
        yield f"{area}{given.bare}", region


def _area_city(given: Given, hints: Hints) -> Iterator[Reading]:
    yield from _with_area(hints.city_area, given, hints.country or hints.home)


def _area_ip(given: Given, hints: Hints) -> Iterator[Reading]:
    yield from _with_area(hints.ip_area, given, hints.ip_country or hints.home)


def _area_other(given: Given, hints: Hints) -> Iterator[Reading]:
    """Put the area of the lead's city in place of the one that was typed."""
    region, area = hints.country or hints.home, hints.city_area
    for base in nationals(given, region):
        longer = area and len(base) > len(area) and not base.startswith(area)
        typed = next((one for one in areas_of(region) if base.startswith(one)), base[: len(area)])
        if longer and not _is_mobile(base, region):
            yield f"{area}{base[len(typed) :]}", region


def _is_mobile(national: str, region: str) -> bool:
    """Say whether numbers that begin so are mobile ones, in a country that tells them apart."""
    sample = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if sample is None or phonenumbers.number_type(sample) != PhoneNumberType.MOBILE:
        return False
    return national[:1] == str(sample.national_number)[0]


def _plus_missing(given: Given, _: Hints) -> Iterator[Reading]:
    if not given.whole and given.bare == given.digits:
        yield f"+{given.digits}", ""


def _of_country(given: Given, hints: Hints) -> Iterator[Reading]:
    if hints.country != hints.home:
        yield given.text, hints.country


def _of_ip(given: Given, hints: Hints) -> Iterator[Reading]:
    if hints.ip_country != hints.home:
        yield given.text, hints.ip_country


def _of_neighbour(given: Given, hints: Hints) -> Iterator[Reading]:
    if not given.whole:
        yield from ((given.text, one) for one in _NEIGHBOURS.get(hints.home, ()))


RULES: Mapping[str, tuple[float, Rule]] = {
    "letters": (0.95, _everywhere(_letters)),
    "zero_doubled": (0.9, _everywhere(_zero_doubled)),
    "zero_missing": (0.85, _everywhere(_zero_missing)),
    "trunk": (0.8, _everywhere(_trunk)),
    "code_doubled": (0.75, _everywhere(_code_doubled)),
    "exit_code": (0.7, _everywhere(_exit_code)),
    "code_swapped": (0.65, _everywhere(_code_swapped)),
    "country": (0.6, _of_country),
    "reversed": (0.55, _everywhere(_reversed)),
    "doubled": (0.5, _everywhere(_doubled)),
    "area_city": (0.45, _area_city),
    "country_ip": (0.4, _of_ip),
    "area_ip": (0.35, _area_ip),
    "plus_missing": (0.3, _plus_missing),
    "area_other": (0.25, _area_other),
    "neighbour": (0.2, _of_neighbour),
}
"""Every rule, with its place in the order: how likely such a slip is, where nobody taught it."""
