"""What became of numbers that were proposed for a wrong one, and what a lead's address says."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, func, insert, select, update

from storage.tables import leads, repairs
from storage.unit import Unit, View

CONFIRMED, REFUSED, BY_HAND, UNDONE = "confirmed", "refused", "by_hand", "undone"
MOST = 50


def add(
    unit: Unit,
    lead_id: int,
    numbers: Sequence[tuple[str, str]],
    *,
    raw: str,
    state: str,
    actor: str,
    at: datetime,
) -> None:
    """Write down what a person said of numbers (E.164, by which rule); `at` is now, UTC (L5.2)."""
    same = {"lead_id": lead_id, "raw": raw, "state": state, "actor": actor, "at": at}
    rows = [same | {"phone_e164": e164, "rule": rule} for e164, rule in numbers]
    if rows:
        unit.execute(insert(repairs), rows)


def take_back(unit: Unit, lead_id: int, e164: str) -> None:
    """Let what was said last of this number for this lead count no more (L5.2)."""
    newest = select(func.max(repairs.c.id)).where(
        repairs.c.lead_id == lead_id, repairs.c.phone_e164 == e164
    )
    unit.execute(
        update(repairs).where(repairs.c.id == newest.scalar_subquery()).values(state=UNDONE)
    )


def tried(view: View, lead_id: int) -> frozenset[str]:
    """Give the numbers (E.164) of which somebody said what became of them, for this lead (L5.2)."""
    query = select(repairs.c.phone_e164).where(
        repairs.c.lead_id == lead_id, repairs.c.state != UNDONE
    )
    return frozenset(view.execute(query.order_by(repairs.c.id.desc()).limit(MOST)).scalars())


def taught(view: View) -> dict[str, tuple[int, int]]:
    """Give for each rule how often its proposals were confirmed and refused (L5.2)."""
    yes = func.sum((repairs.c.state == CONFIRMED).cast(Integer))
    no = func.sum((repairs.c.state == REFUSED).cast(Integer))
    query = select(repairs.c.rule, yes, no).where(repairs.c.state.in_((CONFIRMED, REFUSED)))
    rows = view.execute(query.group_by(repairs.c.rule))
    return {rule: (int(confirmed), int(refused)) for rule, confirmed, refused in rows}


def ip_of(view: View, lead_id: int) -> str:
    """Give the IP address from which a lead came, "" where it is not known (L5.2)."""
    return str(view.execute(select(leads.c.ip).where(leads.c.id == lead_id)).scalar() or "")
