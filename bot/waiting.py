"""A lead that loses its owner waits in its route's pool, until it is given or taken back (C3)."""

from dataclasses import replace
from datetime import datetime

from bot import audit
from bot.assign import NewOwner
from bot.desk import Desk
from bot.routing import held
from bot.speed import clocked, passed_on
from rules.effect import Effect
from rules.effects import RefreshCard
from rules.ladder import retired
from rules.lead import Lead
from storage import leads
from storage.unit import Unit


def let_go(
    desk: Desk, unit: Unit, lead: Lead, new: NewOwner, *, now: datetime, before: Lead | None = None
) -> tuple[Lead, tuple[Effect, ...]]:
    """Take a lead from its owner and let it wait in its route's pool; gives it and its effects.

    It has no time of its own there, so that `next` hands it to nobody; its line of history has
    what was planned, and `owned_at` since when it waits. `new` names the history's word and who
    acts; `before` is the lead as it is stored, where `lead` has changes besides (C3).
    """
    stored = before or lead
    free = replace(
        passed_on(desk, unit, lead, now=now),
        owner="",
        owned_at=now,
        held_by="",
        held_until=None,
        pool="",
    )
    waits = replace(held(desk, free), next_at=None)
    saved = leads.save(unit, clocked(desk, unit, waits, now=now), before=stored)
    planned = lead.next_at.isoformat() if lead.next_at else ""
    data = new.said | {"was": lead.owner, "step": lead.next_what, "planned": planned}
    leads.add_line(unit, lead.id, at=now, actor=new.by, what=new.why, **data)
    audit.write_lead(desk, unit, new.by, new.why, before=stored, after=saved)
    return saved, (RefreshCard(lead.id), *retired(lead))
