"""Who comes: the mix of campaigns, tempers, languages and products among the customers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

from sandbox.story.campaigns import CAMPAIGNS
from sandbox.story.customers import Persona, lines, tempers
from sandbox.story.dice import dice, spread
from sandbox.story.workday import ZONE, works

LANGUAGES = {"en": {"en": 0.8, "he": 0.2}, "he": {"he": 0.87, "en": 0.13}}
PARTS = {name: campaign.part for name, campaign in CAMPAIGNS.items()}
RINGS = 0.15
FRESH = 550_000
HOUR, A_CALL = timedelta(hours=1), timedelta(minutes=10)
BY_DAY = (1.0, 1.0, 1.0, 1.0, 0.6, 0.5, 1.1)
BY_HOUR = dict.fromkeys(range(8, 23), 1.0) | dict.fromkeys(range(19, 23), 1.4) | {7: 0.4, 23: 0.4}


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """A customer to be: who they are, and the campaign and product that bring them at ``at``."""

    at: datetime
    persona: Persona
    campaign: str
    product: str


def arrival_times(*, seed: int, start: datetime, end: datetime, count: int) -> list[datetime]:
    """Give so many moments (UTC) between two others, by the hours at which leads come in."""
    throw = dice(seed, "times")
    begin, close = start.astimezone(ZONE), end.astimezone(ZONE)
    # By the wall's clock: a night on which clocks change moves nobody.
    hours = [begin + place * HOUR for place in range(int((close - begin) / HOUR))]
    weights = list(accumulate(_weight(hour) for hour in hours))
    marks = [(place + throw.random()) / count * weights[-1] for place in range(count)]
    chosen = (hours[sum(weight <= mark for weight in weights)] for mark in marks)
    moments = (hour + timedelta(seconds=throw.randrange(3600)) for hour in chosen)
    return sorted(moment.astimezone(UTC) for moment in moments)


def cast(*, locale: str, seed: int, times: Sequence[datetime], weeks: int) -> list[Prospect]:
    """Deal out the customers who come at these moments, every share kept to in every week."""
    count = len(times)
    campaigns = spread(dice(seed, "campaigns"), shares=PARTS, count=count, turns=weeks)
    deals = {
        name: _deals(name, locale=locale, seed=seed, count=campaigns.count(name), weeks=weeks)
        for name in CAMPAIGNS
    }
    return [
        _prospect(f"c{place:04d}", place=place, at=at, campaign=name, dealt=next(deals[name]))
        for place, (at, name) in enumerate(zip(times, campaigns, strict=True), start=1)
    ]


def stranger(*, locale: str, seed: int, number: int, at: datetime) -> Prospect:
    """Give the prospect who comes later, by number; each is drawn for itself."""
    throw = dice(seed, "fresh", number)
    name = _draw(throw, PARTS)
    dealt = {what: _draw(throw, shares) for what, shares in _shares(name, locale).items()}
    return _prospect(f"n{number:04d}", place=FRESH + number, at=at, campaign=name, dealt=dealt)


def _prospect(
    key: str, *, place: int, at: datetime, campaign: str, dealt: Mapping[str, str]
) -> Prospect:
    rings = dealt["way"] == "incoming" and works(at) and works(at + A_CALL)
    line = "mobile" if rings or dealt["temper"] == "wrong_number" else dealt["line"]
    kind = "incoming" if rings else CAMPAIGNS[campaign].kind
    persona = Persona(
        key=key,
        place=place,
        language=dealt["language"],
        kind=kind,
        temper=dealt["temper"],
        line=line,
    )
    return Prospect(at=at, persona=persona, campaign=campaign, product=dealt["product"])


def _shares(campaign: str, locale: str) -> dict[str, Mapping[str, float]]:
    return {
        "temper": tempers(campaign),
        "line": lines(campaign),
        "language": LANGUAGES[locale],
        "product": CAMPAIGNS[campaign].sells,
        "way": {"incoming": RINGS, "": 1 - RINGS} if campaign == "search" else {"": 1.0},
    }


def _deals(
    campaign: str, *, locale: str, seed: int, count: int, weeks: int
) -> Iterator[dict[str, str]]:
    dealt = {
        what: spread(dice(seed, campaign, what), shares=shares, count=count, turns=weeks)
        for what, shares in _shares(campaign, locale).items()
    }
    return ({what: values[place] for what, values in dealt.items()} for place in range(count))


def _draw(throw: Random, shares: Mapping[str, float]) -> str:
    return throw.choices(list(shares), weights=list(shares.values()))[0]


def _weight(hour: datetime) -> float:
    return BY_DAY[hour.weekday()] * BY_HOUR.get(hour.hour, 0.05)
