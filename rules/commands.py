"""The text of `/lead` as a command, in English or Hebrew (contract: `/lead` in Slack)."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rules.acts import (
    Back,
    Claim,
    Command,
    Export,
    Help,
    Merge,
    Mine,
    NextLead,
    Refunds,
    Show,
    ShowPlaybook,
    ShowTeam,
    Undo,
    Unmerge,
    Why,
)
from rules.arguments import (
    ECHO,
    Typed,
    Word,
    add_lead,
    add_note,
    assign,
    away,
    correct_phone,
    echo,
    follow_up,
    lead_and_rest,
    logged,
    not_now,
    opt_out,
    pass_on,
    sold,
)
from rules.digest_asks import ask_digest
from rules.phones import plain
from rules.refusals import Refused
from rules.stage_words import read_move

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The letters that a Hebrew keyboard gives where an English word was meant.
_KEYBOARD = str.maketrans("'קראטוןםפשדגכעיחלךזסבהנמצ", "wertyuiopasdfghjklzxcvbnm")


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
    parse, _, sample = VERBS[name]
    return parse(Typed(name, words[taken:], now, zone, currency, sample))


def nearest_command(word: str) -> str | None:
    """Give the English verb (a key of VERBS) nearest to a word, or None if none is near.

    A word near a Hebrew alias gives that alias' verb, so does one typed on the wrong keyboard.
    """
    key = _key(plain(word).casefold())
    switched = key.translate(_KEYBOARD)
    if switched in VERBS:
        return switched
    found = difflib.get_close_matches(key[:ECHO], _VERB_OF, n=1)
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
    raise Refused("command.unknown", word=echo(words[0]), nearest=nearest or "")


def _key(text: str) -> str:
    return re.sub(r"[\s_-]", "", text)


def _claim(typed: Typed) -> Claim:
    return Claim(lead_and_rest(typed)[0]) if typed.words else Claim()


def _merge(typed: Typed) -> Merge:
    """Read two leads, or none; raises Refused where only one is named."""
    if not typed.words:
        return Merge()
    lead_id, rest = lead_and_rest(typed)
    if not rest:
        raise Refused("merge.needs_two", lead_id=lead_id)
    return Merge(lead_id, lead_and_rest(replace(typed, words=rest))[0])


def _refunds(typed: Typed) -> Refunds:
    return Refunds(lead_and_rest(typed)[0]) if typed.words else Refunds()


def _help(typed: Typed) -> Help:
    return Help(_verb(typed.words)[0]) if typed.words else Help()


VERBS: Final[dict[str, Verb]] = {
    "noanswer": Verb(logged, ("אין מענה", "לא ענה", "לא ענתה")),
    "busy": Verb(logged, ("תפוס", "עסוק")),
    "voicemail": Verb(logged, ("תא קולי", "הודעה")),
    "followup": Verb(follow_up, ("המשך", "פולואפ", "פולו אפ", "מעקב"), "high 16:00"),
    "notnow": Verb(not_now, ("לא עכשיו", "לא כרגע"), "16:00"),
    "sold": Verb(sold, ("נמכר", "מכירה"), "1290"),
    "lost": Verb(logged, ("אבוד", "לא רלוונטי")),
    "invalid": Verb(logged, ("שגוי", "מספר שגוי")),
    "unavailable": Verb(logged, ("לא זמין", "לא זמינה")),
    "note": Verb(add_note, ("הערה",), "…"),
    "add": Verb(add_lead, ("הוסף", "הוספה", "הוסיפי", "ליד חדש")),
    "phone": Verb(correct_phone, ("טלפון", "מספר"), "054-234-5678"),
    "show": Verb(lambda typed: Show(lead_and_rest(typed)[0]), ("הצג", "הראה")),
    "why": Verb(lambda typed: Why(lead_and_rest(typed)[0]), ("למה", "מדוע")),
    "next": Verb(lambda _: NextLead(), ("הבא", "הבאה")),
    "mine": Verb(lambda _: Mine(), ("שלי",)),
    "assign": Verb(assign, ("שיוך", "שייך"), "@Dana"),
    "claim": Verb(_claim, ("לקחת", "לוקח", "לוקחת")),
    "pass": Verb(pass_on, ("העברה", "העבר", "להעביר"), "…"),
    "optout": Verb(opt_out, ("הסר", "הסרה", "להסיר"), "sms"),
    "stage": Verb(lambda typed: read_move(*lead_and_rest(typed)), ("שלב",), "sql"),
    "merge": Verb(_merge, ("מיזוג", "מזג", "למזג"), "124"),
    "unmerge": Verb(
        lambda typed: Unmerge(lead_and_rest(typed)[0]), ("ביטול מיזוג", "פיצול", "לפצל")
    ),
    "playbook": Verb(lambda _: ShowPlaybook(), ("ספר משחק", "שיטה")),
    "team": Verb(lambda _: ShowTeam(), ("צוות", "הצוות")),
    "digest": Verb(ask_digest, ("סיכום", "דוח", 'דו"ח')),
    "refunds": Verb(_refunds, ("זיכויים", "זיכוי", "החזרים")),
    "export": Verb(lambda typed: Export(lead_and_rest(typed)[0]), ("ייצוא", "יצוא", "מידע")),
    "away": Verb(away, ("הפסקה", "בהפסקה", "יצאתי")),
    "back": Verb(lambda _: Back(), ("חזרתי", "בחזרה")),
    "undo": Verb(lambda _: Undo(), ("בטל", "ביטול")),
    "help": Verb(_help, ("עזרה",)),
}
_VERB_OF: Final = {
    _key(alias): name for name, verb in VERBS.items() for alias in (name, *verb.aliases)
}
