"""How many leads a rep passes on, and to whom they may give one themselves (C3)."""

from collections.abc import Mapping
from datetime import datetime

from bot.desk import Desk
from bot.rotation import Rotation
from rules.claiming import Passes, pass_refused, passes_on
from rules.lead import Lead
from rules.refusals import Refused
from rules.routes import EVERYBODY
from rules.shifts import is_away
from rules.skips import Question, Skip, unfit
from rules.team import Rep
from storage import kept
from storage.unit import Unit, View

CAN_NOT: Mapping[str, str] = {
    Skip.AWAY: "assign.away",
    Skip.LANGUAGE: "assign.language",
    Skip.FULL: "assign.full",
}
"""Why a lead is not given to somebody by a rep, and what that one reads."""


def check_limits(desk: Desk, view: View, lead: Lead, actor: Rep, *, now: datetime) -> None:
    """Raise Refused where this person has passed on as many leads as they may, or this one was."""
    today = passes_on(_passes(view, actor), actor, now=now)
    wrong = pass_refused(lead, actor, today, desk.playbook)
    if wrong:
        count = desk.playbook.passing.per_day if wrong == "pass.daily" else lead.passes
        raise Refused(wrong, lead_id=lead.id, name=lead.name, n=count)


def check_taker(desk: Desk, unit: Unit, lead: Lead, to: Rep, *, now: datetime) -> None:
    """Raise Refused unless somebody can take a lead that a rep gives them; `now` is UTC (C3).

    They are there, work fewer leads than they take, and speak its language. The team is held.
    """
    rotation = Rotation(desk, unit, now=now)
    there = next((one for one in rotation.team if one.slack_id == to.slack_id), to)
    asked = Question(lead, desk.playbook, now)
    away = Skip.AWAY if is_away(there, now=now) else ""
    wrong = away or unfit(rotation.member(there, EVERYBODY), EVERYBODY, asked)
    if wrong in CAN_NOT:
        raise Refused(
            CAN_NOT[wrong], lead_id=lead.id, name=lead.name, owner=to.slack_id, owner_name=to.name
        )


def count(unit: Unit, rep: Rep, more: int, *, now: datetime) -> None:
    """Count what a rep passes on today; the team is held, so one after the other counts."""
    today = passes_on(_passes(unit, rep), rep, now=now)
    kept.put(unit, _key(rep), {"day": today.day, "count": max(0, today.count + more)}, at=now)


def _passes(view: View, rep: Rep) -> Passes:
    return Passes(**(kept.get(view, _key(rep)) or {}))


def _key(rep: Rep) -> str:
    return f"passes:{rep.slack_id}"
