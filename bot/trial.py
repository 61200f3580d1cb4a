"""Who would get a lead: one that is there, or one that is only described; stores nothing (C3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from bot.desk import Desk
from bot.forms import read_lead
from bot.grading import graded
from bot.placing import holders
from bot.routing import Standings
from rules.fields import Draft
from rules.lead import Lead
from rules.refusals import Refused
from rules.routes import Verdict
from storage import leads
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Trial:
    """A lead, who would get it now and why, and the names of the team by Slack id."""

    lead: Lead
    verdict: Verdict
    names: Mapping[str, str]


def try_lead(desk: Desk, lead_id: int) -> Trial:
    """Say who would get a lead now, whoever has it; raises Refused where there is none (C3)."""
    with desk.store.view() as view:
        lead = leads.load(view, lead_id)
        if lead is None:
            raise Refused("lead.missing", lead_id=lead_id)
        return _tried(desk, view, lead, without=holders(view, lead))


def try_fields(desk: Desk, given: Mapping[str, str], *, source: str = "") -> Trial:
    """Say who would get a lead of which a source said this, by the names that it uses (C3)."""
    draft = read_lead(desk, source, given)
    with desk.store.view() as view:
        return _tried(desk, view, _lead_of(desk, draft))


def _tried(desk: Desk, view: View, lead: Lead, *, without: Collection[str] = ()) -> Trial:
    standings = Standings(desk, view, now=desk.clock())
    verdict = standings.verdict(lead, without=without)
    return Trial(lead, verdict, {one.slack_id: one.name for one in standings.team})


def _lead_of(desk: Desk, draft: Draft) -> Lead:
    """Make the lead that a draft would become, with its tier and without a number."""
    alike = {one.name for one in fields(Lead)} & {one.name for one in fields(Draft)}
    said = {name: getattr(draft, name) for name in alike}
    grade = graded(desk, campaign=draft.campaign, kind=draft.kind, product=draft.product)
    cost = draft.cost.minor if draft.cost else None
    currency = draft.cost.currency if draft.cost else ""
    rated = {"tier": grade.tier, "score": grade.score, "cost_minor": cost, "currency": currency}
    return Lead(id=0, **said | rated)
