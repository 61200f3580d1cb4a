"""Modals that several buttons open."""

from bot import leads
from bot.team import whole_team
from bot.views import modals
from handlers.answers import Click, OpenModal, answering
from rules.refusals import Refused


def open_log(click: Click, lead_id: int, *, menu: str, chosen: str) -> OpenModal:
    """Ask what came of a call."""
    act = click.act
    lead = leads.for_work(act.desk, lead_id, by=act.who.slack_id)
    view = modals.log_modal(
        lead,
        act.who.words,
        act.desk.playbook,
        menu=menu,
        chosen=chosen,
        now=act.desk.clock(),
    )
    return OpenModal(answering(view, click.body))


def open_assign(click: Click, lead_id: int) -> OpenModal:
    """Ask to whom a lead goes; raises Refused where there is nobody else."""
    act = click.act
    lead = leads.for_work(act.desk, lead_id, by=act.who.slack_id)
    team = [
        rep for rep in whole_team(act.desk) if rep.slack_id != lead.owner and rep.state != "paused"
    ]
    if not team:
        raise Refused("assign.nobody")
    return OpenModal(answering(modals.assign_modal(lead, team, act.who.words), click.body))
