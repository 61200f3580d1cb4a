"""What left for customers: by which channel, to which address, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.rows import insert_new
from storage.tables import messages
from storage.unit import Unit, View

SENT, DELIVERED, FAILED = "sent", "delivered", "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One SMS or mail that left; moments are UTC, `ref` is the provider's id of it."""

    id: int
    lead_id: int
    channel: str
    layer: str
    address: str
    ref: str
    state: str
    at: datetime
    changed_at: datetime
    code: str

    @property
    def reaches(self) -> bool:
        """Whether its number or address is known still: whom it was for may have been erased."""
        return self.address.startswith("+") or "@" in self.address


_COLUMNS = [messages.c[name] for name in Message.__slots__]


def add(
    unit: Unit,
    *,
    lead_id: int,
    outbox_id: int,
    channel: str,
    layer: str,
    address: str,
    ref: str,
    state: str,
    at: datetime,
    code: str = "",
) -> None:
    """Write down that a message left, or why it could not; once for each row of the outbox."""
    values = {"lead_id": lead_id, "outbox_id": outbox_id, "channel": channel, "layer": layer}
    values |= {"address": address, "ref": ref, "state": state, "code": code}
    unit.execute(insert_new(unit, messages), values | {"at": at, "changed_at": at})


def forget_failed(unit: Unit, outbox_id: int) -> None:
    """Forget that a row's message failed, since it is to be sent again."""
    gone = messages.delete().where(messages.c.outbox_id == outbox_id, messages.c.state == FAILED)
    unit.execute(gone)


def sent_to(view: View, address: str, *, channel: str, since: datetime) -> list[datetime]:
    """Give when messages left for an address on a channel since a moment (UTC), oldest first."""
    query = select(messages.c.at).where(
        messages.c.address == address,
        messages.c.at >= since,
        messages.c.channel == channel,
        messages.c.state != FAILED,
    )
    return list(view.execute(query.order_by(messages.c.at)).scalars())


def of_ref(view: View, ref: str, *, lock: bool = False) -> Message | None:
    """Give the message with a provider's id; `lock` holds it until the unit ends."""
    query = select(*_COLUMNS).where(messages.c.ref == ref, messages.c.ref != "")
    row = view.execute(query.with_for_update() if lock else query).mappings().first()
    return Message(**row) if row else None


def of_lead(view: View, lead_id: int, *, most: int = 50) -> list[Message]:
    """Give a lead's newest messages, newest first."""
    query = select(*_COLUMNS).where(messages.c.lead_id == lead_id)
    rows = view.execute(query.order_by(messages.c.id.desc()).limit(most)).mappings()
    return [Message(**row) for row in rows]


def addresses(view: View, lead_id: int) -> list[str]:
    """Give every number and address to which a lead's messages were sent."""
    query = select(messages.c.address).where(messages.c.lead_id == lead_id).distinct()
    return [one for one in view.execute(query).scalars() if one]


def set_state(unit: Unit, message_id: int, *, state: str, code: str, at: datetime) -> None:
    """Record what became of a message, with the provider's code where it failed."""
    values = {"state": state, "code": code, "changed_at": at}
    unit.execute(update(messages).where(messages.c.id == message_id).values(values))
