"""What is read of an SQO: the question, what was decided, who would suit the lead best (S2)."""

from typing import Any

from bot.approvals import Approved, Rejected
from bot.rematch import Suited
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    only,
    section,
    spoken,
)
from bot.views.card import title
from bot.views.forms import modal
from bot.views.stages import reason_field
from rules.lead import Lead
from storage.pastlines import Written
from storage.stages import OPEN, WITHDRAWN


def question(asked: Written, lead: Lead, words: Words, *, again: bool) -> Message:
    """Ask whether a lead is worth the effort; once more where nobody decided yet."""
    text = words.lines(
        words.say("sqo.again", ago=words.ago(asked.at)) if again else "",
        words.say("sqo.asks", lead=title(lead, words), who=mention(asked.actor)),
        _reason(asked, words),
        words.join(_done(lead, words), words.say(f"stage.{lead.stage}")),
    )
    return Message(spoken(text), (section(text), actions(*answers(asked, lead, words))))


def answers(asked: Written, lead: Lead, words: Words) -> list[Block]:
    """Give the buttons of a question: yes, no, and the lead that it is about."""
    say = words.plain
    return [
        button(say.say("button.approve"), ActionId.APPROVE_SQO, asked.id, style="primary"),
        button(say.say("button.reject"), ActionId.REJECT_SQO, asked.id),
        button(say.say("button.show"), ActionId.SHOW, lead.id),
    ]


def _reason(asked: Written, words: Words) -> Safe:
    note = str(asked.data.get("note", ""))
    return words.say("history.quoted", text=note) if note else Safe("")


def _done(lead: Lead, words: Words) -> Safe:
    calls = words.say("sqo.calls", n=lead.attempts)
    meetings = words.say("sqo.meetings", n=lead.meetings)
    return words.join(calls, meetings)


def over(asked: Written, lead: Lead, words: Words, *, newer: bool) -> Message:
    """Say in a question's place what became of it."""
    named = {"lead": title(lead, words)}
    state = str(asked.data["state"])
    if newer:
        text = words.say("sqo.newer", **named)
    elif state in {OPEN, WITHDRAWN}:
        text = words.say("sqo.over", **named, stage=words.say(f"stage.{lead.stage}"))
    else:
        who = mention(str(asked.data["by"]))
        text = words.say(f"sqo.{state}", **named, who=who, reason=str(asked.data["why"]))
    return only(text)


def approved(done: Approved, words: Words) -> Message:
    """Confirm an SQO, and offer those who suit it best in its owner's place."""
    lead = done.lead
    others = [one for one in done.suited if one.rep.slack_id != lead.owner]
    lines = [_suited(one, words) for one in done.suited]
    top = words.lines(
        words.say("sqo.done", lead=title(lead, words)),
        words.say("sqo.stays", who=mention(lead.owner)) if lead.owner else "",
        words.say("sqo.best" if others else "sqo.nobody_better"),
    )
    text = words.lines(top, *(lines if others else ()))
    blocks = [section(top)]
    if others:
        blocks += [_offer(one, lead, words) for one in done.suited]
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_STAGE, done.line)
    blocks += [actions(undo)] if done.line else []
    return Message(spoken(text), tuple(blocks))


def _offer(one: Suited, lead: Lead, words: Words) -> Block:
    row = section(_suited(one, words))
    if one.rep.slack_id == lead.owner:
        return row
    value = f"{lead.id}:{one.rep.slack_id}"
    return row | {"accessory": button(words.plain.say("button.assign"), ActionId.REMATCH, value)}


def _suited(one: Suited, words: Words) -> Safe:
    shared = [words.say(f"routing.share_{name}") for name in one.shares]
    closing = one.closing
    return words.join(
        Safe(f"• {mention(one.rep.slack_id)}"),
        words.say("sqo.shares", shared=words.listed(*shared)) if shared else "",
        words.say("sqo.closes", closed=closing.closed, of=closing.leads) if closing.leads else "",
        words.say("routing.load", n=one.load),
    )


def rejected(done: Rejected, words: Words) -> Message:
    """Confirm that a lead stays where it is."""
    stage = words.say(f"stage.{done.lead.stage}")
    text = words.say("sqo.left", lead=title(done.lead, words), stage=stage)
    return only(text)


def sent(lead: Lead, words: Words) -> Message:
    """Confirm that the managers are asked, and that the work goes on."""
    text = words.say("sqo.sent", lead=title(lead, words))
    return only(text)


def reject_modal(lead: Lead, line_id: int, words: Words) -> dict[str, Any]:
    """Ask a manager why a lead is no SQO; its rep reads it."""
    say = words.plain
    blocks = [section(f"*{title(lead, words)}*"), reason_field(say, needed=True)]
    return modal(ViewId.REJECT_SQO, say.say("modal.reject_sqo"), blocks, {"line": line_id}, say)
