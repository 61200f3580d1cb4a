"""How other systems fare that do not answer, or answer again: the board's lines and the notices."""

from collections.abc import Sequence
from datetime import datetime

from bot.breakers import Standing
from bot.texts import Safe, Words
from bot.views.blocks import Block, Message, only, section
from rules.effects import TellManagers


def side_lines(sides: Sequence[Standing], words: Words) -> list[Block]:
    """Say on the managers' board who is down, since when and how much waits; then who is back."""
    return [section(words.lines(*(_line(one, words) for one in sides)))] if sides else []


def _line(one: Standing, words: Words) -> Safe:
    side = name(one.side, words)
    if one.until:
        return words.say("board_team.side_back", side=side, when=words.standing(one.until))
    key = "board_team.side_down" if one.wait else "board_team.side_down_idle"
    return words.say(key, side=side, when=words.standing(one.since), n=one.wait)


def notice(told: TellManagers, words: Words) -> Message:
    """Tell managers once of an outage that lasts, and once of its end: 'side since until'."""
    side, *moments = told.about.split()
    since, until = (datetime.fromisoformat(one) for one in (moments[0], moments[-1]))
    text = words.say(
        f"notice.{told.notice}",
        side=name(side, words),
        when=words.standing(since),
        span=words.duration((until - since).total_seconds()),
    )
    return only(text)


def name(side: str, words: Words) -> Safe:
    """Name a side as people know it."""
    kind, _, target = side.partition(":")
    return words.say(f"side.{kind}", name=target)
