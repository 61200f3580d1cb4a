"""Messages that people write: notes in a lead's thread, and a word of help to who writes to us."""

from dataclasses import dataclass
from typing import Any

from bot import audit, threads
from bot.desk import Desk
from bot.readers import Reader, reader
from bot.views.blocks import Message
from bot.views.replies import noted
from bot.views.thread import not_kept
from handlers import drops
from handlers.errors import reply_to
from rules.refusals import Refused

WRITTEN = frozenset({"", "thread_broadcast", "file_share"})
"""Subtypes of messages that a person has just written; edits and what Slack says are others."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """What one person alone is told, where they wrote; `thread` is its first message's ts."""

    channel: str
    to: str
    thread: str
    message: Message


@audit.comes_from(audit.SLACK)
def hear(desk: Desk, event: dict[str, Any]) -> Whisper | None:
    """Keep what was written in a lead's thread as a note (C4); gives what its writer is told.

    Raises what keeps the note from being stored, so that Slack sends the message again.
    """
    writer, thread = event.get("user", ""), event.get("thread_ts", "")
    if not writer or event.get("bot_id") or event.get("subtype", "") not in WRITTEN:
        return None
    place = event["channel"]
    lead_id = threads.lead_in(desk, channel=place, ts=thread) if thread else None
    if lead_id is not None:
        said = _note(desk, lead_id, event, reader(desk, writer))
    elif event.get("channel_type") == "im":
        who = reader(desk, writer)
        said = drops.hear(desk, event, who) if event.get("files") else _help(who)
    else:
        return None
    return Whisper(place, writer, thread, said) if said else None


def _note(desk: Desk, lead_id: int, event: dict[str, Any], who: Reader) -> Message | None:
    key = f"message:{event['channel']}:{event['ts']}"
    text = event.get("text") or ""
    try:
        lead = threads.note_from(desk, lead_id, text, by=who.slack_id, key=key)
    except Refused as refused:
        return reply_to(refused, who.words)
    return noted(lead, who.words) if lead else None


def _help(who: Reader) -> Message:
    if not who.insider:
        return reply_to(Refused("team.outsider"), who.words)
    return not_kept(who.words)
