"""What Twilio's error codes and message states mean, as data (L2.4, L5.1)."""

from enum import StrEnum
from typing import Final


class Meaning(StrEnum):
    """Why an SMS did not arrive, and so what follows from it."""

    LANDLINE = "landline"
    INVALID = "invalid"
    OPTED_OUT = "opted_out"
    RETRY = "retry"
    REGION = "region"
    FILTERED = "filtered"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


# Those of sending begin with 2, those of delivery with 3. Twilio adds codes and splits old ones:
# what is not listed is unknown, and nothing follows but a line in the history.
_CODES: Final[dict[Meaning, tuple[str, ...]]] = {
    Meaning.LANDLINE: (
        "21614",  # not a mobile number
        "21635",  # a landline
        "30006",  # a landline, or a carrier that takes no SMS
    ),
    Meaning.INVALID: (
        "21211",  # no number that can be
        "21217",  # no number that seems to be
        "30005",  # nobody has this number
    ),
    Meaning.OPTED_OUT: ("21610",),  # answered STOP to this sender
    Meaning.RETRY: (
        "14107",  # too many at once
        "20429",  # too many requests
        "21611",  # the sender's queue is full
        "30001",  # the queue overflowed
        "30017",  # the carrier is congested
        "30022",  # the carrier's rate is used up
        "30023",  # the carrier's day is used up
    ),
    Meaning.REGION: (
        "21408",  # the country is switched off in the account
        "21612",  # no route from this sender to there
        "30018",  # the country wants a registered sender
        "30024",  # the carrier does not know this sender
        "30032",  # a toll-free sender that is not verified
        "30034",  # a sender that is not registered
    ),
    Meaning.FILTERED: (
        "30004",  # the destination takes nothing, or nothing from us
        "30007",  # the carrier took it for spam
    ),
    Meaning.UNREACHABLE: ("30003",),  # switched off or out of reach
}
MEANINGS: Final = {code: meaning for meaning, codes in _CODES.items() for code in codes}
_PASSING = frozenset({Meaning.RETRY, Meaning.UNREACHABLE})
LASTING: Final = frozenset(code for code, meaning in MEANINGS.items() if meaning not in _PASSING)
"""The codes for which the same SMS would fail again."""

SENT, DELIVERED, FAILED = "sent", "delivered", "failed"
_STATES: Final = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), SENT),
    **dict.fromkeys(("delivered", "read"), DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), FAILED),
}


def meaning_of(code: str) -> Meaning:
    """Say what an error code means; UNKNOWN for one that is not in the table."""
    return MEANINGS.get(code, Meaning.UNKNOWN)


def state_of(status: str) -> str:
    """Give a message's state by Twilio's word for it; "" for a word that is none."""
    return _STATES.get(status.lower(), "")


def is_news(before: str, state: str) -> bool:
    """Say whether a report changes a message: the first end that is told stands for ever.

    Reports come twice and out of order, so a delivered message never becomes sent again.
    """
    return before == SENT and state in {DELIVERED, FAILED}
