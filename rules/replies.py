"""What a customer answers by SMS: whether it asks for no more messages (contract: Consent)."""

import re
from dataclasses import replace
from typing import Final
from unicodedata import combining, normalize

from rules.lead import Lead
from rules.phones import plain
from rules.words import Channel

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
_WORD = re.compile(r"[^\W_]+")


def reads_as_optout(text: str) -> bool:
    """Say whether a whole message is one of the sayings that ask for no more messages."""
    bare = "".join(one for one in normalize("NFD", plain(text)) if not combining(one))
    return " ".join(_WORD.findall(bare)).casefold() in _OPTOUT


def without_messages(lead: Lead) -> Lead:
    """Give the lead as one who asked for no SMS and no mail; what was closed before stays so."""
    return replace(lead, opted_out=tuple(dict.fromkeys((*lead.opted_out, *Channel))))
