"""Two leads that may be one person: how alike they are, and by what; never decided here (C2)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rules.lead import Lead
from rules.phones import email_key

ALIKE, UNLIKE = 85.0, 60.0
CLOSE_LOCAL = 80.0
SHORTEST_LOCAL = 4
DIGITS = "0123456789"
_VARIED = 8
"""So many of a number's last digits are looked at for a slip; those before name the network."""
_PROVIDERS = (
    *("gmail.com", "walla.co.il", "walla.com", "hotmail.com", "hotmail.co.il", "outlook.com"),
    *("outlook.co.il", "yahoo.com", "yahoo.co.il", "icloud.com", "live.com", "netvision.net.il"),
    *("bezeqint.net", "013net.net", "012.net.il", "proton.me"),
)


class Sign(StrEnum):
    """By what two leads look like one person."""

    PHONE = "phone"
    DIGIT = "digit"
    NAME = "name"
    PLACE = "place"
    MAIL = "mail"
    DOMAIN = "domain"


_WEIGHT = {
    Sign.PHONE: 60.0,
    Sign.DIGIT: 45.0,
    Sign.DOMAIN: 50.0,
    Sign.NAME: 35.0,
    Sign.MAIL: 25.0,
    Sign.PLACE: 10.0,
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what two leads look alike, and how much: up to 100."""

    signs: tuple[Sign, ...]
    score: float


def same_name(one: str, other: str) -> bool:
    """Say whether two names are the same words in any order, in whatever script (C2)."""
    return bool(_words(one)) and sorted(_words(one)) == sorted(_words(other))


def other_name(one: str, other: str) -> bool:
    """Say whether these are the names of two people; of two scripts nobody can say (C2).

    A part of a name is nobody else's: 'Dana' may be Dana Cohen.
    """
    names = set(_words(one)), set(_words(other))
    if not all(names) or names[0] <= names[1] or names[1] <= names[0]:
        return False
    return one.isascii() == other.isascii() and _alike(one, other) < UNLIKE


def likeness(one: Lead, other: Lead, *, shared: bool = False) -> Likeness | None:
    """Give by what two leads may be one person, None where nothing much says so (C2).

    The same number; a number one slip apart under a like name; the same mailbox at a mistyped
    provider; or a like name in the same place with a close number or address. A number that is
    `shared` says nothing.
    """
    if one.id == other.id or one.merged_into is not None or other.merged_into is not None:
        return None
    held = _signs(one, other) | ({Sign.PHONE: False} if shared else {})
    signs = tuple(sign for sign, holds in held.items() if holds)
    if not _enough(frozenset(signs), one, other):
        return None
    return Likeness(signs, min(100.0, sum(_WEIGHT[sign] for sign in signs)))


def _signs(one: Lead, other: Lead) -> dict[Sign, bool]:
    number = bool(one.phone_e164) and one.phone_e164 == other.phone_e164
    return {
        Sign.PHONE: number,
        Sign.DIGIT: not number and _slip(one.phone_e164, other.phone_e164) == 1,
        Sign.NAME: _alike(one.name, other.name) >= ALIKE,
        Sign.PLACE: bool(_place(one)) and _place(one) == _place(other),
        Sign.MAIL: _close_mail(one.email, other.email),
        Sign.DOMAIN: _mistyped(one.email, other.email),
    }


def _enough(signs: frozenset[Sign], one: Lead, other: Lead) -> bool:
    if Sign.PHONE in signs:
        return True
    if Sign.NAME in signs and (Sign.DIGIT in signs or Sign.DOMAIN in signs):
        return True
    if Sign.DOMAIN in signs:
        return not (one.name and other.name) or _alike(one.name, other.name) >= UNLIKE
    near = Sign.MAIL in signs or _slip(one.phone_e164, other.phone_e164) in {1, 2}
    return near and Sign.NAME in signs and Sign.PLACE in signs


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.findall(r"\w+", text)


def _alike(one: str, other: str) -> float:
    """Give how alike two names are, up to 100; each stays in its own script."""
    words = " ".join(_words(one)), " ".join(_words(other))
    in_order = " ".join(sorted(_words(one))), " ".join(sorted(_words(other)))
    return max(_ratio(*words), _ratio(*in_order)) if all(words) else 0.0


def _ratio(one: str, other: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 - no start of the program waits for it

    return fuzz.ratio(one, other)


def _slips(one: str, other: str, *, most: int) -> int:
    """Count slips between two texts, two neighbours swapped as one; `most` and one for more."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

    return OSA.distance(one, other, score_cutoff=most)


def _place(lead: Lead) -> str:
    return " ".join(_words(lead.city or lead.region))


def _slip(one: str, other: str) -> int:
    """Count the slips of a finger between two numbers, two neighbours swapped as one; 9 for many.

    Numbers of another country or network are many apart.
    """
    if not one or not other or one[:-_VARIED] != other[:-_VARIED]:
        return 9
    return _slips(one, other, most=2)


def _mailbox(email: str) -> tuple[str, str]:
    local, _, domain = email_key(email).partition("@")
    return local, domain


def _mistyped(one: str, other: str) -> bool:
    """Say whether two addresses are one mailbox, at a provider and at a slip of its name."""
    (local, domain), (theirs, wrong) = _mailbox(one), _mailbox(other)
    if local != theirs or len(local) < SHORTEST_LOCAL or domain == wrong:
        return False
    both = domain in _PROVIDERS and wrong in _PROVIDERS
    return not both and _slips(domain, wrong, most=1) == 1


def _close_mail(one: str, other: str) -> bool:
    (local, _), (theirs, _) = _mailbox(one), _mailbox(other)
    shortest = min(len(local), len(theirs))
    return shortest >= SHORTEST_LOCAL and _ratio(local, theirs) >= CLOSE_LOCAL


def numbers_near(e164: str) -> list[str]:
    """Give the numbers one slip away: another digit, or two neighbours swapped (C2)."""
    head, tail = e164[:-_VARIED], e164[-_VARIED:]
    if len(tail) < _VARIED or not tail.isdigit():
        return []
    return sorted({head + one for one in _slipped(tail)} - {e164})


def _slipped(tail: str) -> Iterator[str]:
    for place in range(len(tail)):
        for digit in DIGITS:
            yield tail[:place] + digit + tail[place + 1 :]
    for place, (first, second) in enumerate(pairwise(tail)):
        yield tail[:place] + second + first + tail[place + 2 :]


def mails_near(email: str) -> list[str]:
    """Give the keys of the same mailbox at a slip of its provider's name, and at those near it."""
    local, domain = _mailbox(email)
    if len(local) < SHORTEST_LOCAL or not domain:
        return []
    near = {one for one in _PROVIDERS if _slips(one, domain, most=1) == 1}
    slips = set(_mistypings(domain)) if domain in _PROVIDERS else set()
    return sorted(f"{local}@{one}" for one in (near | slips) - {domain})


def _mistypings(domain: str) -> Iterator[str]:
    """Give the usual slips: a letter left out, doubled, or swapped with the next."""
    for place, (first, second) in enumerate(pairwise(domain)):
        yield domain[:place] + domain[place + 1 :]
        yield domain[:place] + first + domain[place:]
        yield domain[:place] + second + first + domain[place + 2 :]
    yield domain[:-1]
    yield domain + domain[-1]
