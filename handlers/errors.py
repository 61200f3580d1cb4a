"""The one place where a refusal, or a fault, becomes a reply."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime

from bot.logs import place_of
from bot.texts import Words, mention
from bot.views.blocks import Message
from bot.views.playbook import faults_said
from bot.views.replies import refusal
from rules.refusals import Refused

log = logging.getLogger(__name__)


def reply_to(fault: Exception, words: Words) -> Message:
    """Say what happened and what to do; a fault that nobody foresaw gets a mark for the log."""
    if isinstance(fault, Refused):
        return refusal(*_worded(fault, words), words)
    mark = secrets.token_hex(3)
    log.error("unexpected fault %s: %s", mark, place_of(fault))
    return refusal("desk.unexpected", {"mark": mark}, words)


def in_words(fault: Refused, words: Words) -> str:
    """Say a refusal as plain text, for who reads it outside Slack."""
    key, params = _worded(fault, words)
    return str(words.say(f"refusal.{key}", **params))


def _worded(fault: Refused, words: Words) -> tuple[str, dict[str, object]]:
    params = dict(fault.params)
    if fault.key == "command.unknown" and params.get("nearest"):
        return "command.unknown_near", params
    if "owner" in params:
        named = str(params.get("owner_name", ""))
        params["who"] = mention(str(params["owner"])) if words.mrkdwn else named
        if not params["owner"]:
            params["who"] = words.say("playbook.itself")
    if fault.key == "playbook.faults":
        params["faults"] = faults_said(fault.params, words)
    when = params.get("when")
    if isinstance(when, datetime):
        params["when"] = words.in_full(when)
    if "stage" in params:
        params["stage"] = words.say(f"stage.{params['stage']}")
    return fault.key, params


def guarded(act: Callable[[], Message], words: Words) -> Message:
    """Do an act and give its answer, or the reply to what stopped it."""
    try:
        return act()
    except Exception as fault:  # noqa: BLE001 - this is where every fault ends
        return reply_to(fault, words)
