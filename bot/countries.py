"""Countries as a list to choose from: each with its name in the reader's language and its code."""

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from babel import Locale


@dataclass(frozen=True, slots=True)
class Country:
    """A country (ISO 3166), its name, and how its numbers begin: '+972'."""

    code: str
    name: str
    begins: str


@lru_cache
def countries(locale: str) -> tuple[Country, ...]:
    """Give every country whose numbers can be read, by name in this language (L5.2)."""
    names = Locale.parse(locale).territories
    found = [
        Country(code, str(names[code]), f"+{phonenumbers.country_code_for_region(code)}")
        for code in phonenumbers.SUPPORTED_REGIONS
        if code in names
    ]
    return tuple(sorted(found, key=lambda one: one.name))
