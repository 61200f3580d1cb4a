"""A form under another name is of the lead that it was added to by its number (C2)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.merging import fill
from bot.near import Theirs
from bot.sharing import THEIRS, added
from bot.sources import Batch, Form
from bot.taking_back import own_change
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.refusals import Refused
from storage import inbox, leads, merges, pastlines
from storage.unit import Unit, View

SAID = ("wrote", "consent")
"""Lines of history in which a form's words are the person's own."""


def accept(desk: Desk, intake_id: int, *, by: str, key: str = "") -> Theirs:
    """Fill a lead with what a form says that was added to it by its number alone (C2).

    Raises Refused for all but managers and the lead's owner, and where that was answered before.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        arrival, draft, lead = added(desk, unit, intake_id, by=by)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("undo.done")
        known = replace(draft, received_at=draft.received_at or arrival.received_at)
        form = Form(known, Batch(arrival.source, post=True), arrival.id, now)
        before, last = merges.row(unit, lead.id), pastlines.newest(unit, lead.id)
        after = fill(desk, unit, lead, form)
        undo = _changed(unit, lead, before)
        undo |= {"lines": pastlines.since(unit, lead.id, last, *SAID)}
        data = {"form": arrival.id, "name": draft.name, "undo": undo}
        line = pastlines.write(unit, lead.id, at=now, actor=by, what=THEIRS, data=data)
        _tell(desk, unit, lead, after, by=by, act="theirs", now=now)
        unit.commit()
    return Theirs(after, draft.name, arrival.id, line)


def _changed(view: View, lead: Lead, before: dict[str, Any]) -> dict[str, Any]:
    """Give the columns of a lead that a form filled, as they were and as they are."""
    after = merges.row(view, lead.id)
    names = [one for one in after if after[one] != before[one]]
    return {
        "before": {one: before[one] for one in names},
        "after": {one: after[one] for one in names},
    }


def take_back(desk: Desk, line_id: int, *, by: str, key: str = "") -> Theirs:
    """Take out of a lead what a form had filled there, by who said that it is theirs (C2).

    Raises Refused where that was taken back, is another's, or changed since.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead, change = own_change(desk, unit, line_id, THEIRS, by=by, key=key, now=now)
        undo, stands = change.data["undo"], merges.row(unit, lead.id)
        if any(stands[name] != value for name, value in undo["after"].items()):
            raise Refused("undo.later", lead_id=lead.id)
        merges.put(unit, lead.id, undo["before"])
        pastlines.forget(unit, undo["lines"])
        restored = leads.load(unit, lead.id) or lead
        pastlines.rewrite(unit, change.id, {**change.data, "undo": None})
        name, form = str(change.data["name"]), int(change.data["form"])
        leads.add_line(unit, lead.id, at=now, actor=by, what="theirs_undone", name=name)
        _tell(desk, unit, lead, restored, by=by, act="theirs_undo", now=now)
        unit.commit()
    return Theirs(restored, name, form, change.id)


def _tell(
    desk: Desk, unit: Unit, before: Lead, after: Lead, *, by: str, act: str, now: datetime
) -> None:
    audit.write_lead(desk, unit, by, act, before=before, after=after)
    desk.send(unit, after, (RefreshCard(after.id),), now=now)
