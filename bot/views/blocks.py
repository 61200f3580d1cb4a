"""Block Kit's pieces, within Slack's limits."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Block = dict[str, Any]

SECTION_LIMIT = 3000
BUTTON_LIMIT = 75
OPTION_LIMIT = 75
TITLE_LIMIT = 24
HEADER_LIMIT = 150
TEXT_LIMIT = 3900
PLACEHOLDER_LIMIT = 150


class ActionId(StrEnum):
    """Every button and menu, by the name that comes back from Slack."""

    NOANSWER = "lead_noanswer"
    TALKED = "lead_talked"
    SOLD = "lead_sold"
    ASSIGN = "lead_assign"
    MORE = "lead_more"
    UNDO = "undo"
    NAG_DONE = "nag_done"
    NAG_LOG = "nag_log"
    SNOOZE_SHORT = "nag_snooze_15"
    SNOOZE_LONG = "nag_snooze_60"
    NEXT = "next_lead"
    FAIRNESS = "fairness"
    FAIRNESS_POST = "fairness_post"
    CHOOSE_OUTCOME = "choose_outcome"
    TEXT = "text_lead"
    UNDO_TEXT = "undo_text"
    UNDO_OPTOUT = "undo_optout"
    PLAYBOOK_SECTION = "playbook_section"
    PLAYBOOK_TEXTS = "playbook_texts"
    PLAYBOOK_TEXT = "playbook_text"
    PLAYBOOK_PREVIEW = "playbook_preview"
    PLAYBOOK_CAMPAIGNS = "playbook_campaigns"
    PLAYBOOK_CAMPAIGN = "playbook_campaign"
    PLAYBOOK_HISTORY = "playbook_history"
    PLAYBOOK_REVERT = "playbook_revert"
    PLAYBOOK_UNDO = "playbook_undo"
    WHY = "lead_why"
    PIN_TIER = "lead_pin_tier"
    MEASURE = "measure_now"
    NAG_HAND_OVER = "nag_hand_over"
    SNOOZE_TOMORROW = "nag_snooze_tomorrow"
    NAG_MENU = "nag_menu"
    START_CALL = "start_call"
    SET_TIME = "set_time"
    AGREE_AGAIN = "agree_again"
    UNDO_TIME = "undo_time"
    KEEP_FOLLOWUP = "keep_followup"
    SHOW = "lead_show"
    REVEAL = "lead_reveal"
    STAGE = "lead_stage"
    REOPEN = "lead_reopen"
    UNDO_STAGE = "undo_stage"
    APPROVE_SQO = "approve_sqo"
    REJECT_SQO = "reject_sqo"
    REMATCH = "rematch"
    MERGE_SAME = "merge_same"
    NOT_SAME = "not_same"
    UNMERGE = "unmerge"
    NOT_THEIRS = "not_theirs"
    THEIRS = "theirs"
    UNDO_THEIRS = "undo_theirs"
    UNSHARE = "unshare"
    SHARE_AGAIN = "share_again"
    HOME_PAGE = "home_page"
    PAGE_BACK = "home_page_back"
    PREFERENCES = "preferences"
    GO_AWAY = "go_away"
    COME_BACK = "come_back"
    RETRY_DEAD = "retry_dead"
    DISMISS_DEAD = "dismiss_dead"
    WAVE_HOLD = "wave_hold"
    WAVE_SHORTEN = "wave_shorten"
    WAVE_DECLINE = "wave_decline"
    WAVE_LIFT = "wave_lift"
    LOOSE_ENDS = "loose_ends"
    CLAIM = "lead_claim"
    PASSING = "lead_pass"
    UNDO_PASSING = "undo_pass"
    TEAM_REASSIGN = "team_reassign"
    BULK_CHOOSE = "bulk_choose"
    BULK_UNDO = "bulk_undo"
    TEAM_PEOPLE = "team_people"
    TEAM_PAGE = "team_page"
    TEAM_ADD = "team_add"
    TEAM_EDIT = "team_edit"
    TEAM_PAUSE = "team_pause"
    TEAM_RESUME = "team_resume"
    TEAM_REMOVE = "team_remove"
    GUIDE_CHECK = "guide_check"
    GUIDE_PLAYBOOK = "guide_playbook"
    ERASE = "person_erase"
    REFUNDS = "refunds"
    CLAIM_FILE = "claim_file"
    CLAIM_FILE_CSV = "claim_file_csv"
    CLAIMS_SENT = "claims_sent"
    CLAIMS_ACCEPTED = "claims_accepted"
    CLAIMS_REFUSED = "claims_refused"
    UNDO_CLAIMS = "undo_claims"
    ADD_LEAD = "add_lead"
    ADD_EDIT = "add_edit"
    ADD_UNDO = "add_undo"
    ADD_MERGE = "add_merge"
    DROP_COLUMNS = "drop_columns"
    DROP_STOP = "drop_stop"
    USE_NUMBER = "use_number"
    REFUSE_NUMBERS = "refuse_numbers"
    UNDO_NUMBER = "undo_number"
    QUARANTINE = "quarantine"
    QUARANTINE_BACK = "quarantine_back"
    QUARANTINE_ON = "quarantine_on"
    ASIDE_OPEN = "aside_open"
    ASIDE_MEND = "aside_mend"
    ASIDE_RETRY = "aside_retry"
    ASIDE_DISMISS = "aside_dismiss"
    UNDO_ASIDE = "undo_aside"
    RECOMMENDATIONS = "recommendations"
    RECOMMEND_ACCEPT = "recommend_accept"
    RECOMMEND_REJECT = "recommend_reject"
    RECOMMEND_WHY = "recommend_why"
    RECOMMEND_UNDO = "recommend_undo"
    RECOMMEND_REASON = "recommend_reason"


class ViewId(StrEnum):
    """Every modal, by the name that comes back from Slack."""

    LOG = "log_outcome"
    ASSIGN = "assign_lead"
    TEXT = "text_lead"
    PLAYBOOK_SECTION = "playbook_section"
    PLAYBOOK_TEXT = "playbook_text"
    PLAYBOOK_CAMPAIGN = "playbook_campaign"
    PIN_TIER = "pin_tier"
    SET_TIME = "set_time"
    AGREE = "agree_followup"
    OBJECTION = "objection"
    STAGE = "lead_stage"
    REJECT_SQO = "reject_sqo"
    TEAM_ADD = "team_add"
    TEAM_EDIT = "team_edit"
    TEAM_LEAVE = "team_leave"
    PREFERENCES = "preferences"
    PASSING = "pass_lead"
    BULK = "reassign_leads"
    CLAIMS_ACCEPTED = "claims_accepted"
    CLAIMS_REFUSED = "claims_refused"
    ADD_LEAD = "add_lead"
    ASIDE_MEND = "aside_mend"
    ASIDE_DISMISS = "aside_dismiss"
    DROP_COLUMNS = "drop_columns"


@dataclass(frozen=True, slots=True)
class Message:
    """What is said in Slack: the blocks, and a text that tells it all to a screen reader."""

    text: str
    blocks: tuple[Block, ...] = ()


def clip(text: str, limit: int) -> str:
    """Cut a text to Slack's limit, with a sign that it was cut."""
    if len(text) <= limit:
        return text
    return re.sub(r"(&[a-z]{0,3}|<[^>]*)$", "", text[: limit - 1]) + "…"


def mrkdwn(text: str) -> Block:
    """Make a text object with Slack's markup."""
    return {"type": "mrkdwn", "text": clip(text, SECTION_LIMIT), "verbatim": True}


def plain(text: str, limit: int = SECTION_LIMIT) -> Block:
    """Make a plain text object."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}


def section(text: str) -> Block:
    """Make a paragraph."""
    return {"type": "section", "text": mrkdwn(text)}


def context(text: str) -> Block:
    """Make a line of small print."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Block:
    """Make a line between what stands above and below."""
    return {"type": "divider"}


def header(text: str) -> Block:
    """Make a headline."""
    return {"type": "header", "text": plain(text, HEADER_LIMIT)}


def actions(*elements: Block) -> Block:
    """Make a row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def button(text: str, action: ActionId, value: object, *, style: str = "") -> Block:
    """Make a button; `style` is primary, danger or nothing."""
    made: Block = {
        "type": "button",
        "text": plain(text, BUTTON_LIMIT),
        "action_id": action.value,
        "value": str(value),
    }
    return made | ({"style": style} if style else {})


def overflow(action: ActionId, *options: Block) -> Block:
    """Make a menu of at most five choices behind three dots."""
    return {"type": "overflow", "action_id": action.value, "options": list(options)}


def option(text: str, value: str) -> Block:
    """Make one choice of a menu."""
    return {"text": plain(text, OPTION_LIMIT), "value": value}


def spoken(text: str) -> str:
    """Cut a message's text so that it can be changed in place later."""
    return clip(text, TEXT_LIMIT)


def only(text: str) -> Message:
    """Give a message that is this text and nothing else."""
    said = spoken(text)
    return Message(said, (section(said),))
