"""The text of `/lead` as a command, in English or Hebrew (contract: `/lead` in Slack)."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rules.acts import (
    AddNote,
    Assign,
    Away,
    Back,
    Claim,
    Command,
    Help,
    LogOutcome,
    Mine,
    NextLead,
    OptOut,
    Pass,
    Show,
    ShowPlaybook,
    ShowTeam,
    Undo,
    Why,
)
from rules.money import read_amount
from rules.phones import plain
from rules.refusals import Refused
from rules.stage_words import read_move
from rules.when import read_duration, read_when
from rules.words import CALLS, CHANNELS, Channel, Importance, Outcome

LARGEST_ID: Final = 2**31 - 1
FARTHEST: Final = timedelta(days=3 * 366)
LONGEST_TALK: Final = 24 * 60 * 60

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ECHO = 40
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
_TALK_WORDS = frozenset({"talk", "שיחה"})
_TALK_MEANT = re.compile(r"[0-9]+(?![ap]m$)[^\W\d_]+")
# The letters that a Hebrew keyboard gives where an English word was meant.
_KEYBOARD = str.maketrans("'קראטוןםפשדגכעיחלךזסבהנמצ", "wertyuiopasdfghjklzxcvbnm")


class Word(NamedTuple):
    """A word as typed, and as it is compared: plain, unquoted, case-folded."""

    raw: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What follows the verb, with all that is needed to read it; `now` is aware."""

    verb: str
    words: tuple[Word, ...]
    now: datetime
    zone: ZoneInfo
    currency: str


class Verb(NamedTuple):
    """How a verb is read, its Hebrew names (the usual one first), a sample of its arguments."""

    parse: Callable[[Typed], Command]
    aliases: tuple[str, ...]
    sample: str = ""


def parse_command(text: str, *, now: datetime, zone: ZoneInfo, currency: str) -> Command:
    """Read what was typed after `/lead`; '' is help (contract: `/lead` in Slack).

    `now` is aware, `zone` the rep's, `currency` (ISO 4217) the team's. Raises Refused, and
    nothing else, with the key of the text that helps.
    """
    words = _words(text)
    if words and words[0].text == "/lead":
        words = words[1:]
    if not words:
        return Help()
    name, taken = _verb(words)
    return VERBS[name].parse(Typed(name, words[taken:], now, zone, currency))


def nearest_command(word: str) -> str | None:
    """Give the English verb (a key of VERBS) nearest to a word, or None if none is near.

    A word near a Hebrew alias gives that alias' verb, so does one typed on the wrong keyboard.
    """
    key = _key(plain(word).casefold())
    switched = key.translate(_KEYBOARD)
    if switched in VERBS:
        return switched
    found = difflib.get_close_matches(key[:_ECHO], _VERB_OF, n=1)
    return _VERB_OF[found[0]] if found else None


def _words(text: str) -> tuple[Word, ...]:
    kept = unicodedata.normalize("NFC", _UNSTORABLE.sub("", text))
    typed = ((raw, plain(raw).casefold().strip()) for raw in kept.split())
    return tuple(Word(raw, text.strip("\"'") or text) for raw, text in typed if text)


def _verb(words: tuple[Word, ...]) -> tuple[str, int]:
    for count in (2, 1):
        name = _VERB_OF.get(_key("".join(word.text for word in words[:count])))
        if name and len(words) >= count:
            return name, count
    joined = "".join(word.text for word in words[:2] if not word.text.strip("#").isdecimal())
    nearest = nearest_command(joined) or nearest_command(words[0].text)
    raise Refused("command.unknown", word=_echo(words[0]), nearest=nearest or "")


def _key(text: str) -> str:
    return re.sub(r"[\s_-]", "", text)


def _echo(word: Word) -> str:
    return plain(word.raw)[:_ECHO]


def _note(words: tuple[Word, ...]) -> str:
    return " ".join(word.raw for word in words)


def _lead_id(typed: Typed) -> tuple[int, tuple[Word, ...]]:
    if not typed.words:
        example = f"/lead {typed.verb} 123 {VERBS[typed.verb].sample}".strip()
        raise Refused("command.needs_id", verb=typed.verb, example=example)
    first, *rest = typed.words
    match = _ID.fullmatch(first.text.strip("#").rstrip(",.:;").strip("#"))
    if not match or not 0 < int(match[1]) <= LARGEST_ID:
        raise Refused("command.bad_id", verb=typed.verb, word=_echo(first))
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
            raise Refused("talk.unreadable", word=_echo(following))
    return None, words


def _when(words: tuple[Word, ...], typed: Typed) -> tuple[datetime, int] | None:
    found = read_when([word.raw for word in words], now=typed.now, zone=typed.zone)
    if found and found[0] - typed.now > FARTHEST:
        raise Refused("when.unreadable", word=_echo(words[0]))
    if found and found[0] <= typed.now:
        raise Refused("when.past", when=found[0])
    return found


def _logged(typed: Typed) -> LogOutcome:
    lead_id, rest = _lead_id(typed)
    talk, rest = _talk(rest)
    outcome, said = Outcome(typed.verb), _note(rest)
    if outcome in _WITH_REASON:
        return LogOutcome(lead_id, outcome, reason=said, talk_seconds=talk)
    return LogOutcome(lead_id, outcome, note=said, talk_seconds=talk)


def _follow_up(typed: Typed) -> LogOutcome:
    lead_id, rest = _lead_id(typed)
    talk, rest = _talk(rest)
    importance = _IMPORTANCE.get(rest[0].text) if rest else None
    if importance is None:
        raise Refused("followup.needs_importance", lead_id=lead_id)
    if not rest[1:]:
        raise Refused("followup.needs_when", lead_id=lead_id)
    found = _when(rest[1:], typed)
    if not found:
        raise Refused("when.unreadable", word=_echo(rest[1]))
    when, note = found[0], _note(rest[1 + found[1] :])
    return LogOutcome(lead_id, Outcome.FOLLOWUP, when, importance, note=note, talk_seconds=talk)


def _not_now(typed: Typed) -> LogOutcome:
    lead_id, rest = _lead_id(typed)
    talk, rest = _talk(rest)
    found = _when(rest, typed)
    if not found and _CLOCK_LIKE.match(" ".join(word.text for word in rest[:2])):
        raise Refused("when.unreadable", word=_echo(rest[0]))
    when, taken = found or (None, 0)
    return LogOutcome(lead_id, Outcome.NOTNOW, when, note=_note(rest[taken:]), talk_seconds=talk)


def _sold(typed: Typed) -> LogOutcome:
    lead_id, rest = _lead_id(typed)
    talk, rest = _talk(rest)
    if not rest:
        raise Refused("sold.needs_amount", lead_id=lead_id)
    found = read_amount([word.raw for word in rest], currency=typed.currency)
    if not found or not found[0].minor:
        raise Refused("sold.bad_amount", word=_echo(rest[0]))
    amount, note = found[0], _note(rest[found[1] :])
    return LogOutcome(lead_id, Outcome.SOLD, amount=amount, note=note, talk_seconds=talk)


def _add_note(typed: Typed) -> AddNote:
    lead_id, rest = _lead_id(typed)
    if not rest:
        raise Refused("note.needs_text", lead_id=lead_id)
    return AddNote(lead_id, _note(rest))


def _assign(typed: Typed) -> Assign:
    lead_id, rest = _lead_id(typed)
    match = _MENTION.match(plain(rest[0].raw)) if rest else None
    if not match:
        raise Refused("assign.needs_rep", lead_id=lead_id)
    return Assign(lead_id, match[1] or match[2])


def _pass(typed: Typed) -> Pass:
    lead_id, rest = _lead_id(typed)
    return Pass(lead_id, _note(rest))


def _opt_out(typed: Typed) -> OptOut:
    lead_id, rest = _lead_id(typed)
    if not rest:
        return OptOut(lead_id)
    channels = [_CHANNELS.get(word.text.strip(",")) for word in rest]
    if not all(channels):
        raise Refused("optout.unknown", word=_echo(rest[channels.index(None)]), lead_id=lead_id)
    named = {one for many in channels if many for one in many}
    return OptOut(lead_id, tuple(one for one in CHANNELS if one in named))


def _away(typed: Typed) -> Away:
    rest = typed.words[1:] if typed.words and typed.words[0].text in _UNTIL else typed.words
    found = _when(rest, typed) if rest else None
    if rest and not found:
        raise Refused("when.unreadable", word=_echo(rest[0]))
    return Away(found[0] if found else None)


def _help(typed: Typed) -> Help:
    return Help(_verb(typed.words)[0]) if typed.words else Help()


VERBS: Final[dict[str, Verb]] = {
    "noanswer": Verb(_logged, ("אין מענה", "לא ענה", "לא ענתה")),
    "busy": Verb(_logged, ("תפוס", "עסוק")),
    "voicemail": Verb(_logged, ("תא קולי", "הודעה")),
    "followup": Verb(_follow_up, ("המשך", "פולואפ", "פולו אפ", "מעקב"), "high 16:00"),
    "notnow": Verb(_not_now, ("לא עכשיו", "לא כרגע"), "16:00"),
    "sold": Verb(_sold, ("נמכר", "מכירה"), "1290"),
    "lost": Verb(_logged, ("אבוד", "לא רלוונטי")),
    "invalid": Verb(_logged, ("שגוי", "מספר שגוי")),
    "unavailable": Verb(_logged, ("לא זמין", "לא זמינה")),
    "note": Verb(_add_note, ("הערה",), "…"),
    "show": Verb(lambda typed: Show(_lead_id(typed)[0]), ("הצג", "הראה")),
    "why": Verb(lambda typed: Why(_lead_id(typed)[0]), ("למה", "מדוע")),
    "next": Verb(lambda _: NextLead(), ("הבא", "הבאה")),
    "mine": Verb(lambda _: Mine(), ("שלי",)),
    "assign": Verb(_assign, ("שיוך", "שייך"), "@Dana"),
    "claim": Verb(lambda typed: Claim(_lead_id(typed)[0]), ("לקחת", "לוקח", "לוקחת")),
    "pass": Verb(_pass, ("העברה", "העבר", "להעביר"), "…"),
    "optout": Verb(_opt_out, ("הסר", "הסרה", "להסיר"), "sms"),
    "stage": Verb(lambda typed: read_move(*_lead_id(typed)), ("שלב",), "sql"),
    "playbook": Verb(lambda _: ShowPlaybook(), ("ספר משחק", "שיטה")),
    "team": Verb(lambda _: ShowTeam(), ("צוות", "הצוות")),
    "away": Verb(_away, ("הפסקה", "בהפסקה", "יצאתי")),
    "back": Verb(lambda _: Back(), ("חזרתי", "בחזרה")),
    "undo": Verb(lambda _: Undo(), ("בטל", "ביטול")),
    "help": Verb(_help, ("עזרה",)),
}
_VERB_OF: Final = {
    _key(alias): name for name, verb in VERBS.items() for alias in (name, *verb.aliases)
}
