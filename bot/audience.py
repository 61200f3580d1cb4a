"""Whom a message is for: the words of a channel and of each person."""

from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.texts import Words
from rules.lead import Lead
from storage import leads, reps
from storage.unit import View


def team_words(desk: Desk) -> Words:
    """Give the texts for channels: the team's language and time zone."""
    return Words(desk.settings.locale, desk.settings.zone)


def words_of(desk: Desk, view: View, slack_id: str) -> Words:
    """Give the texts for one person's private messages: their language and time zone."""
    rep = reps.get(view, slack_id)
    return Words(rep.locale, ZoneInfo(rep.timezone)) if rep else team_words(desk)


def lead_of(view: View, lead_id: int) -> Lead | None:
    """Give the lead that an effect is about, None where it is about none."""
    return leads.load(view, lead_id) if lead_id else None
