"""`/lead stage`, its modal and buttons, and what managers decide on an SQO (S1-S3)."""

import json
from collections.abc import Callable
from typing import Any

from bot import approvals, assign
from bot import stages as bot_stages
from bot.approvals import Approved, Asked
from bot.stages import Moved
from bot.views import approvals as sqo
from bot.views import replies, stages
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import (
    DIGITS,
    Answer,
    Click,
    OpenModal,
    Say,
    UpdateModal,
    answering,
    text_of,
)
from rules.acts import MoveStage
from rules.refusals import Refused
from rules.words import Stage


def stage(act: Act, command: MoveStage) -> Message:
    """Move a lead to another stage, or ask the managers."""
    done = approvals.request(act.desk, command, by=act.who.slack_id, key=act.key)
    return _SAID[type(done)](done, act)


_SAID: dict[type, Callable[[Any, Act], Message]] = {
    Moved: lambda done, act: stages.moved(done, act.who.words),
    Asked: lambda done, act: sqo.sent(done.lead, act.who.words),
    Approved: lambda done, act: sqo.approved(done, act.who.words),
}


def choose(click: Click) -> Answer:
    """Ask to which stage a lead goes, in place of the modal in which that was asked for."""
    act, before = click.act, click.body.get("view")
    lead, decides = bot_stages.to_move(act.desk, click.number, by=act.who.slack_id)
    view = stages.stage_modal(lead, act.who.words, decides=decides)
    if not before:
        return OpenModal(answering(view, click.body))
    url = json.loads(before["private_metadata"]).get("answer", "")
    view = answering(view, {"response_url": url})
    return UpdateModal(before["id"], before["hash"], view)


def submit(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Carry out what was chosen in the modal."""
    return stage(act, MoveStage(meta["lead"], Stage(values["stage"]), text_of(values, "reason")))


def reopen(click: Click) -> Answer:
    """Bring a lead that was disqualified back to its rep."""
    return Say(stage(click.act, MoveStage(click.number, Stage.LEAD)))


def take_back(click: Click) -> Answer:
    """Take a move of a lead's stage back."""
    act = click.act
    done = bot_stages.take_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(stages.taken_back(done, act.who.words), instead=True)


def approve(click: Click) -> Answer:
    """Make a lead an SQO, as its rep asked."""
    act = click.act
    done = approvals.approve(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(sqo.approved(done, act.who.words))


def open_reject(click: Click) -> Answer:
    """Ask why a lead is no SQO."""
    act = click.act
    lead = approvals.to_reject(act.desk, click.number, by=act.who.slack_id)
    view = sqo.reject_modal(lead, click.number, act.who.words)
    return OpenModal(answering(view, click.body))


def submit_reject(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Leave a lead at its stage, with the manager's reason."""
    reason = text_of(values, "reason")
    done = approvals.reject(act.desk, meta["line"], reason, by=act.who.slack_id, key=act.key)
    return sqo.rejected(done, act.who.words)


def rematch(click: Click) -> Answer:
    """Give an SQO to the rep who was offered beside it."""
    act, (number, _, rep) = click.act, click.value.partition(":")
    if not rep or not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise Refused("button.stale")
    done = assign.assign_lead(act.desk, int(number), to=rep, by=act.who.slack_id, key=act.key)
    return Say(replies.assigned(done, act.who.words))
