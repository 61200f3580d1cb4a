"""The mailing list: whose next mail is due (L3.3)."""

from datetime import datetime

from sqlalchemy import Select, select

from rules.lead import Lead
from rules.words import Step
from storage.lead_rows import COLUMNS, to_lead
from storage.rows import is_just
from storage.tables import leads
from storage.unit import Unit, View


def _due(now: datetime, *columns: object) -> Select[*tuple[object, ...]]:
    listed = is_just(leads.c.next_what, Step.MAILING_LIST)
    return select(*columns).where(listed, leads.c.next_at <= now)  # type: ignore[call-overload, no-any-return]


def any_due(view: View, *, now: datetime) -> bool:
    """Say whether somebody's next mail is due at `now` (UTC)."""
    return view.execute(_due(now, leads.c.id).limit(1)).first() is not None


def due(unit: Unit, *, now: datetime, most: int) -> list[Lead]:
    """Give leads whose next mail is due (UTC), longest due first; held until the unit ends."""
    query = _due(now, *COLUMNS).order_by(leads.c.next_at).limit(most)
    rows = unit.execute(query.with_for_update(skip_locked=True))
    return [to_lead(row) for row in rows]
