"""The report's figures of messages, follow-ups, the mailing list and claims."""

from dataclasses import dataclass

from rules.report_values import NO_AMOUNT, NO_SHARE, NO_SPREAD, Amount, Share, Spread
from rules.words import Channel, Layer


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """Messages of a channel that left in the period; `layer` None is all of them (L2, L3).

    Of `sent`, some were `delivered`, of others nothing is known; those that `failed` are not among
    them, and are told as a part of all. Of the leads they were sent to, some `answered` the same
    way, `opted_out`, `came_back` (wrote, pressed on their page or answered a call) or bought
    (`sales`) after them, by the period's end.
    """

    channel: Channel
    layer: Layer | None = None
    sent: int = 0
    delivered: Share = NO_SHARE
    failed: Share = NO_SHARE
    answered: Share = NO_SHARE
    opted_out: Share = NO_SHARE
    came_back: Share = NO_SHARE
    sales: int = 0
    cost: Amount = NO_AMOUNT


@dataclass(frozen=True, slots=True)
class FollowUpFigures:
    """Follow-ups that came due in the period (L4): `kept` were called within their hour.

    `late` is how long after their time others were called, `missed` were not called by the
    period's end, `moved` ended without a call, such as for another time.
    """

    due: int = 0
    kept: Share = NO_SHARE
    missed: Share = NO_SHARE
    moved: int = 0
    late: Spread = NO_SPREAD


@dataclass(frozen=True, slots=True)
class MailingFigures:
    """The mailing list (L3.3): leads written to in the period, who came back and bought."""

    written: int = 0
    returned: Share = NO_SHARE
    sales: int = 0


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """Claims against vendors in the period (L5.5): sent, decided; `waiting` stand at its end."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    credit: Amount = NO_AMOUNT
    waiting: int = 0
