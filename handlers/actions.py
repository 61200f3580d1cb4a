"""Buttons and menus: the same acts as the commands, by another door."""

import json
from collections.abc import Callable
from typing import Any

from bot import calls, followups, leads
from bot.desk import Desk
from bot.readers import reader
from bot.team import whole_team
from bot.views import modals, replies
from bot.views.blocks import ActionId
from handlers import commands, optouts, playbook, texting, why
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, UpdateModal, answering
from handlers.errors import reply_to
from rules.acts import LogOutcome, NextLead
from rules.refusals import Refused
from rules.words import Outcome

SHORT, LONG = 15, 60


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
    view = modals.log_modal(
        lead,
        act.who.words,
        act.desk.playbook,
        menu=menu,
        chosen=chosen,
        now=act.desk.clock(),
    )
    return OpenModal(answering(view, click.body))


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
    return OpenModal(answering(modals.assign_modal(lead, team, act.who.words), click.body))


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
        lead,
        act.who.words,
        act.desk.playbook,
        menu=meta["menu"],
        chosen=chosen,
        now=act.desk.clock(),
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
    ActionId.TEXT: texting.open_modal,
    ActionId.UNDO_TEXT: texting.take_back,
    ActionId.UNDO_OPTOUT: optouts.take_back,
    ActionId.PLAYBOOK_SECTION: playbook.open_section,
    ActionId.PLAYBOOK_TEXTS: playbook.open_texts,
    ActionId.PLAYBOOK_TEXT: playbook.choose_text,
    ActionId.PLAYBOOK_PREVIEW: playbook.preview_text,
    ActionId.PLAYBOOK_CAMPAIGNS: playbook.open_campaigns,
    ActionId.PLAYBOOK_CAMPAIGN: playbook.choose_campaign,
    ActionId.PLAYBOOK_HISTORY: playbook.history,
    ActionId.PLAYBOOK_REVERT: playbook.revert,
    ActionId.PLAYBOOK_UNDO: playbook.undo,
    ActionId.WHY: why.click_why,
    ActionId.PIN_TIER: why.choose_tier,
    ActionId.MEASURE: why.measure,
}
