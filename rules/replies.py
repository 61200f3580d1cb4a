"""What a customer answers by SMS: whether it asks for no more messages (contract: Consent)."""

import re
from dataclasses import replace
from typing import Final

from rules.lead import Lead
from rules.phones import plain
from rules.words import Channel

_OPTOUT: Final = frozenset(
    (
        *("stop", "unsubscribe", "end", "quit", "stopall", "cancel", "revoke", "optout"),
        *("הסר", "הסירו", "הסירי", "עצור", "תפסיקו", "להסיר"),
    )
)
_WORD = re.compile(r"[^\W_]+")


def reads_as_optout(text: str) -> bool:
    """Say whether a whole message is one of the words that ask for no more messages."""
    words = _WORD.findall(plain(text))
    return len(words) == 1 and words[0].casefold() in _OPTOUT


def without_messages(lead: Lead) -> Lead:
    """Give the lead as one who asked for no SMS and no mail; what was closed before stays so."""
    return replace(lead, opted_out=tuple(dict.fromkeys((*lead.opted_out, *Channel))))
