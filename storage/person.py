"""One person: the leads that they are or were, and the numbers and addresses they alone have."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from rules.phones import email_key
from storage import people
from storage.tables import leads, merges, messages, optouts
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Person:
    """The leads that one person is or was, the standing one first; what reaches them alone.

    `phones` are E.164, `emails` as they were given and as their provider reads them.
    """

    ids: tuple[int, ...]
    phones: frozenset[str]
    emails: frozenset[str]

    @property
    def addresses(self) -> frozenset[str]:
        """Numbers and addresses together."""
        return self.phones | self.emails


def find(view: View, lead_id: int) -> Person | None:
    """Give the person of a lead, also of one that became another; None where there is no lead."""
    if view.execute(select(leads.c.id).where(leads.c.id == lead_id)).first() is None:
        return None
    ids = _with_merged(view, people.standing_id(view, lead_id))
    rows = _rows(view, ids)
    sent = select(messages.c.address).where(messages.c.lead_id.in_(ids)).distinct()
    closed = select(optouts.c.address).where(optouts.c.lead_id.in_(ids)).distinct()
    known = {str(one) for query in (sent, closed) for one in view.execute(query).scalars()}
    phones = {row["phone_e164"] for row in rows} | {one for one in known if one.startswith("+")}
    emails = {row["email"] for row in rows} | {one for one in known if "@" in one}
    emails |= {email_key(one) for one in emails}
    return Person(
        tuple(ids),
        frozenset(one for one in phones if one and not people.is_anothers(view, one, of=ids)),
        frozenset(one for one in emails if one and not _is_anothers_email(view, one, of=ids)),
    )


def of_leads(view: View, ids: Collection[int]) -> list[int]:
    """Give those of these numbers that are leads'."""
    query = select(leads.c.id).where(leads.c.id.in_(ids)).order_by(leads.c.id)
    return [int(one) for one in view.execute(query).scalars()] if ids else []


def _with_merged(view: View, lead_id: int) -> list[int]:
    found, fresh = [lead_id], [lead_id]
    while fresh:
        query = select(leads.c.id).where(leads.c.merged_into.in_(fresh), leads.c.id.not_in(found))
        fresh = [int(one) for one in view.execute(query.order_by(leads.c.id)).scalars()]
        found += fresh
    return found


def _rows(view: View, ids: Collection[int]) -> list[Any]:
    """Give numbers and addresses of these leads, as they stand and as they were before a merge."""
    query = select(leads.c.phone_e164, leads.c.email).where(leads.c.id.in_(ids))
    found: list[Any] = list(view.execute(query).mappings())
    both = or_(merges.c.lead_id.in_(ids), merges.c.gone_id.in_(ids))
    before = select(merges.c.data).where(both, merges.c.undone_at.is_(None))
    for data in view.execute(before).scalars():
        rows = (data.get(name) for name in ("stays", "gone"))
        found += [one for one in rows if isinstance(one, dict) and "phone_e164" in one]
    return [{"phone_e164": one["phone_e164"], "email": one.get("email", "")} for one in found]


def _is_anothers_email(view: View, email: str, *, of: Collection[int]) -> bool:
    query = select(leads.c.id).where(leads.c.email_key == email_key(email), leads.c.email_key != "")
    found = view.execute(query.limit(people.MOST_SHARING)).scalars()
    return any(people.standing_id(view, int(one)) not in of for one in found)
