"""What to do with a delivery that failed: again later, or never."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(hours=1)
MOST_ATTEMPTS = 12
FIRST_WAIT_SECONDS = 2

PERMANENT = frozenset(
    {
        # what Slack answers to posts and changes
        "account_inactive",
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "invalid_arguments",
        "invalid_auth",
        "invalid_blocks",
        "is_archived",
        "message_not_found",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_authed",
        "not_in_channel",
        "restricted_action",
        "token_revoked",
        "user_not_found",
        "user_not_in_channel",
        # Twilio: invalid number, not a mobile, region switched off, opted out
        "21211",
        "21408",
        "21610",
        "21614",
        # mail: any 5xx answer
        "smtp_permanent",
        # nobody carries it
        "switched_off",
    }
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a delivery failed: the other side's own code, and how long it asked us to wait."""

    code: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at this moment (UTC)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never try again: the row is dead and a manager sees it."""

    code: str


def decide_retry(failure: Failure, *, attempts: int, now: datetime) -> Retry | GiveUp:
    """Decide after the `attempts`-th failed try; Retry-After (seconds) is obeyed.

    Being asked to wait is no failure: it never uses up the tries.
    """
    if failure.code in PERMANENT:
        return GiveUp(failure.code)
    if failure.retry_after is not None:
        return Retry(now + timedelta(seconds=failure.retry_after))
    if attempts >= MOST_ATTEMPTS:
        return GiveUp(failure.code)
    wait = timedelta(seconds=FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, 20))
    return Retry(now + min(wait, LONGEST))
