"""Buttons and modals: the same acts as the commands, by another door."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot import assign, calls, followups, leads
from bot.desk import Desk
from bot.readers import reader
from bot.team import whole_team
from bot.views import modals, replies
from bot.views.blocks import ActionId, Message, ViewId
from handlers import commands
from handlers.commands import Act
from handlers.errors import reply_to
from rules.commands import AddNote, LogOutcome, NextLead
from rules.money import read_money
from rules.refusals import Refused
from rules.words import Importance, Outcome

SHORT, LONG = 15, 60
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the person privately; `instead` puts it in place of the message that was clicked."""

    message: Message
    instead: bool = False


@dataclass(frozen=True, slots=True)
class OpenModal:
    """Open a modal."""

    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UpdateModal:
    """Change the modal that is open."""

    view_id: str
    hash: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Errors:
    """Keep the modal open and say beside each field what is wrong."""

    errors: dict[str, str]


Answer = Say | OpenModal | UpdateModal


@dataclass(frozen=True, slots=True)
class Click:
    """A click: who, on what, with which value."""

    act: Act
    value: str
    body: dict[str, Any]

    @property
    def number(self) -> int:
        """The lead's or follow-up's number that the button carries."""
        if not self.value.isascii() or not self.value.isdigit() or len(self.value) > DIGITS:
            raise Refused("button.stale")
        return int(self.value)


def answer_click(desk: Desk, body: dict[str, Any]) -> Answer:
    """Carry out a click and give what the person sees next."""
    action = body["actions"][0]
    who = reader(desk, body["user"]["id"])
    click = Click(Act(desk, who, body.get("trigger_id", "")), str(action.get("value", "")), body)
    try:
        if not who.insider:
            raise Refused("team.outsider")
        return _CLICKS[ActionId(action["action_id"])](click)
    except Exception as fault:  # noqa: BLE001 - this is where every fault ends
        return Say(reply_to(fault, who.words))


def _no_answer(click: Click) -> Answer:
    return Say(commands.log(click.act, LogOutcome(click.number, Outcome.NOANSWER)))


def _log_modal(menu: str, chosen: str) -> Callable[[Click], Answer]:
    def open_it(click: Click) -> Answer:
        return _open_log(click, click.number, menu, chosen)

    return open_it


def _open_log(click: Click, lead_id: int, menu: str, chosen: str) -> Answer:
    act = click.act
    lead = leads.for_work(act.desk, lead_id, by=act.who.slack_id)
    view = modals.log_modal(lead, act.who.words, menu=menu, chosen=chosen, now=act.desk.clock())
    return OpenModal(_answering(view, click.body))


def _answering(view: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Let a modal remember where its confirmation goes."""
    meta = json.loads(view["private_metadata"]) | {"answer": body.get("response_url", "")}
    return view | {"private_metadata": json.dumps(meta)}


def _nag_modal(menu: str, chosen: str) -> Callable[[Click], Answer]:
    def open_it(click: Click) -> Answer:
        lead_id = followups.lead_of(click.act.desk, click.number)
        return _open_log(click, lead_id, menu, chosen)

    return open_it


def _snooze(minutes: int) -> Callable[[Click], Answer]:
    def put_off(click: Click) -> Answer:
        act = click.act
        done = followups.put_off(
            act.desk, click.number, minutes=minutes, by=act.who.slack_id, key=act.key
        )
        return Say(replies.snoozed(done, act.who.words))

    return put_off


def _assign(click: Click) -> Answer:
    act = click.act
    lead = leads.for_work(act.desk, click.number, by=act.who.slack_id)
    team = [
        rep for rep in whole_team(act.desk) if rep.slack_id != lead.owner and rep.state != "paused"
    ]
    if not team:
        raise Refused("assign.nobody")
    return OpenModal(_answering(modals.assign_modal(lead, team, act.who.words), click.body))


def _undo(click: Click) -> Answer:
    act = click.act
    done = calls.undo(act.desk, by=act.who.slack_id, key=act.key, attempt_id=click.number)
    return Say(replies.undone(done, act.who.words), instead=True)


def _next(click: Click) -> Answer:
    return Say(commands.hand_next(click.act, NextLead()))


def _choose(click: Click) -> Answer:
    view, act = click.body["view"], click.act
    meta = json.loads(view["private_metadata"])
    chosen = click.body["actions"][0]["selected_option"]["value"]
    lead = leads.for_work(act.desk, meta["lead"], by=act.who.slack_id)
    changed = modals.log_modal(
        lead, act.who.words, menu=meta["menu"], chosen=chosen, now=act.desk.clock()
    )
    kept = changed | {"private_metadata": json.dumps(meta | {"chosen": chosen})}
    return UpdateModal(view["id"], view["hash"], kept)


_CLICKS: dict[ActionId, Callable[[Click], Answer]] = {
    ActionId.NOANSWER: _no_answer,
    ActionId.TALKED: _log_modal("talked", Outcome.FOLLOWUP),
    ActionId.SOLD: _log_modal("sold", Outcome.SOLD),
    ActionId.MORE: _log_modal("every", modals.NOTE),
    ActionId.ASSIGN: _assign,
    ActionId.UNDO: _undo,
    ActionId.NEXT: _next,
    ActionId.NAG_DONE: _nag_modal("talked", Outcome.SOLD),
    ActionId.NAG_LOG: _nag_modal("every", Outcome.NOANSWER),
    ActionId.SNOOZE_SHORT: _snooze(SHORT),
    ActionId.SNOOZE_LONG: _snooze(LONG),
    ActionId.CHOOSE_OUTCOME: _choose,
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal that was sent: its answer, and where its confirmation goes."""

    said: Message
    answer_url: str


def answer_modal(desk: Desk, body: dict[str, Any]) -> Submitted | Errors:
    """Carry out what a modal says, or say beside its fields what is wrong."""
    view = body["view"]
    who = reader(desk, body["user"]["id"])
    act = Act(desk, who, body.get("trigger_id", "") or view["id"])
    meta = json.loads(view["private_metadata"])
    try:
        if not who.insider:
            raise Refused("team.outsider")
        said = _SUBMITS[ViewId(view["callback_id"])](act, meta, _values(view))
    except Exception as fault:  # noqa: BLE001 - this is where every fault ends
        wrong = reply_to(fault, who.words.plain).text.replace("*", "").replace("`", "")
        return Errors({_field(fault, view): wrong})
    return Submitted(said, meta.get("answer", ""))


def _values(view: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for block, elements in view["state"]["values"].items():
        for state in elements.values():
            option = state.get("selected_option")
            picked = option["value"] if option else state.get("selected_date_time")
            found[block] = picked if picked is not None else state.get("value")
    return found


def _field(fault: Exception, view: dict[str, Any]) -> str:
    inputs: list[str] = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    key = fault.key if isinstance(fault, Refused) else ""
    prefix = {"when": "when_", "sold": "amount", "assign": "rep"}.get(key.partition(".")[0], "")
    return next((one for one in inputs if prefix and one.startswith(prefix)), inputs[-1])


def _submit_log(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    chosen = values.get("outcome") or meta["chosen"]
    text = (values.get("note") or "").strip()
    if chosen == modals.NOTE:
        return commands.note(act, AddNote(meta["lead"], text))
    outcome = Outcome(chosen)
    reasoned = outcome in {Outcome.LOST, Outcome.INVALID}
    command = LogOutcome(
        meta["lead"],
        outcome,
        when=_when(values, act),
        importance=Importance(values["importance"]) if values.get("importance") else None,
        amount=_amount(values, act) if outcome is Outcome.SOLD else None,
        reason=text if reasoned else "",
        note="" if reasoned else text,
    )
    return commands.log(act, command)


def _when(values: dict[str, Any], act: Act) -> datetime | None:
    stamp = values.get("when_followup") or values.get("when_notnow")
    if not stamp:
        return None
    moment = datetime.fromtimestamp(int(stamp), UTC)
    if moment <= act.desk.clock():
        raise Refused("when.past", when=moment)
    return moment


def _amount(values: dict[str, Any], act: Act) -> Any:
    typed = (values.get("amount") or "").strip()
    amount = read_money(typed, currency=act.desk.settings.currency)
    if amount is None or amount.minor == 0:
        raise Refused("sold.bad_amount", word=typed[:40])
    return amount


def _submit_assign(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    done = assign.assign_lead(
        act.desk, meta["lead"], to=values["rep"], by=act.who.slack_id, key=act.key
    )
    return replies.assigned(done, act.who.words)


_SUBMITS: dict[ViewId, Callable[[Act, dict[str, Any], dict[str, Any]], Message]] = {
    ViewId.LOG: _submit_log,
    ViewId.ASSIGN: _submit_assign,
}
