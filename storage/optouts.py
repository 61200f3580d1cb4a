"""Who asked not to be contacted: by number or address, so that it holds for every lead with it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, or_, select, true, update

from rules.optouts import BY_COMMAND
from storage import suppression
from storage.rows import insert_new
from storage.tables import leads, optouts
from storage.unit import Unit, View

LINE = "opted_out"
"""What an opt-out is called in a lead's history."""


def add(
    unit: Unit,
    address: str,
    channels: Iterable[str],
    *,
    at: datetime,
    actor: str,
    how: str,
    lead_id: int | None,
) -> tuple[str, ...]:
    """Close channels for a number or address, for good; gives those that were open before.

    `how` says by which door it was asked: sms, page, command, provider. What the person asked
    takes the place of what a rep wrote down, and so does what another rep writes down, so that
    taking the former back leaves it closed.
    """
    closed = []
    address = suppression.standing(unit, address)
    for channel in channels:
        values = {"at": at, "actor": actor, "how": how, "lead_id": lead_id}
        row = {"address": address, "channel": channel}
        if unit.execute(insert_new(unit, optouts), row | values).rowcount:
            closed.append(channel)
        else:
            standing = update(optouts).where(_is(address, channel), _gives_way(how, actor))
            unit.execute(standing.values(values))
    return tuple(closed)


def _gives_way(how: str, actor: str) -> Any:
    """Say which rows a new asking takes the place of: a rep's only those of another rep."""
    if how != BY_COMMAND:
        return true()
    return (optouts.c.how == BY_COMMAND) & (optouts.c.actor != actor)


def _is(address: str, channel: str) -> Any:
    return (optouts.c.address == address) & (optouts.c.channel == channel)


def _is_known(view: View, address: str, channel: str) -> Any:
    """Say which row closes a channel for a number or address, also for who was erased."""
    return optouts.c.address.in_(suppression.forms(view, address)) & (optouts.c.channel == channel)


_CLOSED = select(optouts.c.channel).where(optouts.c.address.in_(bindparam("known", expanding=True)))


def of(view: View, *addresses: str) -> frozenset[str]:
    """Give the channels that are closed for any of these numbers and addresses."""
    known = [one for one in addresses if one]
    if not known:
        return frozenset()
    known += suppression.marks(view, known).values()
    return frozenset(view.execute(_CLOSED, {"known": known}).scalars())


def has(view: View, address: str, *, channel: str) -> bool:
    """Say whether a channel is closed for a number or address."""
    return channel in of(view, address)


def is_anothers(view: View, address: str, *, channel: str, lead_id: int) -> bool:
    """Say whether a channel is closed for a number by more than this lead's own asking.

    By what somebody else asked, or because another lead has the number too.
    """
    having = (leads.c.phone_e164 == address) & (leads.c.id != lead_id)
    shared = exists(select(leads.c.id).where(having, leads.c.merged_into.is_(None)))
    anothers = or_(optouts.c.lead_id.is_distinct_from(lead_id), shared)
    found = select(optouts.c.channel).where(_is_known(view, address, channel), anothers)
    return view.execute(found).first() is not None


def reopen(unit: Unit, address: str, channels: Iterable[str]) -> None:
    """Open channels again: the person asked for it."""
    gone = delete(optouts).where(
        optouts.c.address.in_(suppression.forms(unit, address)),
        optouts.c.channel.in_(list(channels)),
    )
    unit.execute(gone)


def take_back(unit: Unit, address: str, channel: str, *, at: datetime, actor: str) -> bool:
    """Take back what one act closed; False where it stands by another's asking by now."""
    mine = (optouts.c.at == at) & (optouts.c.actor == actor) & (optouts.c.how == BY_COMMAND)
    closed = _is_known(unit, address, channel)
    return bool(unit.execute(delete(optouts).where(closed, mine)).rowcount)
