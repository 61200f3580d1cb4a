"""Points of leads that are here already: they grow with the work, and with the playbook (S)."""

from datetime import datetime

from bot.desk import Desk
from bot.stages import by_points
from rules.stages import made_mql
from rules.words import Stage
from storage import kept, leads

COUNTED = "scores"
AT_ONCE = 500


def rescore(desk: Desk) -> int:
    """Make MQLs of leads that have the points by now; gives how many (S).

    All are looked at once a day, and when the playbook's scores change.
    """
    now, book = desk.clock(), desk.playbook
    enough = book.staging.mql_points
    day = now.astimezone(desk.settings.zone).date().isoformat()
    mark = f"{day} {enough} {book.scores}"
    with desk.store.view() as view:
        if not enough or kept.get(view, COUNTED) == mark:
            return 0
    made = _walk(desk, now=now)
    with desk.store.unit() as unit:
        kept.put(unit, COUNTED, mark, at=now)
        unit.commit()
    return made


def _walk(desk: Desk, *, now: datetime) -> int:
    made = last = 0
    while True:
        with desk.store.view() as view:
            batch = leads.at_stage(view, Stage.LEAD, after=last, most=AT_ONCE)
        if not batch:
            return made
        made += sum(_score(desk, one.id, now=now) for one in batch if made_mql(one, desk.playbook))
        last = batch[-1].id


def _score(desk: Desk, lead_id: int, *, now: datetime) -> bool:
    with desk.store.unit() as unit:
        lead = leads.load(unit, lead_id, lock=True)
        scored = by_points(desk, unit, lead, now=now) if lead else None
        unit.commit()
    return scored is not lead
