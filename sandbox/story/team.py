"""The story's team: five reps and a manager, as Slack knows them and as the team file has them."""

import json
from typing import NamedTuple

from sandbox.story.words import product_name, words
from sandbox.story.workday import ZONE
from sandbox.world import User

MANAGER = "U01MIRI"
SLACK_LOCALES = {"en": "en-US", "he": "he-IL"}


class Shift(NamedTuple):
    """How a rep works; ``bilingual`` speaks the story's other language too."""

    hours: str
    weight: float
    capacity: int
    product: str = ""
    bilingual: bool = True


SHIFTS = {
    "U01NOA": Shift("Sun-Thu 09:00-18:00", 1.0, 45),
    "U01AVI": Shift("Sun-Thu 10:00-19:00, Fri 09:00-13:00", 1.0, 45),
    "U01RONIT": Shift("Sun 09:00-13:30, Tue 09:00-13:30, Thu 09:00-13:30", 0.5, 25, "share"),
    "U01DANIEL": Shift("Sun-Thu 11:00-20:00", 1.3, 55, "lease"),
    "U01YAEL": Shift("Sun-Thu 09:00-17:00", 0.8, 40, bilingual=False),
}


def users(locale: str) -> tuple[User, ...]:
    """Give the members of the workspace, their names in the story's language."""
    return tuple(
        User(
            id=slack_id,
            name=handle,
            real_name=real_name,
            locale=SLACK_LOCALES[locale],
            tz=ZONE.key,
            email=f"{handle}@example.com",
            is_admin=slack_id == MANAGER,
        )
        for slack_id, (handle, real_name) in words(locale)["users"].items()
    )


def team_text(locale: str) -> str:
    """Write the team file."""
    return "\n".join(_member(user, locale) for user in users(locale))


def _member(user: User, locale: str) -> str:
    shift = SHIFTS.get(user.id)
    values: dict[str, object] = {
        "slack_id": user.id,
        "name": user.real_name,
        "role": "rep" if shift else "manager",
        "timezone": user.tz,
        "locale": locale,
        **(_shift(shift, locale) if shift else {}),
    }
    rows = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())
    return "\n".join(("[[rep]]", *rows, ""))


def _shift(shift: Shift, locale: str) -> dict[str, object]:
    other = [one for one in SLACK_LOCALES if one != locale]
    return {
        "languages": [locale, *(other if shift.bilingual else [])],
        "regions": ["IL"],
        "products": [product_name(locale, shift.product)] if shift.product else [],
        "weight": shift.weight,
        "capacity": shift.capacity,
        "hours": shift.hours,
    }
