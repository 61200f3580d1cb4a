"""Buttons and modals of agreed times and of a call that runs (L4.1, L4.2, L6.6)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot import agreements, leads, talking
from bot.views import agreements as views
from bot.views.blocks import Message
from handlers import commands
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, answering, text_of
from rules.acts import LogOutcome
from rules.agreements import Agreement
from rules.refusals import Refused
from rules.words import Importance, Outcome

MINUTE = 60
LARGEST = 10**10
"""Larger than all numbers of leads, and all moments in seconds."""


def start_call(click: Click) -> Answer:
    """Begin a call."""
    act = click.act
    done = talking.start(act.desk, click.number, by=act.who.slack_id, key=act.key)
    home = act.desk.settings.default_region
    return Say(views.started(done, act.who.words, home=home))


def choose_time(click: Click) -> Answer:
    """Ask for another time of a lead's next call."""
    act = click.act
    lead = agreements.to_move(act.desk, click.number, by=act.who.slack_id)
    view = views.time_modal(lead, act.who.words, now=act.desk.clock())
    return OpenModal(answering(view, click.body))


def set_time(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Move a lead's next call."""
    when = moment(values["when_set"])
    done = agreements.set_time(act.desk, meta["lead"], when, by=act.who.slack_id, key=act.key)
    return views.changed(done, act.who.words, now=act.desk.clock())


def choose_next(click: Click) -> Answer:
    """Ask when to speak again."""
    act, desk = click.act, click.act.desk
    lead = agreements.to_agree(desk, click.number, by=act.who.slack_id)
    one_call = desk.playbook.product(lead.product).one_call
    view = views.agree_modal(lead, act.who.words, now=desk.clock(), one_call=one_call)
    return OpenModal(answering(view, click.body))


def agree(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Write down when they speak again."""
    made = Agreement(
        meta["lead"],
        moment(values["when_followup"]),
        Importance(values["importance"]),
        note=text_of(values, "note"),
        objection=text_of(values, "objection"),
    )
    done = agreements.agree(act.desk, made, by=act.who.slack_id, key=act.key)
    return views.agreed(done, act.who.words, now=act.desk.clock())


def take_back(click: Click) -> Answer:
    """Take a change of a time back."""
    act = click.act
    lead = agreements.take_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.restored(lead, act.who.words, now=act.desk.clock()), instead=True)


def ask_objection(click: Click) -> Answer:
    """Ask for the objection, so that a follow-up of a one-call product is kept (L4.2)."""
    act, kept = click.act, _unpacked(click.value)
    lead = leads.for_work(act.desk, kept["lead"], by=act.who.slack_id)
    at, now = moment(kept["when"]), act.desk.clock()
    view = views.objection_modal(lead, kept, at, act.who.words, now=now)
    return OpenModal(answering(view, click.body))


def _unpacked(value: str) -> dict[str, Any]:
    try:
        kept = json.loads(value)
    except ValueError:
        raise Refused("button.stale") from None
    if not isinstance(kept, dict) or not all(fits(kept.get(one)) for one, fits in _KEPT.items()):
        raise Refused("button.stale")
    return {"talk": None, **kept}


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < LARGEST


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_KEPT: dict[str, Callable[[object], bool]] = {
    "lead": _is_number,
    "when": _is_number,
    "talk": lambda value: value is None or _is_number(value),
    "importance": lambda value: value in list(Importance),
    "note": _is_text,
    "promise": _is_text,
}
"""What a button keeps of a follow-up, and what each may be."""


def keep(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Log the follow-up that was challenged, with its objection (L4.2)."""
    command = LogOutcome(
        meta["lead"],
        Outcome.FOLLOWUP,
        when=moment(meta["when"]),
        importance=Importance(meta["importance"]),
        note=text_of(values, "note"),
        talk_seconds=meta["talk"],
        objection=text_of(values, "objection"),
        promise=meta["promise"],
    )
    return commands.log(act, command)


def moment(stamp: object) -> datetime:
    """Read a moment as Slack's picker gives it."""
    return datetime.fromtimestamp(int(str(stamp)), UTC)


def minutes_of(values: dict[str, Any]) -> int | None:
    """Read how long a call took, in seconds; None where nothing was typed."""
    typed = text_of(values, "talk")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal()):
        raise Refused("talk.unreadable", word=typed[:40])
    return int(typed) * MINUTE
