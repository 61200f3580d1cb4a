"""What was set aside, in Slack: its list in a modal, and what managers do about it (C2)."""

import json
from typing import Any

from bot import quarantine
from bot.views import quarantine as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, UpdateModal, answering, text_of
from handlers.errors import reply_to
from rules.refusals import Refused


def show(click: Click) -> Answer:
    """List what is set aside; within the modal, in place of what stands in it."""
    return _shown(click, _list(click.act, click.number))


def open_one(click: Click) -> Answer:
    """Show one with the beginning of what came."""
    return _of_one(click, views.one_modal)


def ask_mend(click: Click) -> Answer:
    """Ask for what makes it a lead."""
    return _of_one(click, views.mend_modal)


def ask_why(click: Click) -> Answer:
    """Ask why it is put away."""
    return _of_one(click, views.dismiss_modal)


def retry(click: Click) -> Answer:
    """Read it again and say in the list what came of it."""
    act = click.act
    try:
        done = quarantine.retry(act.desk, click.number, by=act.who.slack_id, key=act.key)
    except Refused as fault:
        return _shown(click, _list(act, told=reply_to(fault, act.who.words).text))
    return _shown(click, _list(act, told=views.settled(done, act.who.words)))


def take_back(click: Click) -> Answer:
    """Bring back what was put away."""
    act = click.act
    quarantine.bring_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.brought_back(act.who.words), instead=True)


def submit_mend(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Make a lead of what was typed and what came."""
    typed = {name: text_of(values, name) for name in ("name", "phone", "email")}
    done = quarantine.mend(act.desk, meta["intake"], typed, by=act.who.slack_id, key=act.key)
    return views.mended(done, act.who.words)


def submit_dismiss(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Put it away with the reason."""
    why, by = text_of(values, "why"), act.who.slack_id
    quarantine.dismiss(act.desk, meta["intake"], why=why, by=by, key=act.key)
    return views.dismissed(meta["intake"], act.who.words)


def _list(act: Act, number: int = 0, told: str = "") -> dict[str, Any]:
    found = quarantine.listed(act.desk, by=act.who.slack_id, number=number)
    return views.list_modal(found, act.who.words, told=told)


def _of_one(click: Click, make: Any) -> Answer:
    act = click.act
    try:
        found = quarantine.opened(act.desk, click.number, by=act.who.slack_id)
    except Refused as fault:
        return _shown(click, _list(act, told=reply_to(fault, act.who.words).text))
    return _shown(click, make(found, act.who.words))


def _shown(click: Click, view: dict[str, Any]) -> Answer:
    """Open a modal, or change the one that is open, which remembers where it was opened."""
    stands = click.body.get("view") or {}
    if stands.get("type") != "modal":
        return OpenModal(answering(view, click.body))
    before = json.loads(stands.get("private_metadata") or "{}")
    meta = {"answer": before.get("answer", "")} | json.loads(view["private_metadata"])
    return UpdateModal(stands["id"], stands["hash"], view | {"private_metadata": json.dumps(meta)})
