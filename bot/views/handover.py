"""Many leads that change hands at once: one message to the new owner, one to the managers (C3)."""

import json
from collections.abc import Sequence

from bot.texts import Safe, Words, mention
from bot.views.blocks import ActionId, Block, Message, actions, button, section, spoken
from bot.views.card import title
from rules.chairs import Loose
from rules.effects import TellManagers
from rules.lead import Lead
from rules.reminders import HandOver
from rules.words import Importance, Step


def handed_over(told: HandOver, first: Sequence[Lead], words: Words) -> Message:
    """Tell a rep of many leads that are theirs now, with the `first` of them and when they are due.

    Why they are is said by the text that the hand-over names: `inherited`, `covered`, `moved`.
    """
    was = mention(told.was) if told.was else words.say("handover.others")
    why = words.say(f"handover.{told.why}", was=was)
    left = told.count - len(first)
    text = words.lines(
        words.say("handover.top", n=told.count, why=why),
        *(_due(lead, words) for lead in first),
        words.say("day.more", n=left) if left > 0 else "",
        words.say("handover.end"),
    )
    best = button(words.plain.say("button.next"), ActionId.NEXT, "next", style="primary")
    return Message(spoken(text), (section(text), actions(best)))


def _due(lead: Lead, words: Words) -> Safe:
    """Name a lead with its next step and that one's time."""
    when = words.standing(lead.next_at) if lead.next_at else ""
    return words.join(Safe(f"• *{title(lead, words)}*"), _step(lead, words), when)


def _step(lead: Lead, words: Words) -> Safe:
    if lead.next_what is Step.FOLLOW_UP:
        hot = lead.importance == Importance.HIGH
        return words.say("day.high" if hot else "day.low")
    untimed = {Step.WAIT_FOR_PHONE: "step.wait_for_phone", Step.EMAIL: "step.email"}
    return words.say(untimed.get(lead.next_what, "day.call"))


def left(told: TellManagers, words: Words) -> Message:
    """Tell managers who left the team, how many leads went to whom, and what waits (C3)."""
    about = json.loads(told.about)
    went = [words.say("leaver.went", n=count, who=mention(to)) for to, count in about["to"].items()]
    pooled = about.get("pooled", 0)
    back = words.say("leaver.pooled", n=pooled) if pooled else ""
    held = words.say("leaver.held", n=about["held"]) if about["held"] else ""
    nothing = "" if went or back or held else words.say("leaver.nothing")
    who = words.say("leaver.left", who=mention(about["who"]))
    text = words.lines(who, *went, back, held, nothing)
    return Message(spoken(text), (section(text), *_lists(words, shown=bool(held))))


def _lists(words: Words, *, shown: bool) -> list[Block]:
    look = button(words.plain.say("leaver.look"), ActionId.LOOSE_ENDS, Loose.OWNER_LEFT)
    return [actions(look)] if shown else []
