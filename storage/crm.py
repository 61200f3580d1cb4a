"""Which record of another system a lead is, and what both last agreed on (C2)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.rows import insert_new
from storage.tables import crm_links
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Link:
    """A record of another system, and the mark of what it said when both agreed."""

    system: str
    remote_id: str
    lead_id: int
    mark: str


_COLUMNS = [crm_links.c[name] for name in Link.__slots__]


def of_remote(view: View, system: str, remote_id: str) -> Link | None:
    """Give the link of a system's record, if it is known."""
    query = select(*_COLUMNS).where(
        crm_links.c.system == system, crm_links.c.remote_id == remote_id
    )
    row = view.execute(query).first()
    return Link(*row) if row else None


def of_lead(view: View, system: str, lead_id: int) -> Link | None:
    """Give the newest link of a lead to a system, if it has one."""
    query = select(*_COLUMNS).where(crm_links.c.lead_id == lead_id, crm_links.c.system == system)
    row = view.execute(query.order_by(crm_links.c.at.desc()).limit(1)).first()
    return Link(*row) if row else None


def keep(unit: Unit, link: Link, *, at: datetime) -> None:
    """Keep a link, in place of what was known of that record; `at` is now, UTC."""
    values = {"lead_id": link.lead_id, "mark": link.mark, "at": at}
    key = {"system": link.system, "remote_id": link.remote_id}
    if not unit.execute(insert_new(unit, crm_links), key | values).rowcount:
        mine = update(crm_links).where(
            crm_links.c.system == link.system, crm_links.c.remote_id == link.remote_id
        )
        unit.execute(mine.values(values))
