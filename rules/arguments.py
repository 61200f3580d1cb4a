"""What follows a verb of `/lead`: a lead, a time, an amount, a note (contract: `/lead`)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rules.acts import AddLead, AddNote, Assign, Away, CorrectPhone, LogOutcome, OptOut, Pass
from rules.money import read_amount
from rules.phones import plain
from rules.refusals import Refused
from rules.when import read_duration, read_when
from rules.words import CALLS, CHANNELS, Channel, Importance, Outcome

LARGEST_ID: Final = 2**31 - 1
FARTHEST: Final = timedelta(days=3 * 366)
LONGEST_TALK: Final = 24 * 60 * 60
ECHO = 40
_ID = re.compile(r"0*([0-9]{1,10})")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|@?([UW][A-Z0-9]{2,})")
_CLOCK_LIKE = re.compile(r"(?:\d[\d/.-]* )?\d{1,2}:\d")
_IMPORTANCE = {
    **dict.fromkeys(("high", "h", "גבוה", "גבוהה"), Importance.HIGH),
    **dict.fromkeys(("low", "l", "נמוך", "נמוכה"), Importance.LOW),
}
_CHANNELS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sms", "סמס", "מסרון", "מסרונים"), (Channel.SMS,)),
    **dict.fromkeys(("email", "mail", "מייל", "דואל", "אימייל"), (Channel.EMAIL,)),
    **dict.fromkeys(("calls", "call", "phone", "שיחות", "שיחה", "טלפון"), (CALLS,)),
    **dict.fromkeys(("all", "הכל", "הכול"), CHANNELS),
}
_WITH_REASON = frozenset({Outcome.LOST, Outcome.INVALID})
_UNTIL = frozenset({"until", "till", "עד"})
_CHECK = frozenset({"check", "?", "בדיקה"})
_TALK_WORDS = frozenset({"talk", "שיחה"})
_TALK_MEANT = re.compile(r"[0-9]+(?![ap]m$)[^\W\d_]+")


class Word(NamedTuple):
    """A word as typed, and as it is compared: plain, unquoted, case-folded."""

    raw: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What follows the verb, with all that is needed to read it; `now` is aware.

    `sample` shows what this verb takes after the lead's id.
    """

    verb: str
    words: tuple[Word, ...]
    now: datetime
    zone: ZoneInfo
    currency: str
    sample: str = ""


def echo(word: Word) -> str:
    """Give a word as an answer may repeat it: plain and short."""
    return plain(word.raw)[:ECHO]


def _note(words: tuple[Word, ...]) -> str:
    return " ".join(word.raw for word in words)


def lead_and_rest(typed: Typed) -> tuple[int, tuple[Word, ...]]:
    """Read the lead's id; gives it and the words after it. Raises Refused where it is none."""
    if not typed.words:
        example = f"/lead {typed.verb} 123 {typed.sample}".strip()
        raise Refused("command.needs_id", verb=typed.verb, example=example)
    first, *rest = typed.words
    match = _ID.fullmatch(first.text.strip("#").rstrip(",.:;").strip("#"))
    if not match or not 0 < int(match[1]) <= LARGEST_ID:
        raise Refused("command.bad_id", verb=typed.verb, word=echo(first))
    return int(match[1]), tuple(rest)


def _talk(words: tuple[Word, ...]) -> tuple[int | None, tuple[Word, ...]]:
    for place, (word, following) in enumerate(pairwise(words)):
        if word.text not in _TALK_WORDS:
            continue
        found = read_duration([word.raw for word in words[place + 1 :]])
        if found and found[0] <= LONGEST_TALK:
            return found[0], words[:place] + words[place + 1 + found[1] :]
        bare = following.text.isdecimal() and following is words[-1]
        if found or bare or _TALK_MEANT.fullmatch(following.text):
            raise Refused("talk.unreadable", word=echo(following))
    return None, words


def _when(words: tuple[Word, ...], typed: Typed) -> tuple[datetime, int] | None:
    found = read_when([word.raw for word in words], now=typed.now, zone=typed.zone)
    if found and found[0] - typed.now > FARTHEST:
        raise Refused("when.unreadable", word=echo(words[0]))
    if found and found[0] <= typed.now:
        raise Refused("when.past", when=found[0])
    return found


def logged(typed: Typed) -> LogOutcome:
    """Read an outcome that needs no more than the lead; the rest is its note or reason (L2.1)."""
    lead_id, rest = lead_and_rest(typed)
    talk, rest = _talk(rest)
    outcome, said = Outcome(typed.verb), _note(rest)
    if outcome in _WITH_REASON:
        return LogOutcome(lead_id, outcome, reason=said, talk_seconds=talk)
    return LogOutcome(lead_id, outcome, note=said, talk_seconds=talk)


def follow_up(typed: Typed) -> LogOutcome:
    """Read how important a follow-up is and when; raises Refused for what is missing (L4.1)."""
    lead_id, rest = lead_and_rest(typed)
    talk, rest = _talk(rest)
    importance = _IMPORTANCE.get(rest[0].text) if rest else None
    if importance is None:
        raise Refused("followup.needs_importance", lead_id=lead_id)
    if not rest[1:]:
        raise Refused("followup.needs_when", lead_id=lead_id)
    found = _when(rest[1:], typed)
    if not found:
        raise Refused("when.unreadable", word=echo(rest[1]))
    when, note = found[0], _note(rest[1 + found[1] :])
    return LogOutcome(lead_id, Outcome.FOLLOWUP, when, importance, note=note, talk_seconds=talk)


def not_now(typed: Typed) -> LogOutcome:
    """Read that this is no good time, and when would be one, if that was said (L2.1)."""
    lead_id, rest = lead_and_rest(typed)
    talk, rest = _talk(rest)
    found = _when(rest, typed)
    if not found and _CLOCK_LIKE.match(" ".join(word.text for word in rest[:2])):
        raise Refused("when.unreadable", word=echo(rest[0]))
    when, taken = found or (None, 0)
    return LogOutcome(lead_id, Outcome.NOTNOW, when, note=_note(rest[taken:]), talk_seconds=talk)


def sold(typed: Typed) -> LogOutcome:
    """Read a sale's amount; raises Refused where there is none (L2.1)."""
    lead_id, rest = lead_and_rest(typed)
    talk, rest = _talk(rest)
    if not rest:
        raise Refused("sold.needs_amount", lead_id=lead_id)
    found = read_amount([word.raw for word in rest], currency=typed.currency)
    if not found or not found[0].minor:
        raise Refused("sold.bad_amount", word=echo(rest[0]))
    amount, note = found[0], _note(rest[found[1] :])
    return LogOutcome(lead_id, Outcome.SOLD, amount=amount, note=note, talk_seconds=talk)


def add_lead(typed: Typed) -> AddLead:
    """Read the words of a new lead, and whether to show them in the form first (K3)."""
    check = bool(typed.words) and typed.words[0].text in _CHECK
    return AddLead(_note(typed.words[check:]), check=check)


def add_note(typed: Typed) -> AddNote:
    """Read a note; raises Refused where it is empty."""
    lead_id, rest = lead_and_rest(typed)
    if not rest:
        raise Refused("note.needs_text", lead_id=lead_id)
    return AddNote(lead_id, _note(rest))


def correct_phone(typed: Typed) -> CorrectPhone:
    """Read a lead's right number, as it was typed; raises Refused where there is none (L5.2)."""
    lead_id, rest = lead_and_rest(typed)
    if not rest:
        raise Refused("phone.needs_number", lead_id=lead_id)
    return CorrectPhone(lead_id, _note(rest))


def assign(typed: Typed) -> Assign:
    """Read who gets the lead, a mention or an id, and why; raises Refused for nobody (C3)."""
    lead_id, rest = lead_and_rest(typed)
    match = _MENTION.match(plain(rest[0].raw)) if rest else None
    if not match:
        raise Refused("assign.needs_rep", lead_id=lead_id)
    return Assign(lead_id, match[1] or match[2], _note(rest[1:]))


def pass_on(typed: Typed) -> Pass:
    """Read a lead that goes to another rep, with what to tell them (C3)."""
    lead_id, rest = lead_and_rest(typed)
    return Pass(lead_id, _note(rest))


def opt_out(typed: Typed) -> OptOut:
    """Read which channels a person wants closed, none where none is named; raises Refused."""
    lead_id, rest = lead_and_rest(typed)
    if not rest:
        return OptOut(lead_id)
    channels = [_CHANNELS.get(word.text.strip(",")) for word in rest]
    if not all(channels):
        raise Refused("optout.unknown", word=echo(rest[channels.index(None)]), lead_id=lead_id)
    named = {one for many in channels if many for one in many}
    return OptOut(lead_id, tuple(one for one in CHANNELS if one in named))


def away(typed: Typed) -> Away:
    """Read until when a rep is away, None where that is open; raises Refused (C1)."""
    rest = typed.words[1:] if typed.words and typed.words[0].text in _UNTIL else typed.words
    found = _when(rest, typed) if rest else None
    if rest and not found:
        raise Refused("when.unreadable", word=echo(rest[0]))
    return Away(found[0] if found else None)
