"""What a customer answers by SMS: no more messages, messages again, or just words (L2.3)."""

import re
from typing import Final
from unicodedata import combining, normalize

from rules.lead import Lead
from rules.phones import masked_email, plain
from rules.sending import SendEmail, SendSms
from rules.words import Layer

_OPTOUT: Final = frozenset(
    (
        *("stop", "unsubscribe", "end", "quit", "stopall", "cancel", "revoke", "optout"),
        *("stop all", "opt out", "stop please", "please stop"),
        *("הסר", "הסירו", "הסירי", "עצור", "עצרו", "תפסיקו", "להסיר", "להסרה", "הסרה"),
        *(
            "הסר אותי",
            "הסירו אותי",
            "תסירו אותי",
            "תסירו אותי בבקשה",
            "להסיר אותי",
            "נא להסיר",
            "בבקשה להסיר",
        ),
    )
)
_OPTIN: Final = frozenset(
    (
        *("start", "unstop", "yes"),
        *("חדש", "חדשו", "לחדש", "הצטרף", "הצטרפות", "להצטרף", "להצטרפות"),
        *("חזרו אלי", "חזרו אליי", "תחזרו אלי", "תחזרו אליי"),
    )
)
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_NUMBER = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){6,}")
_HEAD, _TAIL = 3, 2


def reads_as_optout(text: str) -> bool:
    """Say whether a whole message is one of the sayings that ask for no more messages."""
    return _said(text) in _OPTOUT


def reads_as_optin(text: str) -> bool:
    """Say whether a whole message is one of the sayings that ask for messages again.

    Some are everyday words: they mean this only from somebody who asked for no more before.
    """
    return _said(text) in _OPTIN


def _said(text: str) -> str:
    bare = "".join(one for one in normalize("NFD", plain(text)) if not combining(one))
    return " ".join(_WORD.findall(bare)).casefold()


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
    masked = _ADDRESS.sub(lambda found: masked_email(found[0]), text)
    return _NUMBER.sub(lambda found: _masked(found[0]), masked)


def _masked(number: str) -> str:
    total, seen, shown = sum(char.isdecimal() for char in number), 0, ""
    for char in number:
        hidden = char.isdecimal() and _HEAD <= seen < total - _TAIL
        shown += "•" if hidden else char
        seen += char.isdecimal()
    return shown
