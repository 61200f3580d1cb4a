"""When another side that is down is left alone, and when it is tried again (C5)."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from rules.retries import PERMANENT, Failure

DIFFERENT = 5
"""So many orders in a row that all fail, and the side is left alone."""
LASTS = 60.0
"""Or a side that evidently is down for so many seconds, whatever the number of orders."""
FIRST_PAUSE = 5.0
PROBE_SECONDS = 60.0
"""A try that nobody heard of again is taken for lost after so long."""
UNANSWERED = "unknown_if_sent"

# What says of itself that it is about the side and not about one message: a fault of the network
# (by its class), a server's own fault, or a token that opens nothing any more.
_EVIDENT = re.compile(
    r"[A-Z]\w+|[a-z_]*_?5\d\d|\w+_(unreachable|timeout)|smtp_421|205\d\d|2000[35]|meta_(1|2|190)"
    r"|hubspot_40[13]"
)
_EVIDENT_OF_SLACK = frozenset(
    {
        "account_inactive",
        "fatal_error",
        "internal_error",
        "invalid_auth",
        "not_authed",
        "request_timeout",
        "service_unavailable",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "unreadable_answer",
        UNANSWERED,
    }
)


class State(StrEnum):
    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class Sign(StrEnum):
    """What a failed delivery says of the side that it went to."""

    DOWN = "down"
    MAYBE = "maybe"
    ANSWERS = "answers"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Breaker:
    """How one side fares, in seconds of a clock that only goes forward.

    `failed` are the different orders that failed since it last took one, `since` when the first
    of them did. While `pause` is not zero it is open: nothing leaves before `until`, then one
    order alone, for which `probing` stands.
    """

    failed: frozenset[int] = frozenset()
    since: float = 0.0
    pause: float = 0.0
    until: float = 0.0
    probing: bool = False

    def state(self, at: float) -> State:
        """Say whether all may leave, one, or nothing."""
        if not self.pause:
            return State.CLOSED
        return State.OPEN if at < self.until else State.HALF_OPEN


ANSWERED = Breaker()


def read_sign(failure: Failure) -> Sign:
    """Tell a side that is down from one that refuses a message, or asks for rest (Retry-After).

    Our own faults say nothing. An order that is refused `alone` speaks of the side only where
    the fault is evidently the server's.
    """
    if failure.ours:
        return Sign.NOTHING
    if failure.retry_after is not None:
        return Sign.ANSWERS
    if failure.code in _EVIDENT_OF_SLACK or _EVIDENT.fullmatch(failure.code):
        return Sign.DOWN
    return Sign.ANSWERS if failure.alone or failure.code in PERMANENT else Sign.MAYBE


def after_failure(
    breaker: Breaker, order: int, sign: Sign, *, at: float, longest: float, fewest: int = 1
) -> Breaker:
    """Count a failed order by its number; opens the breaker, or keeps it open twice as long.

    `longest` is the ceiling of its pauses in seconds. However long it lasts, so many different
    orders as `fewest` must have failed. What was in hand beside others when the
    breaker opened changes nothing.
    """
    if sign is Sign.NOTHING:
        return replace(breaker, probing=False, until=at) if breaker.probing else breaker
    if sign is Sign.ANSWERS:
        return ANSWERED
    if breaker.pause:
        if not breaker.probing:
            return breaker
        pause = min(breaker.pause * 2, longest)
        return replace(breaker, pause=pause, until=at + pause, probing=False)
    since = breaker.since if breaker.failed else at
    failed = breaker.failed | {order}
    many = len(failed) >= DIFFERENT
    lasts = sign is Sign.DOWN and at - since >= LASTS and len(failed) >= fewest
    if many or lasts:
        pause = min(FIRST_PAUSE, longest)
        return Breaker(failed, since, pause, at + pause)
    return Breaker(failed, since)


def begin_probe(breaker: Breaker, *, at: float) -> Breaker:
    """Let one order leave; until it is heard of, or a minute passed, no other does."""
    return replace(breaker, until=at + PROBE_SECONDS, probing=True)


def end_probe(breaker: Breaker, *, at: float) -> Breaker:
    """Let another order be tried at once: this one turned out not to be sent at all."""
    return replace(breaker, until=at, probing=False) if breaker.probing else breaker


def opened(before: Breaker, after: Breaker) -> bool:
    """Say whether the side is left alone from now on."""
    return bool(after.pause and not before.pause)


def closed(before: Breaker, after: Breaker) -> bool:
    """Say whether the side takes orders again from now on."""
    return bool(before.pause and not after.pause)
