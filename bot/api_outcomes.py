"""Outcomes that another system logs, as the rep who called would in Slack (C2; contract: HTTP)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import calls
from bot.api import Caller, named
from bot.calls import Logged
from bot.desk import Desk
from bot.leads import open_lead
from bot.team import member
from rules.acts import LogOutcome
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.team import Rep
from rules.words import Outcome
from storage import reps
from storage.unit import View

SKEW = timedelta(minutes=1)
"""So far another system's clock may be ahead of ours."""
NEEDS = {Outcome.FOLLOWUP: ("importance", "when"), Outcome.SOLD: ("amount",)}
"""What an outcome is nothing without."""


@dataclass(frozen=True, slots=True)
class Report:
    """An outcome; `by` is the rep's Slack id or name, `at` when the call was (UTC; None: now).

    `key` is the other system's own name of this report: the same again is logged once for a lead.
    """

    act: LogOutcome
    by: str = ""
    at: datetime | None = None
    key: str = ""


def log_report(desk: Desk, report: Report, *, by: Caller) -> Logged:
    """Log an outcome as the rep who called would; without `by` the token's rep, or the owner.

    Raises Refused: no such lead or rep, somebody else's lead, what the outcome needs is missing,
    a moment that can't be.
    """
    act = report.act
    for name in NEEDS.get(act.outcome, ()):
        if getattr(act, name) is None:
            raise Refused("api.needs", outcome=act.outcome, field=name)
    with desk.store.view() as view:
        who = _who(desk, view, report, by)
        at = _moment(desk, view, report, who)
    return calls.log_outcome(desk, act, by=who.slack_id, key=_once_key(report, by), at=at)


def _once_key(report: Report, by: Caller) -> str:
    """Give the key under which a report is logged once: a token's own, and of one lead."""
    if not report.key:
        return ""
    mark = hashlib.sha256(report.key.encode()).hexdigest()
    return f"api:{by.name}:{report.act.lead_id}:{mark}"


def _who(desk: Desk, view: View, report: Report, by: Caller) -> Rep:
    actor = member(view, by.actor, admins=desk.settings.admin_slack_ids)
    lead = open_lead(view, report.act.lead_id, by=actor)
    manages = may(actor, Act.MANAGE)
    name = report.by or (lead.owner if manages else actor.slack_id)
    who = named(reps.everybody(view), name)
    if who is None:
        raise Refused("api.no_rep", name=name)
    if who.slack_id != actor.slack_id and not manages:
        raise Refused("team.managers_only")
    return who


def _moment(desk: Desk, view: View, report: Report, who: Rep) -> datetime | None:
    """Give when the call was, where that is told: after the lead's last call, and not to come."""
    if report.at is None:
        return None
    now = desk.clock()
    lead = open_lead(view, report.act.lead_id, by=who)
    since = max(filter(None, (lead.received_at, lead.last_at)), default=report.at)
    if report.at > now + SKEW or report.at < since:
        raise Refused("api.moment", since=since.isoformat())
    return min(report.at, now)
