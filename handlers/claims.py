"""Claiming a lead and passing one on, by command, button and modal (C3)."""

from typing import Any

from bot import claiming, passing
from bot.views import claims as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, answering, text_of
from rules.acts import Claim, Pass


def claim(act: Act, command: Claim) -> Message:
    """Claim a lead, or the one that waits longest."""
    by = act.who.slack_id
    lead = (
        claiming.claim_lead(act.desk, command.lead_id, by=by, key=act.key)
        if command.lead_id
        else claiming.claim_next(act.desk, by=by, key=act.key)
    )
    return views.claimed(lead, act.who.words)


def pass_on(act: Act, command: Pass) -> Message:
    """Pass a lead on for a reason in the rep's own words."""
    note = command.reason
    done = passing.pass_lead(act.desk, command.lead_id, by=act.who.slack_id, note=note, key=act.key)
    return views.passed(done, act.who.words)


def click_claim(click: Click) -> Answer:
    """Claim the lead of a card; from a summary of many, whose number is 0, what waits longest."""
    return Say(claim(click.act, Claim(click.number)))


def ask_reason(click: Click) -> Answer:
    """Ask why the lead of a card is passed on."""
    act = click.act
    lead = passing.for_passing(act.desk, click.number, by=act.who.slack_id)
    return OpenModal(answering(views.pass_modal(lead, act.who.words), click.body))


def submit_reason(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Pass a lead on for the reason that was chosen."""
    done = passing.pass_lead(
        act.desk,
        meta["lead"],
        by=act.who.slack_id,
        reason=values["reason"],
        note=text_of(values, "note"),
        key=act.key,
    )
    return views.passed(done, act.who.words)


def take_back(click: Click) -> Answer:
    """Take back that a lead was passed on."""
    act = click.act
    lead = passing.take_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.taken_back(lead, act.who.words), instead=True)
