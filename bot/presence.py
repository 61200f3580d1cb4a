"""What Slack shows of reps, looked at by turns and kept: hints for routing, by choice (C3)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.desk import Desk
from rules.playbook import PREFER, Playbook
from rules.presence import Look, is_fresh, to_look_at
from storage import kept, reps
from storage.unit import View

log = logging.getLogger(__name__)

KEY = "presence"
BETWEEN = timedelta(seconds=25)
Looks = Mapping[str, Look]
"""What Slack showed of reps, by Slack id."""
Eyes = Callable[[Sequence[str], datetime], Looks]
"""Asks Slack what it shows of these members at a moment (UTC); raises Unseen where it can't say."""


class Unseen(Exception):
    """Raised where Slack does not say who is there; its text is Slack's code or the fault."""


def look(desk: Desk, eyes: Eyes) -> int:
    """Look at some of the team if the playbook wants hints; gives how many Slack told of (C3).

    Where Slack can't say there are no hints, which is logged once; it is asked again soon.
    """
    now = desk.clock()
    chosen = _begun(desk, now=now)
    if not chosen:
        return 0
    try:
        seen, fault = eyes(chosen, now), ""
    except Unseen as unseen:
        seen, fault = {}, str(unseen)
    _keep(desk, seen, fault, now=now)
    return len(seen)


def looks(view: View, playbook: Playbook) -> Looks:
    """Give what Slack showed of each rep last; nothing where the playbook wants no hints (C3)."""
    return _looks_in(_kept(view)) if playbook.slack_hints == PREFER else {}


def fault_of(view: View) -> str:
    """Give why Slack could not say who is there when it was asked last, "" where it could."""
    return str(_kept(view)["fault"])


def _begun(desk: Desk, *, now: datetime) -> list[str]:
    """Give whom to look at, and keep that a round began, so that processes don't add up theirs."""
    book = desk.playbook
    if book.slack_hints != PREFER:
        return []
    with desk.store.view() as view:
        stands, team = _kept(view), reps.everybody(view)
    if abs(now - _moment(stands["at"])) < BETWEEN:
        return []
    found = to_look_at(team, _looks_in(stands), book, now=now)
    if found:
        with desk.store.unit() as unit:
            kept.put(unit, KEY, stands | {"at": now.timestamp()}, at=now)
            unit.commit()
    return found


def _keep(desk: Desk, seen: Looks, fault: str, *, now: datetime) -> None:
    """Keep what was seen beside the looks that count still; a fault leaves none."""
    with desk.store.unit() as unit:
        stands = _kept(unit)
        known = {} if fault else {**_looks_in(stands), **seen}
        rows = {who: _row(one) for who, one in known.items() if is_fresh(one, now=now)}
        kept.put(unit, KEY, stands | {"fault": fault, "looks": rows}, at=now)
        unit.commit()
    if fault and fault != stands["fault"]:
        log.warning("Slack does not say who is there (%s): leads go without its hints", fault)


def _kept(view: View) -> dict[str, Any]:
    return kept.get(view, KEY) or {"at": 0, "fault": "", "looks": {}}


def _looks_in(stands: Mapping[str, Any]) -> dict[str, Look]:
    return {who: _look(*row) for who, row in stands["looks"].items()}


def _row(one: Look) -> list[float]:
    return [one.at.timestamp(), one.away, *(moment.timestamp() for moment in one.quiet or ())]


def _look(at: float, away: float, *quiet: float) -> Look:
    span = (_moment(quiet[0]), _moment(quiet[1])) if quiet else None
    return Look(_moment(at), bool(away), span)


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
