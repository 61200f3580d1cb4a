"""Times to speak again as a person sees them: what is told of them, their buttons and modals."""

import json
from datetime import datetime
from typing import Any

from bot.agreements import Changed
from bot.calls import Logged
from bot.talking import Started
from bot.texts import Safe, Words, mention
from bot.views import fields
from bot.views.blocks import ActionId, Block, Message, ViewId, actions, button, only, section
from bot.views.card import title
from bot.views.forms import modal
from rules.agreements import MOVABLE
from rules.expected import Expected
from rules.lead import Lead
from rules.phones import shown_phone
from rules.words import Importance, Outcome, Step

VALUE_LIMIT = 2000
RINGS = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE})


def style(done: Logged, words: Words) -> Safe:
    """Say what a follow-up means for this product, or ask for the next one (L4.1, L4.2)."""
    if done.act.outcome is not Outcome.FOLLOWUP:
        return words.say("agreement.ask_next") if _asks_next(done) else Safe("")
    return words.lines(_expected(done.expected, words, now=done.now), _meaning(done, words))


def _meaning(done: Logged, words: Words) -> Safe:
    if done.one_call:
        return words.say("agreement.further" if done.before else "agreement.only")
    met = done.lead.meetings
    key = "agreement.early" if met < done.meetings else "agreement.ripe"
    return words.say(key, n=met, total=done.meetings)


def _expected(found: Expected | None, words: Words, *, now: datetime) -> Safe:
    """Tell of a reminder that comes at another time than was agreed, or to somebody else (L4.3)."""
    if found is None or found.usual:
        return Safe("")
    what = "deputy" if found.deputy else found.what or "comes"
    return words.say(
        f"expected.{'theirs' if found.rep else 'yours'}_{what}",
        who=mention(found.rep),
        deputy=mention(found.deputy),
        when=words.in_full(found.at, now=now) if found.at else "",
    )


def _asks_next(done: Logged) -> bool:
    """Say whether a follow-up ended without a sale, a loss or a new time (L4.1)."""
    rings = done.lead.living and done.lead.next_what in RINGS
    return done.ended and not done.one_call and rings and done.act.when is None


def time_buttons(done: Logged, words: Words) -> list[Block]:
    """Give what can be done about the time of the next call."""
    lead, say = done.lead, words.plain
    timed = lead.living and lead.next_what in MOVABLE and lead.next_at is not None
    move = [_change(lead.id, words)] if timed else []
    again = [button(say.say("button.agree_again"), ActionId.AGREE_AGAIN, lead.id)]
    return [*move, *(again if _asks_next(done) else [])]


def _change(lead_id: object, words: Words) -> Block:
    return button(words.plain.say("button.set_time"), ActionId.SET_TIME, lead_id)


def ways_out(key: str, params: dict[str, object], words: Words) -> list[Block]:
    """Give the buttons of a refusal: what can be done instead (L4.2)."""
    if key == "followup.challenged":
        say = words.plain
        return [button(say.say("button.keep_followup"), ActionId.KEEP_FOLLOWUP, _packed(params))]
    return [_change(params["lead_id"], words)] if key == "followup.open" else []


def _packed(params: dict[str, object]) -> str:
    """Put a follow-up into a button's value; a note too long for it loses its end."""
    kept = {"lead": params["lead_id"], "importance": params["importance"], "talk": params["talk"]}
    moment = params["due_at"]
    kept["when"] = int(moment.timestamp()) if isinstance(moment, datetime) else 0
    note, promise = str(params["note"]), str(params["promise"])[: fields.SAID_LIMIT]
    while True:
        made = json.dumps(kept | {"note": note, "promise": promise}, ensure_ascii=False)
        if len(made) <= VALUE_LIMIT:
            return made
        note, promise = note[: len(note) * 3 // 4], promise[: len(promise) * 3 // 4]


def objection_modal(
    lead: Lead, kept: dict[str, Any], at: datetime, words: Words, *, now: datetime
) -> dict[str, Any]:
    """Ask for the objection that lets a follow-up of a one-call product be kept (L4.2)."""
    say, key = words.plain, f"reply.follow_up_{Importance(kept['importance'])}"
    when = words.in_full(at, now=now)
    about = words.lines(Safe(f"*{title(lead, words)}*"), words.say(key, when=when))
    blocks = [
        section(about),
        fields.objection(say, needed=True),
        fields.note(say, begun=kept["note"]),
    ]
    meta = {name: kept[name] for name in ("lead", "importance", "when", "promise", "talk")}
    return modal(ViewId.OBJECTION, say.say("modal.objection_title"), blocks, meta, say)


def agree_modal(lead: Lead, words: Words, *, now: datetime, one_call: bool) -> dict[str, Any]:
    """Ask when to speak again, outside a call (L4.1)."""
    say = words.plain
    at = fields.half_hour(now)
    low = "modal.objection_low" if one_call else "modal.objection"
    blocks = [
        section(f"*{title(lead, words)}*"),
        fields.importance(say),
        fields.when(say, "when_followup", at=at),
        *([fields.objection(say, label=low)] if one_call else []),
        fields.note(say),
    ]
    return modal(ViewId.AGREE, say.say("modal.agree"), blocks, {"lead": lead.id}, say)


def time_modal(lead: Lead, words: Words, *, now: datetime) -> dict[str, Any]:
    """Ask for another time of a lead's next call."""
    say = words.plain
    at = lead.next_at if lead.next_at and lead.next_at > now else fields.half_hour(now)
    blocks = [section(f"*{title(lead, words)}*"), fields.when(say, "when_set", at=at)]
    return modal(ViewId.SET_TIME, say.say("modal.set_time"), blocks, {"lead": lead.id}, say)


def changed(done: Changed, words: Words, *, now: datetime) -> Message:
    """Confirm another time for a lead's next call, in full; the button takes it back."""
    lead = done.lead
    shifted = words.say("agreement.shifted") if done.shifted else ""
    moved = _next_call(lead, "agreement.moved", words, now=now)
    return _with_undo(
        done, words.lines(moved, shifted, _expected(done.expected, words, now=now)), words
    )


def agreed(done: Changed, words: Words, *, now: datetime) -> Message:
    """Confirm a time that was agreed outside a call; the button takes it back."""
    told = _next_call(done.lead, "agreement.agreed", words, now=now)
    return _with_undo(done, words.lines(told, _expected(done.expected, words, now=now)), words)


def _next_call(lead: Lead, key: str, words: Words, *, now: datetime) -> Safe:
    when = words.in_full(lead.next_at, now=now) if lead.next_at else Safe("")
    return words.say(key, lead=title(lead, words), when=when)


def _with_undo(done: Changed, text: Safe, words: Words) -> Message:
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_TIME, done.line)
    row = [undo, _change(done.lead.id, words)] if done.line else []
    return Message(text, (section(text), *([actions(*row)] if row else [])))


def restored(lead: Lead, words: Words, *, now: datetime) -> Message:
    """Confirm that a time was taken back, with the one that stands now."""
    key = "agreement.restored" if lead.next_at else "agreement.restored_open"
    text = _next_call(lead, key, words, now=now)
    return only(text)


def started(done: Started, words: Words, *, home: str) -> Message:
    """Say that a call's clock runs, with the number to call and what may come of it (L6.6)."""
    lead, say = done.lead, words.plain
    name, since = title(lead, words), words.ago(lead.talking_at) if lead.talking_at else Safe("")
    other = done.stopped
    text = words.lines(
        words.say("agreement.runs", lead=name, phone=shown_phone(lead.phone, region=home)),
        words.say("agreement.log_it", ago=since),
        words.say("agreement.stopped", lead=title(other, words)) if other else "",
    )
    row = actions(
        button(say.say("button.talked"), ActionId.TALKED, lead.id, style="primary"),
        button(say.say("button.noanswer"), ActionId.NOANSWER, lead.id),
        button(say.say("button.sold"), ActionId.SOLD, lead.id),
    )
    return Message(text, (section(text), row))
