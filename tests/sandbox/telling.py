"""What tests of the story share: the story told, and what its people type."""

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from rules.acts import AddNote, LogOutcome
from rules.commands import parse_command
from rules.fields import Defaults, Draft, read_draft
from rules.playbook_file import read_playbook
from rules.team import Rep, read_team
from sandbox.story.tale import Arrive, Say, Story, make_story

JERUSALEM = ZoneInfo("Asia/Jerusalem")
LOCALES = ("en", "he")
SEEDS = (11, 1, 2, 3, 4)
HEBREW = re.compile("[\u05d0-\u05ea]")


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=JERUSALEM)  # type: ignore[misc, arg-type]  # a date's parts


TUESDAY = local(2026, 11, 24, 10, 0)
MIDWEEK = {
    "tuesday 10:00": TUESDAY,
    "monday 13:00": local(2026, 6, 8, 13, 0),
    "wednesday 16:40": local(2027, 1, 13, 16, 40),
    "thursday 11:59": local(2026, 11, 26, 11, 59),
}
MOMENTS = MIDWEEK | {
    "thursday night": local(2026, 11, 26, 23, 50),
    "friday noon": local(2026, 11, 27, 12, 50),
    "saturday": local(2026, 11, 28, 14, 0),
    "sunday morning": local(2026, 11, 29, 9, 1),
    "after the clocks went back": local(2026, 10, 27, 10, 0),
    "after the clocks went forward": local(2026, 3, 31, 10, 0),
}
any_moment = pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
midweek = pytest.mark.parametrize("now", MIDWEEK.values(), ids=MIDWEEK)
any_locale = pytest.mark.parametrize("locale", LOCALES)
any_seed = pytest.mark.parametrize("seed", SEEDS)


@cache
def told(locale: str = "en", now: datetime = TUESDAY, seed: int = 11) -> Story:
    return make_story(locale=locale, now=now, seed=seed, weeks=3)


def came(story: Story) -> dict[str, Arrive]:
    """Give each customer's first arrival."""
    first: dict[str, Arrive] = {}
    for act in story.past:
        if isinstance(act, Arrive):
            first.setdefault(act.customer.key, act)
    return first


def said(story: Story) -> list[Say]:
    return [act for act in story.past if isinstance(act, Say)]


def read(say: Say) -> LogOutcome | AddNote:
    """Read what was typed as the bot would at that moment."""
    typed = say.command.format(id=1)
    command = parse_command(typed, now=say.at, zone=JERUSALEM, currency="ILS")
    assert isinstance(command, LogOutcome | AddNote)
    return command


def outcomes(story: Story) -> Iterator[tuple[Say, LogOutcome]]:
    for say in said(story):
        command = read(say)
        if isinstance(command, LogOutcome):
            yield say, command


def courses(story: Story) -> dict[str, list[tuple[Say, LogOutcome]]]:
    """Give each customer's outcomes in order."""
    found: dict[str, list[tuple[Say, LogOutcome]]] = {key: [] for key in came(story)}
    for say, outcome in outcomes(story):
        found[say.customer].append((say, outcome))
    return found


def draft_of(arrive: Arrive) -> Draft:
    kind = read_playbook(tomllib.loads(told().playbook_toml), file="x").kind_of(arrive.source)
    return read_draft(arrive.fields, defaults=Defaults(region="IL", currency="ILS", kind=kind))


def team_of(story: Story) -> tuple[Rep, ...]:
    reps, faults = read_team(tomllib.loads(story.team_toml), timezone="UTC", locale="en")
    assert faults == []
    return reps
