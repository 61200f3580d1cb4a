"""Who asked not to be contacted: by number or address, so that it holds for every lead with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, true, update

from rules.optouts import BY_COMMAND
from storage.rows import insert_new
from storage.tables import history, optouts
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


def of(view: View, *addresses: str) -> frozenset[str]:
    """Give the channels that are closed for any of these numbers and addresses."""
    known = [one for one in addresses if one]
    if not known:
        return frozenset()
    query = select(optouts.c.channel).where(optouts.c.address.in_(known))
    return frozenset(view.execute(query).scalars())


def has(view: View, address: str, *, channel: str) -> bool:
    """Say whether a channel is closed for a number or address."""
    return channel in of(view, address)


def reopen(unit: Unit, address: str, channels: Iterable[str]) -> None:
    """Open channels again: the person asked for it."""
    gone = delete(optouts).where(
        optouts.c.address == address, optouts.c.channel.in_(list(channels))
    )
    unit.execute(gone)


def take_back(unit: Unit, address: str, channel: str, *, at: datetime, actor: str) -> bool:
    """Take back what one act closed; False where it stands by another's asking by now."""
    mine = (optouts.c.at == at) & (optouts.c.actor == actor) & (optouts.c.how == BY_COMMAND)
    return bool(unit.execute(delete(optouts).where(_is(address, channel), mine)).rowcount)


@dataclass(frozen=True, slots=True)
class Written:
    """An opt-out's line of history; the moment is UTC."""

    lead_id: int
    at: datetime
    actor: str
    data: dict[str, Any]


def write(unit: Unit, lead_id: int, *, at: datetime, actor: str, data: dict[str, Any]) -> int:
    """Write an opt-out in a lead's history; gives the line's number."""
    row = {"lead_id": lead_id, "at": at, "actor": actor, "what": LINE, "data": data}
    return int(unit.execute(insert(history).returning(history.c.id), row).scalar_one())


def written(unit: Unit, line_id: int) -> Written | None:
    """Give an opt-out's line, held until the unit ends; None where there is none."""
    query = select(history.c.lead_id, history.c.at, history.c.actor, history.c.data)
    query = query.where(history.c.id == line_id, history.c.what == LINE)
    row = unit.execute(query.with_for_update()).first()
    return Written(*row) if row else None


def rewrite(unit: Unit, line_id: int, data: dict[str, Any]) -> None:
    """Put other data in an opt-out's line: what is needed to take it back, or that it was."""
    unit.execute(update(history).where(history.c.id == line_id).values(data=data))
