"""What a customer answers by SMS: no more messages, messages again, or just words (L2.3)."""

import re
from typing import Final
from unicodedata import combining, normalize

from rules.lead import Lead
from rules.phones import masked_email, plain
from rules.sending import SendEmail, SendSms
from rules.stopping import Stop, stops
from rules.words import Layer

_OPTIN: Final = frozenset(
    (
        *("start", "unstop", "yes"),
        *("חדש", "חדשו", "לחדש", "הצטרף", "הצטרפות", "להצטרף", "להצטרפות"),
        *("חזרו אלי", "חזרו אליי", "תחזרו אלי", "תחזרו אליי"),
    )
)
_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"(?<=[^\W_])['\"](?=[^\W_])")
_ADDRESS = re.compile(r"[^\s@<>]+\s{0,3}@\s{0,3}[^\s@<>]*[^\W\d_][^\s@<>]*\.[^\s@<>]+")
_NUMBER = re.compile(r"\d(?:[\W_]{0,3}\d){6,}")
# Dates, hours and prices that a longer number does not go on with.
_NO_NUMBER = re.compile(
    r"(?<![\d/.:,-])(?:[0-3]?\d([/.-])(?:0?[1-9]|1[0-2])\1(?:20\d\d|\d\d(?!\W{0,3}\d(?!\d?:)))"
    r"|20\d\d-(?:0[1-9]|1[0-2])-[0-3]\d"
    r"|[1-9]\d?(?:,\d{3}){2}|[1-9]\d{0,2},\d{3})(?![/.:,-]?\d)"
    r"|(?<![\d/.:,])(?:[01]?\d|2[0-3]):[0-5]\d(?![/.:,]?\d)"
)
_HEAD, _TAIL, _SHORTEST = 3, 2, 7


def asked_to_stop(text: str) -> Stop:
    """Say whether a message asks for no more messages, or for no more calls either."""
    return stops(_said(text))


def reads_as_optin(text: str) -> bool:
    """Say whether a whole message is one of the sayings that ask for messages again.

    Some are everyday words: they mean this only from somebody who asked for no more before.
    """
    return _said(text) in _OPTIN


def _said(text: str) -> str:
    bare = "".join(one for one in normalize("NFD", plain(text)) if not combining(one))
    return " ".join(_WORD.findall(_INSIDE.sub("", bare))).casefold()


def waits_for_an_answer(lead: Lead) -> tuple[str, ...]:
    """Give the once_keys of messages that are true no more once the lead has written (L2.3)."""
    about = str(lead.missed_followup)
    return (
        SendSms(lead.id, Layer.SMS_FIRST).once_key,
        SendEmail(lead.id, Layer.MAIL_FIRST).once_key,
        SendSms(lead.id, Layer.SMS_FOLLOWUP, about=about).once_key,
        SendEmail(lead.id, Layer.MAIL_OFFER, about=about).once_key,
    )


def without_details(text: str) -> str:
    """Give a customer's words with numbers and addresses masked, for a channel to read (C5)."""
    masked = _ADDRESS.sub(lambda found: masked_email("".join(found[0].split())), plain(text))
    return _NUMBER.sub(lambda found: _masked(found[0]), masked)


def _masked(run: str) -> str:
    """Hide the middle of the number among digits, not dates, hours and prices beside it."""
    clear = {at for found in _NO_NUMBER.finditer(run) for at in range(*found.span())}
    places = [at for at, char in enumerate(run) if char.isdecimal() and at not in clear]
    hidden = set(places[_HEAD:-_TAIL]) if len(places) >= _SHORTEST else set()
    return "".join("•" if at in hidden else char for at, char in enumerate(run))
