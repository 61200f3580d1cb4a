"""How well a rep suits a lead: what they share, and how often the rep closes leads like it (C3)."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from typing import NamedTuple

from rules.languages import main_language
from rules.lead import Lead
from rules.pools import Match
from rules.team import Rep
from rules.values import MATCHES


class Closing(NamedTuple):
    """How many leads of a kind and product a rep had that are old enough, and how many closed."""

    leads: int
    closed: int


NOTHING = Closing(0, 0)
Closings = Mapping[str, Closing]


def speaks(rep: Rep, lead: Lead, match: Match) -> bool:
    """Say whether a rep may get a lead by its language: a condition where both are known (C3).

    Who names no languages takes all. Where the playbook's weight is 0 it is no condition.
    """
    known = match.language and lead.language and rep.languages
    return not known or _shares_language(rep, lead)


def bound_to(rep: Rep, match: Match) -> tuple[str, ...]:
    """Give the languages of which alone a rep may get leads, () where none is a condition (C3).

    They are first parts in small letters. One that is not of ASCII letters comes in capitals too,
    since not every database makes those small.
    """
    spoken = {main_language(one) for one in rep.languages} if match.language else set()
    forms = (one for name in spoken if not name.isascii() for one in (name.title(), name.upper()))
    return tuple(sorted({*spoken, *forms}))


def score(rep: Rep, lead: Lead, match: Match) -> tuple[float, tuple[str, ...]]:
    """Give the points of what a rep and a lead share, and its names as in `[match]` (C3).

    Interests count by the part of the lead's that the rep shares.
    """
    weights = dict(zip(MATCHES, astuple(match), strict=True))
    shares = {
        "language": bool(lead.language) and _shares_language(rep, lead),
        "region": _shared((lead.region, lead.city), rep.regions) > 0,
        "product": _shared((lead.product,), rep.products) > 0,
        "age": _is_among(lead.age, rep.ages),
        "interests": _shared(lead.interests, rep.interests) / max(len(lead.interests), 1),
    }
    found = tuple(name for name in MATCHES if weights[name] and shares[name])
    return sum(weights[name] * shares[name] for name in found), found


def closing_rate(rep: str, closings: Closings, *, prior: int) -> float:
    """Give the part of leads like this that a rep closes, drawn to the team's by `prior` leads.

    `closings` are the whole team's of one kind and product. 0 where nothing was measured (C3).
    """
    leads = sum(one.leads for one in closings.values())
    if not leads:
        return 0.0
    team = sum(one.closed for one in closings.values()) / leads
    own = closings.get(rep, NOTHING)
    return (own.closed + prior * team) / (own.leads + prior) if own.leads + prior else team


def _shares_language(rep: Rep, lead: Lead) -> bool:
    return main_language(lead.language) in map(main_language, rep.languages)


def _shared(theirs: Iterable[str], own: Iterable[str]) -> int:
    return len({one.casefold() for one in theirs if one} & {one.casefold() for one in own})


def _is_among(age: int | None, ages: tuple[int, ...]) -> bool:
    return age is not None and bool(ages) and ages[0] <= age <= ages[-1]
