"""Buttons and menus: the same acts as the commands, by another door."""

import json
from collections.abc import Callable
from typing import Any

from bot import audit, leads, undoing
from bot.desk import Desk
from bot.readers import reader
from bot.views import modals, replies
from bot.views.blocks import ActionId
from bot.views.card import card
from handlers import (
    adding,
    agreements,
    away,
    bulk,
    chairs,
    claims,
    commands,
    drops,
    fairness,
    home,
    nags,
    one_person,
    optouts,
    person,
    playbook,
    preferences,
    quarantine,
    recommendations,
    refunds,
    repairs,
    stages,
    team,
    texting,
    wave,
    why,
)
from handlers.act import Act
from handlers.answers import Answer, Click, Say, UpdateModal
from handlers.dialogs import open_assign, open_log
from handlers.errors import reply_to
from rules.acts import LogOutcome, NextLead, Show
from rules.nags import Snooze
from rules.refusals import Refused
from rules.words import Outcome


@audit.comes_from(audit.SLACK)
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
        return open_log(click, click.number, menu=menu, chosen=chosen)

    return open_it


def _assign(click: Click) -> Answer:
    return open_assign(click, click.number)


def _undo(click: Click) -> Answer:
    act = click.act
    done = undoing.undo(act.desk, by=act.who.slack_id, key=act.key, attempt_id=click.number)
    return Say(replies.undone(done, act.who.words), instead=True)


def _show(click: Click) -> Answer:
    return Say(commands.show(click.act, Show(click.number)))


def _reveal(click: Click) -> Answer:
    act = click.act
    known = leads.reveal(act.desk, click.number, by=act.who.slack_id)
    return Say(card(known, act.who.words, act.desk.playbook, private=True, whole=True))


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
    ActionId.FAIRNESS: fairness.show,
    ActionId.FAIRNESS_POST: fairness.post,
    ActionId.NAG_DONE: nags.log_call("talked", Outcome.SOLD),
    ActionId.NAG_LOG: nags.log_call("every", Outcome.NOANSWER),
    ActionId.NAG_HAND_OVER: nags.hand_over,
    ActionId.SNOOZE_SHORT: nags.put_off(Snooze.SHORT),
    ActionId.SNOOZE_LONG: nags.put_off(Snooze.LONG),
    ActionId.SNOOZE_TOMORROW: nags.put_off(Snooze.TOMORROW),
    ActionId.NAG_MENU: nags.choose,
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
    ActionId.START_CALL: agreements.start_call,
    ActionId.SET_TIME: agreements.choose_time,
    ActionId.AGREE_AGAIN: agreements.choose_next,
    ActionId.KEEP_FOLLOWUP: agreements.ask_objection,
    ActionId.UNDO_TIME: agreements.take_back,
    ActionId.WHY: why.click_why,
    ActionId.PIN_TIER: why.choose_tier,
    ActionId.MEASURE: why.measure,
    ActionId.WAVE_HOLD: wave.hold,
    ActionId.WAVE_SHORTEN: wave.shorten,
    ActionId.WAVE_DECLINE: wave.decline,
    ActionId.WAVE_LIFT: wave.lift,
    ActionId.SHOW: _show,
    ActionId.REVEAL: _reveal,
    ActionId.STAGE: stages.choose,
    ActionId.REOPEN: stages.reopen,
    ActionId.UNDO_STAGE: stages.take_back,
    ActionId.APPROVE_SQO: stages.approve,
    ActionId.REJECT_SQO: stages.open_reject,
    ActionId.REMATCH: stages.rematch,
    ActionId.MERGE_SAME: one_person.click_merge,
    ActionId.NOT_SAME: one_person.keep_apart,
    ActionId.UNMERGE: one_person.click_unmerge,
    ActionId.NOT_THEIRS: one_person.give_away,
    ActionId.THEIRS: one_person.same_person,
    ActionId.UNDO_THEIRS: one_person.undo_theirs,
    ActionId.UNSHARE: one_person.unshare,
    ActionId.SHARE_AGAIN: one_person.share_again,
    ActionId.HOME_PAGE: home.turn_page,
    ActionId.PAGE_BACK: home.turn_page,
    ActionId.PREFERENCES: preferences.open_modal,
    ActionId.GO_AWAY: away.go_away,
    ActionId.COME_BACK: away.come_back,
    ActionId.RETRY_DEAD: home.retry_dead,
    ActionId.DISMISS_DEAD: home.dismiss_dead,
    ActionId.LOOSE_ENDS: chairs.loose_ends,
    ActionId.CLAIM: claims.click_claim,
    ActionId.PASSING: claims.ask_reason,
    ActionId.UNDO_PASSING: claims.take_back,
    ActionId.TEAM_REASSIGN: bulk.open_modal,
    ActionId.BULK_CHOOSE: bulk.choose,
    ActionId.BULK_UNDO: bulk.take_back,
    ActionId.TEAM_PEOPLE: team.people,
    ActionId.TEAM_PAGE: team.turn_page,
    ActionId.TEAM_ADD: team.open_add,
    ActionId.TEAM_EDIT: team.open_edit,
    ActionId.TEAM_PAUSE: team.open_leave(removed=False),
    ActionId.TEAM_RESUME: team.resume,
    ActionId.TEAM_REMOVE: team.open_leave(removed=True),
    ActionId.GUIDE_CHECK: team.check_guide,
    ActionId.GUIDE_PLAYBOOK: team.show_playbook,
    ActionId.ERASE: person.erase,
    ActionId.REFUNDS: refunds.show_all,
    ActionId.CLAIM_FILE: refunds.workbook,
    ActionId.CLAIM_FILE_CSV: refunds.table,
    ActionId.CLAIMS_SENT: refunds.mark_sent,
    ActionId.CLAIMS_ACCEPTED: refunds.open_accepted,
    ActionId.CLAIMS_REFUSED: refunds.open_refused,
    ActionId.UNDO_CLAIMS: refunds.take_back,
    ActionId.ADD_LEAD: adding.open_form,
    ActionId.ADD_EDIT: adding.open_edit,
    ActionId.ADD_UNDO: adding.undo,
    ActionId.ADD_MERGE: adding.merge,
    ActionId.DROP_COLUMNS: drops.open_columns,
    ActionId.DROP_STOP: drops.stop,
    ActionId.USE_NUMBER: repairs.use,
    ActionId.REFUSE_NUMBERS: repairs.decline,
    ActionId.UNDO_NUMBER: repairs.take_back,
    ActionId.QUARANTINE: quarantine.show,
    ActionId.QUARANTINE_BACK: quarantine.show,
    ActionId.QUARANTINE_ON: quarantine.show,
    ActionId.ASIDE_OPEN: quarantine.open_one,
    ActionId.ASIDE_MEND: quarantine.ask_mend,
    ActionId.ASIDE_RETRY: quarantine.retry,
    ActionId.ASIDE_DISMISS: quarantine.ask_why,
    ActionId.UNDO_ASIDE: quarantine.take_back,
    ActionId.RECOMMENDATIONS: recommendations.show,
    ActionId.RECOMMEND_ACCEPT: recommendations.accept,
    ActionId.RECOMMEND_REJECT: recommendations.reject,
    ActionId.RECOMMEND_WHY: recommendations.why,
    ActionId.RECOMMEND_UNDO: recommendations.undo,
    ActionId.RECOMMEND_REASON: recommendations.say_why,
}
