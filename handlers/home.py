"""The Home tab of whoever opens it, or has just acted in it."""

from typing import Any

from bot import calls, figures
from bot.desk import Desk
from bot.readers import reader
from bot.views.blocks import Message
from bot.views.home import home, outsider_home


def home_of(desk: Desk, slack_id: str, *, said: Message | None = None) -> dict[str, Any]:
    """Give a person's Home in their own words, with what was just `said` to them on top."""
    who = reader(desk, slack_id)
    if not who.insider:
        return outsider_home(who.words)
    week = figures.team_week(desk, by=slack_id)
    return home(calls.my_day(desk, by=slack_id), week, who.words, said=said)


def is_home(body: dict[str, Any]) -> bool:
    """Say whether a click was made in a Home tab."""
    return bool((body.get("view") or {}).get("type") == "home")
