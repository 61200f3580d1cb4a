"""Modals that were sent: the same acts as the commands."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import assign, audit
from bot.desk import Desk
from bot.readers import reader
from bot.views import modals, replies
from bot.views.blocks import Message, ViewId
from handlers import (
    adding,
    agreements,
    bulk,
    claims,
    commands,
    drops,
    playbook,
    preferences,
    quarantine,
    refunds,
    stages,
    team,
    texting,
    why,
)
from handlers.act import Act, Barred, nobody_barred
from handlers.agreements import minutes_of
from handlers.answers import Errors, text_of
from handlers.errors import reply_to
from rules.acts import AddNote, LogOutcome
from rules.money import read_money
from rules.refusals import Refused
from rules.words import Importance, Outcome

BESIDE = {
    "when": "when_",
    "time": "when_",
    "sold": "amount",
    "assign": "rep",
    "add": "phone",
    "drop": "kind",
    "drop.bad_cost": "cost",
    "drop.needs_way": "column_",
    "add.bad_email": "email",
    "add.managers_give": "rep",
    "talk": "talk",
    "team_edit": "name",
    "team_edit.already": "member",
    "team_edit.app": "member",
    "team_edit.deactivated": "member",
    "team_edit.deputy": "deputy",
    "team_edit.country": "country",
    "team_edit.admins_only": "role",
    "team_edit.yourself": "role",
    "team_edit.in_settings": "role",
    "stage": "reason",
    "followup": "importance",
    "followup.challenged": "objection",
    "aside": "phone",
    "refunds": "claims",
    "refunds.bad_amount": "amount",
}
"""The field beside which a refusal is told, by its key or the key's first word."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal that was sent: its answer, and where its confirmation goes."""

    said: Message
    answer_url: str


@audit.comes_from(audit.SLACK)
def answer_modal(
    desk: Desk, body: dict[str, Any], *, barred: Barred = nobody_barred
) -> Submitted | Errors:
    """Carry out what a modal says, or say beside its fields what is wrong."""
    view = body["view"]
    who = reader(desk, body["user"]["id"])
    act = Act(desk, who, body.get("trigger_id", "") or view["id"], barred)
    meta = json.loads(view["private_metadata"])
    try:
        if not who.insider:
            raise Refused("team.outsider")
        said = _SUBMITS[ViewId(view["callback_id"])](act, meta, _values(view))
        if isinstance(said, Errors):
            return said
    except Exception as fault:  # noqa: BLE001 - this is where every fault ends
        said = reply_to(_worded(fault, view), who.words.plain)
        if not _inputs(view):
            return Submitted(said, meta.get("answer", ""))
        wrong = said.text.replace("*", "").replace("`", "")
        return Errors({_field(fault, view): wrong})
    return Submitted(said, meta.get("answer", ""))


def _worded(fault: Exception, view: dict[str, Any]) -> Exception:
    """Give what is told of a time that was picked and not typed."""
    past = isinstance(fault, Refused) and fault.key == "when.past"
    picked = past and _field(fault, view).startswith(BESIDE["when"])
    return Refused("time.past") if picked else fault


def _values(view: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for block, elements in view["state"]["values"].items():
        for state in elements.values():
            if "selected_options" in state:
                found[block] = [one["value"] for one in state["selected_options"] or []]
                continue
            option = state.get("selected_option")
            one = state.get("selected_date_time") or state.get("selected_user")
            picked = option["value"] if option else one
            found[block] = picked if picked is not None else state.get("value")
    return found


def _inputs(view: dict[str, Any]) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def _field(fault: Exception, view: dict[str, Any]) -> str:
    inputs = _inputs(view)
    key = fault.key if isinstance(fault, Refused) else ""
    prefix = BESIDE.get(key) or BESIDE.get(key.partition(".")[0], "")
    last = "note" if "note" in inputs else inputs[-1]
    return next((one for one in inputs if prefix and one.startswith(prefix)), last)


def _submit_log(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    chosen = values.get("outcome") or meta["chosen"]
    text = text_of(values, "note")
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
        talk_seconds=minutes_of(values),
        agreed=tuple(values.get("agreed") or ()),
        objection=text_of(values, "objection"),
        promise=text_of(values, "promise"),
    )
    return commands.log(act, command)


def _when(values: dict[str, Any], act: Act) -> datetime | None:
    stamp = values.get("when_followup") or values.get("when_notnow")
    if not stamp:
        return None
    moment = agreements.moment(stamp)
    if moment <= act.desk.clock():
        raise Refused("when.past", when=moment)
    return moment


def _amount(values: dict[str, Any], act: Act) -> Any:
    typed = text_of(values, "amount")
    amount = read_money(typed, currency=act.desk.settings.currency)
    if amount is None or amount.minor == 0:
        raise Refused("sold.bad_amount", word=typed[:40])
    return amount


def _submit_assign(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    done = assign.assign_lead(
        act.desk, meta["lead"], to=values["rep"], by=act.who.slack_id, key=act.key
    )
    return replies.assigned(done, act.who.words)


_SUBMITS: dict[ViewId, Callable[[Act, dict[str, Any], dict[str, Any]], Message | Errors]] = {
    ViewId.LOG: _submit_log,
    ViewId.ASSIGN: _submit_assign,
    ViewId.SET_TIME: agreements.set_time,
    ViewId.AGREE: agreements.agree,
    ViewId.OBJECTION: agreements.keep,
    ViewId.STAGE: stages.submit,
    ViewId.REJECT_SQO: stages.submit_reject,
    ViewId.TEXT: texting.send,
    ViewId.PLAYBOOK_SECTION: playbook.submit_section,
    ViewId.PLAYBOOK_TEXT: playbook.submit_text,
    ViewId.PLAYBOOK_CAMPAIGN: playbook.submit_campaign,
    ViewId.PIN_TIER: why.pin_tier,
    ViewId.PREFERENCES: preferences.submit,
    ViewId.PASSING: claims.submit_reason,
    ViewId.BULK: bulk.submit,
    ViewId.CLAIMS_ACCEPTED: refunds.submit_accepted,
    ViewId.CLAIMS_REFUSED: refunds.submit_refused,
    ViewId.TEAM_ADD: team.submit_add,
    ViewId.TEAM_EDIT: team.submit_edit,
    ViewId.TEAM_LEAVE: team.submit_leave,
    ViewId.ASIDE_MEND: quarantine.submit_mend,
    ViewId.ASIDE_DISMISS: quarantine.submit_dismiss,
    ViewId.ADD_LEAD: adding.submit,
    ViewId.DROP_COLUMNS: drops.submit,
}
