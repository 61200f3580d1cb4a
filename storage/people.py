"""Which lead a person is now: numbers that several share, leads that became another (C2)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from rules.likeness import same_name
from rules.phones import email_key
from storage.rows import insert_new
from storage.tables import leads, shared_phones
from storage.unit import Unit, View

MOST_SHARING = 200
_INTO = select(leads.c.merged_into).where(leads.c.id == bindparam("lead"))
_SHARED = select(shared_phones.c.phone_e164).where(shared_phones.c.phone_e164 == bindparam("phone"))


def standing_id(view: View, lead_id: int) -> int:
    """Give the number of the lead that stands for one that may have become another."""
    into = view.execute(_INTO, {"lead": lead_id}).scalar()
    return lead_id if into is None else standing_id(view, int(into))


def is_shared(view: View, phone: str) -> bool:
    """Say whether several people are known to share this number (E.164)."""
    return bool(phone) and view.execute(_SHARED, {"phone": phone}).first() is not None


def share(unit: Unit, phone: str, *, actor: str, at: datetime) -> None:
    """Note that several people share a number (E.164), now (UTC)."""
    row = {"phone_e164": phone, "actor": actor, "at": at}
    unit.execute(insert_new(unit, shared_phones), row)


def unshare(unit: Unit, phone: str) -> tuple[str, datetime] | None:
    """Forget that several people share a number (E.164); gives who said so and when (UTC).

    None where nobody had.
    """
    gone = delete(shared_phones).where(shared_phones.c.phone_e164 == phone)
    row = unit.execute(gone.returning(shared_phones.c.actor, shared_phones.c.at)).first()
    return (str(row.actor), row.at) if row else None


def is_anothers(view: View, phone: str, *, of: Collection[int]) -> bool:
    """Say whether a person besides these leads has this number (E.164)."""
    query = select(leads.c.id).where(leads.c.phone_e164 == phone, leads.c.phone_e164 != "")
    found = view.execute(query.order_by(leads.c.id).limit(MOST_SHARING)).scalars().all()
    return any(standing_id(view, int(one)) not in of for one in found)


def sharing(view: View, phone: str, *, name: str, email: str) -> int | None:
    """Give the oldest lead with a shared number whose name or address this is as well."""
    query = select(leads.c.id, leads.c.name, leads.c.email_key).where(
        leads.c.phone_e164 == phone, leads.c.phone_e164 != ""
    )
    key = email_key(email)
    for number, known, address in view.execute(query.order_by(leads.c.id).limit(MOST_SHARING)):
        if same_name(known, name) or (key and address == key):
            return standing_id(view, int(number))
    return None
