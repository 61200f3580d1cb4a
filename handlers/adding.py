"""`/lead add`: a lead that a person types, in a form or in one line of text (K3)."""

import html
from typing import Any

from bot import adding
from bot.desk import Desk
from bot.readers import Reader, reader
from bot.views import adding as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, answering, text_of
from rules.acts import AddLead
from rules.commands import parse_command
from rules.lead_text import Said
from rules.permissions import Act as Allowed
from rules.permissions import may
from rules.refusals import Refused

FIELDS = views.TOLD


def opens(desk: Desk, body: dict[str, Any]) -> OpenModal | None:
    """Give the form for a command that asks for it: bare, to check, or without a way to reach.

    None for every other command, whose answer is a message.
    """
    who = reader(desk, body["user_id"])
    said = _asked(desk, html.unescape(body.get("text") or ""), who)
    if said is None:
        return None
    return OpenModal(answering(_form(desk, said, who), body))


def _asked(desk: Desk, text: str, who: Reader) -> Said | None:
    try:
        command = parse_command(
            text, now=desk.clock(), zone=who.words.zone, currency=desk.settings.currency
        )
    except Refused:
        return None
    if not isinstance(command, AddLead) or not who.insider:
        return None
    said = adding.understood(desk, command.text)
    return said if command.check or not said.reachable else None


def _form(desk: Desk, said: Said, who: Reader) -> dict[str, Any]:
    gives = bool(who.rep and may(who.rep, Allowed.MANAGE))
    return views.add_modal(said.fields, desk.playbook, who.words, gives=gives, rep=said.rep)


def add(act: Act, command: AddLead) -> Message:
    """Take in a lead that was typed in one line; where nothing was, offer the form."""
    if not command.text:
        return views.door(act.who.words)
    said = adding.understood(act.desk, command.text)
    return _added(act, said.fields, said.rep)


def _added(act: Act, given: dict[str, str], rep: str) -> Message:
    by = act.who.slack_id
    done = adding.add(act.desk, given, by=by, to=rep, key=act.key)
    return views.added(done, given, act.who.words, reader=by)


def open_form(click: Click) -> Answer:
    """Open the form from a button."""
    act = click.act
    return OpenModal(answering(_form(act.desk, Said(), act.who), click.body))


def open_edit(click: Click) -> Answer:
    """Open the form on a lead that stands."""
    act = click.act
    lead = adding.to_edit(act.desk, click.number, by=act.who.slack_id)
    view = views.edit_modal(lead, adding.shown_of(lead), act.desk.playbook, act.who.words)
    return OpenModal(answering(view, click.body))


def submit(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Take in what the form says, or mend the lead that it is about."""
    given = {name: text for name in FIELDS if (text := text_of(values, name))}
    if meta["lead"]:
        lead = adding.edit(act.desk, meta["lead"], given, by=act.who.slack_id)
        return views.edited(lead, act.who.words)
    return _added(act, given, values.get(views.REP) or "")


def merge(click: Click) -> Answer:
    """Add what was typed to the lead that was known."""
    act = click.act
    done = adding.merge(act.desk, click.number, by=act.who.slack_id)
    return Say(views.added(done, {}, act.who.words, reader=act.who.slack_id), instead=True)


def undo(click: Click) -> Answer:
    """Take a lead that was typed by mistake out of every queue."""
    act = click.act
    why = str(act.who.words.plain.say("add.undo_reason"))
    done = adding.undo(act.desk, click.number, by=act.who.slack_id, reason=why, key=act.key)
    return Say(views.undone(done, act.who.words), instead=True)
