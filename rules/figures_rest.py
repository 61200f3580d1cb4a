"""Messages, follow-ups and the mailing list, summed of what was counted (L2, L3, L4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from rules import stats
from rules.pricing import Pricing
from rules.queue import AGREED_FOR
from rules.report_rest import FollowUpFigures, MailingFigures, MessageFigures
from rules.sums import Due, Left
from rules.words import Channel, Layer

DELIVERED, FAILED = "delivered", "failed"


def message_figures(
    left: Iterable[Left], pricing: Pricing, *, least: int
) -> tuple[MessageFigures, ...]:
    """Give each channel's messages in all, then by what they answer to (L2, L3)."""
    groups: dict[tuple[Channel, Layer | None], list[Left]] = defaultdict(list)
    for one in left:
        groups[one.channel, None].append(one)
        groups[one.channel, one.layer].append(one)
    order = sorted(groups, key=lambda key: (key[0], key[1] or ""))
    return tuple(_messages(*key, groups[key], pricing, least) for key in order)


def _messages(
    channel: Channel, layer: Layer | None, left: Sequence[Left], pricing: Pricing, least: int
) -> MessageFigures:
    sent = _sent(left)
    delivered = sum(one.state == DELIVERED for one in sent)
    leads = len({one.lead_id for one in sent})
    heard = {one.lead_id for one in sent if one.heard}
    back = {one.lead_id for one in sent if one.heard or one.pressed or one.answered or one.returned}
    stopped = {one.lead_id for one in sent if one.opted_out}
    return MessageFigures(
        channel,
        layer,
        len(sent),
        stats.share(delivered, len(sent), least=least),
        stats.share(len(left) - len(sent), len(left), least=least),
        stats.share(len(heard), leads, least=least),
        stats.share(len(stopped), leads, least=least),
        stats.share(len(back), leads, least=least),
        len({one.lead_id for one in sent if one.bought}),
        pricing.messages(channel, len(sent)),
    )


def _sent(left: Iterable[Left]) -> list[Left]:
    """Give those that left for good, as their cost counts them."""
    return [one for one in left if one.state != FAILED]


def mailing(left: Iterable[Left], *, least: int) -> MailingFigures:
    """Give who of the mailing list was written to, came back and bought (L3.3)."""
    listed = [one for one in _sent(left) if one.layer is Layer.MAILING_LIST]
    leads = {one.lead_id for one in listed}
    back = {one.lead_id for one in listed if one.returned}
    bought = {one.lead_id for one in listed if one.bought}
    return MailingFigures(len(leads), stats.share(len(back), len(leads), least=least), len(bought))


def followups(due: Iterable[Due], *, until: datetime, least: int) -> FollowUpFigures:
    """Give the agreed times that were kept and missed (L4); whose hour is not over is neither."""
    found = list(due)
    called = [(one.called_at - one.due_at) for one in found if one.called_at is not None]
    kept = sum(wait < AGREED_FOR for wait in called)
    late = [wait.total_seconds() for wait in called if wait >= AGREED_FOR]
    uncalled = [one for one in found if one.called_at is None]
    missed = sum(one.open and one.due_at + AGREED_FOR <= until for one in uncalled)
    told = kept + len(late) + missed
    return FollowUpFigures(
        due=len(found),
        kept=stats.share(kept, told, least=least),
        missed=stats.share(missed, told, least=least),
        moved=sum(not one.open for one in uncalled),
        late=stats.spread(late, least=least),
    )
