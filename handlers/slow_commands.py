"""Commands whose answer takes longer to make than Slack waits: it follows when it is there."""

import html
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.desk import Desk
from bot.readers import reader
from bot.views.blocks import Message, only
from handlers.answers import SayLater
from handlers.commands import answer_command
from rules.acts import AskDigest
from rules.commands import parse_command
from rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class Working:
    """What is said at once, and the answer that follows."""

    said: Message
    answer: SayLater


def working(desk: Desk, body: dict[str, Any]) -> Working | None:
    """Give what to say meanwhile of a command that asks for figures; None for all others."""
    who = reader(desk, body["user_id"])
    text, zone = html.unescape(body.get("text") or ""), who.words.zone
    try:
        asked = parse_command(text, now=desk.clock(), zone=zone, currency=desk.settings.currency)
    except Refused:
        return None
    if not isinstance(asked, AskDigest) or not who.insider:
        return None
    said = only(who.words.say("digest.working"))
    return Working(said, SayLater(partial(answer_command, desk, body)))
