"""What to do with a delivery that failed: again later, or never."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.sms_codes import LASTING

LONGEST = timedelta(minutes=2)
OLDEST = timedelta(hours=24)
FIRST_WAIT_SECONDS = 2
MOST_FAULTS = 12

PERMANENT = frozenset(
    {
        # what Slack answers to posts and changes
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "invalid_arguments",
        "invalid_blocks",
        "is_archived",
        "message_not_found",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_in_channel",
        "restricted_action",
        "user_not_found",
        "user_not_in_channel",
        # Twilio
        *LASTING,
        # mail: a 5xx answer, to the address or to the mail
        "smtp_address",
        "smtp_permanent",
        # the other side may have taken it; once too few is better than once too many
        "unknown_if_sent",
        # a webhook's target that says it is not there any more; what HubSpot will never take
        "hook_gone",
        "hubspot_400",
        # what only managers may see
        "managers_channel_is_public",
    }
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a delivery failed: the other side's own code, and how long it asked us to wait.

    `ours` when the fault is in this program, so that trying for a day would not help; `alone`
    when it is about this one order, so that others of its lane need not wait.
    """

    code: str
    retry_after: float | None = None
    ours: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at this moment (UTC)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never try again: the row is dead and a manager sees it."""

    code: str


def decide_retry(
    failure: Failure, *, attempts: int, tried_at: datetime, now: datetime
) -> Retry | GiveUp:
    """Decide after the `attempts`-th failed try of what was first tried at `tried_at` (UTC).

    Retry-After (seconds) is obeyed. An outage, or a token that has to be mended, is waited out
    for a day; a fault that lies in the message itself is for ever.
    """
    if failure.code in PERMANENT or now - tried_at > OLDEST:
        return GiveUp(failure.code)
    if failure.retry_after is not None:
        return Retry(now + timedelta(seconds=failure.retry_after))
    if failure.ours and attempts >= MOST_FAULTS:
        return GiveUp(failure.code)
    wait = timedelta(seconds=FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, 20))
    return Retry(now + min(wait, LONGEST))
