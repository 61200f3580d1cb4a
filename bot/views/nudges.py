"""Reminders: of a follow-up that is due (L4.3), and of many things that came due at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.texts import Safe, Words
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    clip,
    context,
    only,
    option,
    overflow,
    section,
    spoken,
)
from bot.views.card import title
from bot.views.speed import call_buttons
from rules.lead import FollowUp, Lead
from rules.nags import due_of, mark, may_snooze, told_at
from rules.phones import shown_phone
from rules.playbook import Playbook
from rules.said import split

AT_ITS_TIME = timedelta(minutes=1)
NOTE_LIMIT = 900


@dataclass(frozen=True, slots=True)
class Due:
    """Something that waits for a rep: a lead, and its follow-up where one was agreed.

    `end` says why it does not wait any more: over, put_off, newer, handed_over.
    """

    lead: Lead
    agreed: FollowUp | None = None
    end: str = ""


def nudge(
    agreed: FollowUp, lead: Lead, words: Words, playbook: Playbook, *, now: datetime, home: str
) -> Message:
    """Remind the rep of a follow-up that is due; `home` is the country of the team (L4.3)."""
    escalates = told_at(agreed, playbook=playbook) if agreed.nags > 1 else None
    text = words.lines(
        words.join(_asked(lead, agreed, words, now=now), _reach(lead, home)),
        noted(agreed.note, words),
        words.say("nudge.escalates", when=words.standing(escalates)) if escalates else "",
    )
    return Message(spoken(text), (section(text), actions(*_buttons(agreed, playbook, words.plain))))


def _asked(lead: Lead, agreed: FollowUp, words: Words, *, now: datetime) -> Safe:
    """Say since when the customer waits, and where it was put off, to when."""
    since, due, name = agreed.due_at, due_of(lead, agreed), title(lead, words)
    if due > since:
        return words.say(
            "nudge.again_put_off", lead=name, when=words.standing(since), due=words.standing(due)
        )
    if now - since < AT_ITS_TIME:
        return words.say("nudge.due", lead=name)
    return words.say("nudge.again", lead=name, when=words.standing(since), ago=words.ago(since))


def _reach(lead: Lead, home: str) -> str:
    return shown_phone(lead.phone, region=home) if lead.phone_raw else lead.email


def noted(note: str, words: Words, *, most: int = NOTE_LIMIT) -> Safe:
    """Quote what was written down of a follow-up, what was promised and what held them back (C4).

    Of each, `most` characters.
    """
    said = split(note)
    rows = {"nudge.note": said.note, **{f"history.{one}": text for one, text in said.data.items()}}
    return words.join(
        *(words.say(key, text=clip(text, most)) for key, text in rows.items() if text)
    )


def _buttons(agreed: FollowUp, playbook: Playbook, say: Words) -> list[Block]:
    sold, other = _outcomes(agreed, say)
    later = [
        button(say.say(f"button.{name}"), action, value)
        for name, action, value in _elsewhen(agreed, playbook)
    ]
    return [sold | {"style": "primary"}, other, *later]


def _outcomes(agreed: FollowUp, say: Words) -> tuple[Block, Block]:
    sold = button(say.say("button.called_sold"), ActionId.NAG_DONE, agreed.id)
    return sold, button(say.say("button.called_other"), ActionId.NAG_LOG, agreed.id)


def _elsewhen(agreed: FollowUp, playbook: Playbook) -> list[tuple[str, ActionId, object]]:
    """Give what can be done without a call: put it off, where it may be, or hand it over."""
    seen = mark(agreed).text
    later: list[tuple[str, ActionId, object]] = [
        ("snooze_short", ActionId.SNOOZE_SHORT, seen),
        ("snooze_long", ActionId.SNOOZE_LONG, seen),
        ("snooze_tomorrow", ActionId.SNOOZE_TOMORROW, seen),
    ]
    away: tuple[str, ActionId, object] = ("hand_over", ActionId.NAG_HAND_OVER, agreed.id)
    return [*(later if may_snooze(agreed, playbook) else []), away]


def retired(due: Due, words: Words) -> Message:
    """Say that a reminder is over: ended, put off, another's, or a newer one stands below."""
    text = _ended(due, words)
    return only(text)


def _ended(due: Due, words: Words) -> Safe:
    return words.say(f"nudge.{due.end}", lead=title(due.lead, words))


def catch_up(
    waiting: Sequence[Due],
    words: Words,
    playbook: Playbook,
    *,
    about: str,
    home: str,
    more: int = 0,
) -> Message:
    """Remind of all that waits for one rep in one message, each with the buttons of its own.

    `about` is 'nags' for follow-ups (L4.3), 'calls' for first calls (C1); `more` are not shown.
    """
    rows = [(one, _line(one, words, home=home)) for one in waiting]
    count = sum(not one.end for one in waiting) + more
    top = words.say(f"catch_up.{about}", n=count) if count else words.say("catch_up.over")
    last = words.lines(
        words.say("catch_up.more", n=more) if more else "",
        _escalation(waiting, words, playbook),
    )
    shown = [block for one, text in rows for block in _row(one, text, words, playbook)]
    blocks = [section(top), *shown]
    said = words.lines(top, *(text for _, text in rows), last)
    return Message(spoken(said), (*blocks, *([context(last)] if last else [])))


def _line(due: Due, words: Words, *, home: str) -> Safe:
    if due.end:
        return _ended(due, words)
    lead, agreed = due.lead, due.agreed
    waits = asked_for(lead, agreed, words) if agreed else _came(lead, words)
    name = Safe(f"*{title(lead, words)}*")
    note = noted(agreed.note, words) if agreed else ""
    return words.lines(words.join(name, _reach(lead, home), waits), note)


def asked_for(lead: Lead, agreed: FollowUp, words: Words) -> Safe:
    """Say for when a follow-up was agreed, and to when it was put off."""
    due, when = due_of(lead, agreed), words.standing(agreed.due_at)
    if due > agreed.due_at:
        return words.say("catch_up.put_off", when=when, due=words.standing(due))
    return words.say("catch_up.agreed", when=when)


def _came(lead: Lead, words: Words) -> Safe:
    return words.say("catch_up.waits", when=_at(lead.received_at, words))


def _at(moment: datetime | None, words: Words) -> Safe:
    return words.standing(moment) if moment else Safe("")


def _row(due: Due, text: Safe, words: Words, playbook: Playbook) -> list[Block]:
    if due.end:
        return [section(text)]
    say, agreed = words.plain, due.agreed
    if agreed is None:
        return [section(text), actions(*call_buttons(due.lead, say))]
    rest = [
        option(say.say(f"button.{name}"), f"{action}:{value}")
        for name, action, value in _elsewhen(agreed, playbook)
    ]
    return [section(text), actions(*_outcomes(agreed, say), overflow(ActionId.NAG_MENU, *rest))]


def _escalation(waiting: Sequence[Due], words: Words, playbook: Playbook) -> Safe:
    """Say from the second round on when the managers hear of what still waits (L4.3)."""
    again = [one.agreed for one in waiting if one.agreed and not one.end and one.agreed.nags > 1]
    moments = [at for one in again if (at := told_at(one, playbook=playbook))]
    when = words.standing(min(moments)) if moments else ""
    return words.say("nudge.escalates", when=when) if moments else Safe("")
