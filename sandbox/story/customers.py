"""Customers: who they are, how they write their numbers, and whether they take a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.story import rates
from sandbox.story.acts import Customer
from sandbox.story.campaigns import CAMPAIGNS
from sandbox.story.dice import dice
from sandbox.story.words import words
from sandbox.story.workday import FRIDAY, FRIDAY_CLOSES, ZONE

MOBILES, LANDLINES, STEP = 1_000_000, 100_000, 61_803
SURE = 0.95
EMAIL = 0.7
WORDS_OF_TEMPER = 3
TYPED = {
    "{0}-{1}-{2}": 10, "{0}{1}{2}": 5, "{0}-{1}{2}": 5, "+972 52 {1} {2}": 2, "97252{1}{2}": 1,
    "{0} {1}{2}": 2, "({0}) {1}{2}": 1, "{0}.{1}.{2}": 1,
}  # fmt: skip
"""How people write a mobile, and how often; ``{0}`` is the prefix."""


@dataclass(frozen=True, kw_only=True)
class Persona:
    """What is decided of a customer before they have a name.

    ``line`` is what they leave: mobile, landline, broken, two or blank; ``mailed`` whether
    surely an address too.
    """

    key: str
    place: int
    language: str
    kind: str
    temper: str
    line: str = "mobile"
    mailed: bool = False


def tempers(campaign: str) -> Mapping[str, float]:
    """Give the parts of a campaign's leads by temper; the eager ones buy when reached."""
    buys = rates.CLOSE * rates.CLOSE_BY[campaign]
    gone = rates.BAD_NUMBER + rates.NEVER_ANSWERS
    return {
        "eager": (1 - gone) * buys,
        "busy": (1 - gone) * (1 - buys),
        "silent": rates.NEVER_ANSWERS,
        "wrong_number": rates.BAD_NUMBER,
    }


def lines(campaign: str) -> Mapping[str, float]:
    """Give the parts of a campaign's leads by what they leave for a number; lists are dirtier."""
    listed = CAMPAIGNS[campaign].kind == "cold"
    two = rates.TWO_NUMBERS if listed else 0.0
    rare = rates.BLANK_PHONE + rates.BROKEN_PHONE + rates.LANDLINE + two
    return {
        "mobile": 1 - rare,
        "two": two,
        "landline": rates.LANDLINE,
        "blank": rates.BLANK_PHONE,
        "broken": rates.BROKEN_PHONE,
    }


def make_customer(persona: Persona, *, seed: int) -> Customer:
    """Make a customer of a persona; no two of one seed share a number or an address."""
    throw = dice(seed, "customer", persona.key)
    said = words(persona.language)["customer"]
    (first, latin_first), (last, latin_last) = (
        throw.choice(said["first"]),
        throw.choice(said["last"]),
    )
    mobile = _mobile(persona.place, seed=seed)
    has_mobile = persona.line != "landline" and persona.temper != "wrong_number"
    must = persona.mailed or persona.line in {"blank", "broken"}
    must = must or persona.temper == "wrong_number"
    mailed = must or throw.random() < EMAIL
    return Customer(
        key=persona.key,
        name=f"{first} {last}",
        phone=_typed(
            throw, mobile, landline=_landline(persona.place, seed=seed), line=persona.line
        ),
        e164="+972" + mobile[1:] if has_mobile else "",
        email=_address(latin_first, latin_last, key=persona.key) if mailed else "",
        language=persona.language,
        answers=_answers(throw, persona),
        temper=persona.temper,
        replies=tuple(said[persona.temper][:WORDS_OF_TEMPER]),
    )


def answers_now(
    customer: Customer, *, at: datetime, calls: int, told: datetime | None = None
) -> str:
    """Say how a call goes, after so many ``calls`` before it; the same in the same hour.

    ``answered``, ``noanswer``, ``busy``, ``voicemail``, ``wrong_number`` or ``unavailable``.
    Hours are counted back from when a story is ``told``, so that it goes alike in every week.
    """
    throw = dice(customer.key, customer.phone, _hour(at, told), calls)
    if customer.temper == "wrong_number":
        return "wrong_number"
    if throw.random() < chance(customer, at=at, calls=calls):
        return "answered"
    return throw.choices(list(rates.MISSED_AS), weights=list(rates.MISSED_AS.values()))[0]


def _hour(at: datetime, told: datetime | None) -> str:
    local = at.astimezone(ZONE)
    if told is None:
        return f"{local:%Y-%m-%d %H}"
    away = told.astimezone(ZONE).replace(tzinfo=None) - local.replace(tzinfo=None)
    return f"{away // timedelta(hours=1)} before"


def chance(customer: Customer, *, at: datetime, calls: int) -> float:
    """Give the chance (0..1) that a call at this moment, after ``calls`` others, is taken."""
    local = at.astimezone(ZONE)
    resting = local.weekday() == FRIDAY and local.time() >= FRIDAY_CLOSES
    day = 0.0 if resting else rates.DAY[local.weekday()]
    attempt = rates.ATTEMPT[min(calls, len(rates.ATTEMPT) - 1)]
    hour = rates.HOUR.get(local.hour, rates.NIGHT)
    return min(SURE, customer.answers * attempt * hour * day)


def _answers(throw: Random, persona: Persona) -> float:
    if persona.temper in {"silent", "wrong_number"}:
        return 0.0
    return round(rates.FIRST_CALL[persona.kind] * throw.uniform(0.7, 1.3), 3)


def _address(first: str, last: str, *, key: str) -> str:
    domain = "example.com" if key.startswith("c") else "example.org"
    return f"{first}.{last}{int(key[1:])}@{domain}"


def _mobile(place: int, *, seed: int) -> str:
    start = dice(seed, "mobiles").randrange(MOBILES)
    return f"0522{(start + place * STEP) % MOBILES:06d}"


def _landline(place: int, *, seed: int) -> str:
    start = dice(seed, "landlines").randrange(LANDLINES)
    return f"02-65{(start + place * STEP) % LANDLINES:05d}"


def _typed(throw: Random, mobile: str, *, landline: str, line: str) -> str:
    prefix, middle, end = mobile[:3], mobile[3:6], mobile[6:]
    plain = f"{prefix}-{middle}-{end}"
    other = {
        "blank": "",
        "landline": landline,
        "broken": plain[:-1],
        "two": f"{plain} / {landline}",
    }
    if line in other:
        return other[line]
    pattern: str = throw.choices(list(TYPED), weights=list(TYPED.values()))[0]
    return pattern.format(prefix, middle, end)
