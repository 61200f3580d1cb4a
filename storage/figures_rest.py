"""What figures say of messages, follow-ups, the mailing list and claims (L2-L5)."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, or_, select

from rules.claims import ClaimState
from rules.report import ALL, Only
from rules.sums import Claimed, Due, Left
from rules.words import Channel, Layer, Outcome
from storage.figures import of_those
from storage.tables import attempts, claims, followups, history, leads, messages, optouts
from storage.unit import View

TEXTED, MAILED, PRESSED = "replied", "replied_mail", "asked~_%"
HEARD = or_(history.c.what.in_((TEXTED, MAILED)), history.c.what.like(PRESSED, escape="~"))
"""The lines of a lead's history that are its own words to us, or a press on its page."""
RETURNED = "returned"
OPEN, UNDONE = "open", "undone"


def left(view: View, *, since: datetime, until: datetime, only: Only) -> list[Left]:
    """Give the messages from `since` up to `until` (UTC), and what came after, up to `until`.

    An SMS is answered by an SMS, a mail by a mail; a press on the page may come of either.
    """
    told = exists().where(history.c.lead_id == messages.c.lead_id, *_after(history.c.at, until))
    called = exists().where(
        *(attempts.c.lead_id == messages.c.lead_id, attempts.c.undone_at.is_(None)),
        *_after(attempts.c.at, until),
    )
    stopped = exists().where(
        *(optouts.c.address == messages.c.address, messages.c.address != ""),
        *_after(optouts.c.at, until),
    )
    words = case((messages.c.channel == Channel.EMAIL, MAILED), else_=TEXTED)
    pressed = told.where(history.c.what.like(PRESSED, escape="~"))
    sold = called.where(attempts.c.outcome == Outcome.SOLD, attempts.c.amount_minor > 0)
    query = select(
        *(messages.c.lead_id, messages.c.channel, messages.c.layer, messages.c.state),
        *(told.where(history.c.what == words), pressed, stopped),
        *(told.where(history.c.what == RETURNED), called.where(attempts.c.answered), sold),
    ).join_from(messages, leads)
    query = query.where(messages.c.at >= since, messages.c.at < until, *of_those(only))
    return [_left(row) for row in view.execute(query)]


def _after(moment: Any, until: datetime) -> tuple[Any, Any]:
    return moment >= messages.c.at, moment < until


def _left(row: Any) -> Left:
    lead_id, channel, layer, state, *flags = row
    return Left(lead_id, Channel(channel), Layer(layer), state, *map(bool, flags))


def due(view: View, *, since: datetime, until: datetime, only: Only) -> list[Due]:
    """Give the follow-ups due from `since` up to `until` (UTC), and their calls up to `until`.

    What was taken back counts for nothing.
    """
    called = select(func.min(attempts.c.at)).where(
        *(attempts.c.lead_id == followups.c.lead_id, attempts.c.ended_followup == followups.c.id),
        *(attempts.c.undone_at.is_(None), attempts.c.at < until),
    )
    query = select(followups.c.due_at, called.scalar_subquery(), followups.c.state)
    query = query.join_from(followups, leads).where(
        *(followups.c.due_at >= since, followups.c.due_at < until, followups.c.state != UNDONE),
        *of_those(only),
    )
    return [Due(at, call, state == OPEN) for at, call, state in view.execute(query)]


def claimed(view: View, *, since: datetime, until: datetime, only: Only) -> Claimed:
    """Count the claims that were sent and decided in a period (UTC), and those that wait (L5.5)."""
    sent = (claims.c.sent_at >= since) & (claims.c.sent_at < until)
    decided = (claims.c.decided_at >= since) & (claims.c.decided_at < until)
    waits = (claims.c.state == ClaimState.SENT) & (claims.c.sent_at < until)
    accepted, refused = (
        decided & (claims.c.state == state) for state in (ClaimState.ACCEPTED, ClaimState.REFUSED)
    )
    counts = [func.sum(case((one, 1), else_=0)) for one in (sent, accepted, refused, waits)]
    query = select(*counts)
    if only != ALL:
        query = query.join_from(claims, leads, leads.c.id == claims.c.lead_id)
    row = view.execute(query.where(*of_those(only))).one()
    return Claimed(*(int(one or 0) for one in row))
