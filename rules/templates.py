"""The texts a manager writes for customers: what may stand in them, which one fits, filled."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from string import Formatter
from typing import Literal

from rules.phones import plain
from rules.segments import count
from rules.words import Channel

SMS_UNITS = 1600
MAIL_LENGTH = 10_000
SUBJECT_LENGTH = 150
_UNPRINTABLE = {"Cc", "Cs"}
_FORMER_CODES = {"iw": "he"}

FaultKey = Literal[
    "unknown_field",
    "stray_brace",
    "empty",
    "needs_subject",
    "no_subject_in_sms",
    "too_long",
    "subject_lines",
]
Part = Literal["subject", "text"]


class Moment(StrEnum):
    """When a customer is written to (L2.1, L2.2, L3.1-L3.3, L5.1, L5.4)."""

    SMS_FIRST = "sms_first"
    SMS_FIRST_NOTNOW = "sms_first_notnow"
    SMS_FOLLOWUP = "sms_followup"
    MAIL_FIRST = "mail_first"
    MAIL_FIRST_NOTNOW = "mail_first_notnow"
    MAIL_OFFER = "mail_offer"
    MAILING_LIST = "mailing_list"
    ASK_PHONE = "ask_phone"


_SMS = frozenset({Moment.SMS_FIRST, Moment.SMS_FIRST_NOTNOW, Moment.SMS_FOLLOWUP})
_ALWAYS = frozenset(Moment)
_AGREED = frozenset(
    {Moment.SMS_FIRST_NOTNOW, Moment.SMS_FOLLOWUP, Moment.MAIL_FIRST_NOTNOW, Moment.MAIL_OFFER}
)
# What may stand in braces, and at which moments it is known: `name` is the first name, `phone`
# the number to call back, `sender` the company, `when` the agreed time, `link` the customer's page.
FIELDS: dict[str, frozenset[Moment]] = {
    "name": _ALWAYS,
    "phone": _ALWAYS,
    "sender": _ALWAYS,
    "rep": _ALWAYS,
    "product": _ALWAYS,
    "campaign": _ALWAYS,
    "when": _AGREED,
    "link": _ALWAYS,
    "referrer": _ALWAYS,
}


@dataclass(frozen=True, slots=True)
class Template:
    """A text for a moment; a `language` (BCP 47) or `kind` of "" means any."""

    moment: Moment
    text: str
    language: str = ""
    kind: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a template; `params` fill the sentence that says so."""

    key: FaultKey
    part: Part
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a filled text: the manager's own words, or what fills the `field` there."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template that fits, with its subject and text filled; an SMS has the subject "".

    `pieces` are the text again, the manager's words apart from what filled them.
    """

    template: Template
    subject: str
    text: str
    pieces: tuple[Piece, ...] = field(default=(), compare=False)


def channel_of(moment: Moment) -> Channel:
    """Give the channel on which a moment's text leaves."""
    return Channel.SMS if moment in _SMS else Channel.EMAIL


def fields_of(moment: Moment) -> frozenset[str]:
    """Give the fields that may stand in braces in a moment's text and subject."""
    return frozenset(name for name, moments in FIELDS.items() if moment in moments)


def base_language(code: str) -> str:
    """Give the language alone of a BCP 47 code: 'he' of 'he-IL' and of the former 'iw'."""
    base = re.split("[-_]", code.strip().lower())[0]
    return _FORMER_CODES.get(base, base)


def faults(template: Template) -> list[Fault]:
    """List what keeps a template from being used, the subject's faults first.

    The lengths are of the text as written, braces and all: an SMS in units of its encoding, mail
    in characters. `params`: `unknown_field` has `field` and `known`, `too_long` has `length` and
    `limit`.
    """
    return [*_subject_faults(template), *_text_faults(template)]


def _subject_faults(template: Template) -> list[Fault]:
    subject = template.subject
    if channel_of(template.moment) is Channel.SMS:
        return [Fault("no_subject_in_sms", "subject")] if subject else []
    if not _shows(subject):
        return [Fault("needs_subject", "subject")]
    broken = subject.splitlines() != [subject]
    return [
        *([Fault("subject_lines", "subject")] if broken else []),
        *_length_faults("subject", len(subject), SUBJECT_LENGTH),
        *_field_faults("subject", subject, template.moment),
    ]


def _text_faults(template: Template) -> list[Fault]:
    text = template.text
    if not _shows(text):
        return [Fault("empty", "text")]
    if channel_of(template.moment) is Channel.SMS:
        too_long = _length_faults("text", count(text).units, SMS_UNITS)
    else:
        too_long = _length_faults("text", len(text), MAIL_LENGTH)
    return [*too_long, *_field_faults("text", text, template.moment)]


def _length_faults(part: Part, length: int, limit: int) -> list[Fault]:
    return [Fault("too_long", part, {"length": length, "limit": limit})] if length > limit else []


def _field_faults(part: Part, text: str, moment: Moment) -> list[Fault]:
    try:
        names = dict.fromkeys(name for _, name in _parsed(text) if name is not None)
    except ValueError:
        return [Fault("stray_brace", part)]
    allowed = fields_of(moment)
    known = ", ".join(name for name in FIELDS if name in allowed)
    return [
        Fault("unknown_field", part, {"field": name, "known": known})
        for name in names
        if name not in allowed
    ]


def _parsed(text: str) -> list[tuple[str, str | None]]:
    """Give each stretch of plain text and the field behind it as written, None where none is."""
    parts = [
        (plainly, None if name is None else _written(name, spec, conversion))
        for plainly, name, spec, conversion in Formatter().parse(text)
    ]
    if any(name == "" for _, name in parts):
        raise ValueError("braces without a name")
    return parts


def _written(name: str, spec: str | None, conversion: str | None) -> str:
    return f"{name}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}"


def needed(text: str) -> frozenset[str]:
    """Give the fields a text needs, as written; raises ValueError for a stray brace."""
    return frozenset(name for _, name in _parsed(text) if name is not None)


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """Fill a text's fields; None where one has no value that shows, or a brace is stray.

    Strangers' values are set in as they are, braces too, but on one line and without control
    characters.
    """
    pieces = _pieces(text, values)
    return None if pieces is None else "".join(piece.text for piece in pieces)


def _pieces(text: str, values: Mapping[str, str]) -> tuple[Piece, ...] | None:
    try:
        parts = _parsed(text)
    except ValueError:
        return None
    lines = {name: _in_line(values.get(name, "")) for _, name in parts if name is not None}
    if not all(_shows(line) for line in lines.values()):
        return None
    found = (
        piece
        for plainly, name in parts
        for piece in (Piece(plainly), *([] if name is None else [Piece(lines[name], name)]))
    )
    return tuple(piece for piece in found if piece.text)


def _in_line(value: str) -> str:
    kept = (c for c in value if c.isspace() or unicodedata.category(c) not in _UNPRINTABLE)
    return " ".join("".join(kept).split())


def _shows(text: str) -> bool:
    return bool(plain(_in_line(text)).strip())


def choose(
    templates: Iterable[Template],
    *,
    moment: Moment,
    language: str,
    kind: str,
    values: Mapping[str, str],
) -> Chosen | None:
    """Give the most specific template that can be filled whole, filled; None when none can.

    One for language and kind goes before one for the language, then the kind, then any; of two
    alike the first given. Languages are compared without their region: 'he-IL' is 'he'.
    """
    spoken = {"", base_language(language)}
    fitting = [
        one
        for one in templates
        if one.moment == moment and one.kind in {"", kind} and base_language(one.language) in spoken
    ]
    fitting.sort(key=lambda one: (not one.language, not one.kind))
    whole = (_whole(one, values) for one in fitting)
    return next((one for one in whole if one), None)


def _whole(template: Template, values: Mapping[str, str]) -> Chosen | None:
    subject, pieces = filled(template.subject, values), _pieces(template.text, values)
    if subject is None or pieces is None:
        return None
    return Chosen(template, subject, "".join(piece.text for piece in pieces), pieces)
