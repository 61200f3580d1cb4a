"""What was set aside, as managers see it: the list, one opened, mending and dismissing it (C2)."""

import json
from typing import TYPE_CHECKING, Any

from bot.paging import Page
from bot.texts import Safe, Words, escape
from bot.views.blocks import (
    TITLE_LIMIT,
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    clip,
    context,
    only,
    plain,
    section,
    spoken,
)
from bot.views.forms import asked, modal
from storage.quarantine import Aside

if TYPE_CHECKING:
    from bot.intake import Receipt
    from bot.quarantine import Opened

KNOWN = ("malformed", "unreachable", "too_many", "entities", "fault")
NAME_LIMIT, LONGEST_WHY, LONGEST_FIELD, KILOBYTE = 60, 200, 300, 1024
ROOM = 2900


def why(reason: str, words: Words) -> Safe:
    """Say why something was set aside."""
    cause = reason.partition(":")[0]
    return words.say(f"aside.why_{cause if cause in KNOWN else KNOWN[0]}")


def notice(source: str, count: int, words: Words) -> Message:
    """Tell managers that something of a source could not be used, with the way to it."""
    text = words.say("aside.notice", source=clip(source, NAME_LIMIT), n=count)
    return Message(spoken(text), (section(text), actions(door(words.plain))))


def door(say: Words) -> Block:
    """Give the button that opens the list."""
    return button(say.say("aside.open_list"), ActionId.QUARANTINE, 0)


def list_modal(found: Page[Aside], words: Words, *, told: str = "") -> dict[str, Any]:
    """List what is set aside, each with a button that opens it; what was `told` stands on top."""
    say = words.plain
    rows = [
        section(line(one, words))
        | {"accessory": button(say.say("aside.open"), ActionId.ASIDE_OPEN, one.id)}
        for one in found.items
    ]
    top = words.say("aside.count", n=found.total) if found.total else words.say("aside.empty")
    blocks = [*([section(told)] if told else []), section(top), *rows, *_pager(found, say)]
    return _sheet(say.say("aside.title"), blocks, say)


def _sheet(title: str, blocks: list[Block], say: Words) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain(title, TITLE_LIMIT),
        "close": plain(say.say("aside.close"), TITLE_LIMIT),
        "private_metadata": json.dumps({}),
        "blocks": blocks,
    }


def line(one: Aside, words: Words) -> Safe:
    """Say where it came from, when, why it was set aside, and how large it is."""
    name = clip(one.source, NAME_LIMIT)
    source = Safe(f"{words.opens(name)}*{escape(name) if words.mrkdwn else name}*")
    return words.join(source, words.standing(one.received_at), why(one.reason, words), _size(one))


def told(one: Aside, words: Words) -> Safe:
    """Say the same on a terminal, with the number by which it is opened there."""
    said = {"id": one.id, "source": one.source, "size": one.size}
    when, cause = words.in_full(one.received_at), why(one.reason, words)
    return words.say("aside.told", when=when, why=cause, **said)


def _size(one: Aside) -> str:
    return f"{-(-one.size // KILOBYTE)} KB" if one.size >= KILOBYTE else f"{one.size} B"


def _pager(found: Page[Aside], say: Words) -> list[Block]:
    left = found.total - (found.number + 1) * found.size
    back = button(say.say("button.page_back"), ActionId.QUARANTINE_BACK, found.number - 1)
    on = button(say.say("button.page_on", n=left), ActionId.QUARANTINE_ON, found.number + 1)
    row = [*([back] if found.number else []), *([on] if left > 0 else [])]
    return [actions(*row)] if row else []


def one_modal(found: "Opened", words: Words) -> dict[str, Any]:
    """Show the beginning of what came, with what can be done about it."""
    say, number = words.plain, found.aside.id
    shown = _fitting(found.text)
    left = found.more + len(found.text) - len(shown)
    raw = section(f"```{escape(shown)}```" if shown else words.say("aside.nothing"))
    more = [context(words.say("aside.more", n=left))] if left else []
    acts = actions(
        button(say.say("aside.mend"), ActionId.ASIDE_MEND, number, style="primary"),
        button(say.say("button.retry"), ActionId.ASIDE_RETRY, number),
        button(say.say("aside.dismiss"), ActionId.ASIDE_DISMISS, number),
        button(say.say("aside.back"), ActionId.QUARANTINE_BACK, 0),
    )
    hint = context(words.say(f"aside.hint_{_cause(found)}"))
    return _sheet(
        say.say("aside.title"), [section(line(found.aside, words)), raw, *more, hint, acts], say
    )


def _fitting(text: str) -> str:
    """Give so much of a text as has room when escaped, and nothing in it that ends the block."""
    shown = text.replace("`", "'")
    while (size := len(escape(shown))) > ROOM:
        shown = shown[: len(shown) * ROOM // size]
    return shown


def _cause(found: "Opened") -> str:
    cause = found.aside.reason
    return cause if cause in KNOWN else KNOWN[0]


def mend_modal(found: "Opened", words: Words) -> dict[str, Any]:
    """Ask for the person's name, number and address, filled with what may be theirs."""
    say = words.plain
    known = {"name": found.name, "phone": found.phone, "email": found.email}
    fields = [
        asked(name, say.say(f"aside.field_{name}"), _input(name, value), optional=True)
        for name, value in known.items()
    ]
    blocks = [section(line(found.aside, words)), *fields]
    meta = {"intake": found.aside.id}
    return modal(ViewId.ASIDE_MEND, say.say("aside.mend_title"), blocks, meta, say)


def _input(name: str, value: str) -> Block:
    made = {"type": "plain_text_input", "action_id": name, "max_length": LONGEST_FIELD}
    return made | ({"initial_value": value[:LONGEST_FIELD]} if value else {})


def dismiss_modal(found: "Opened", words: Words) -> dict[str, Any]:
    """Ask why it is put away."""
    say = words.plain
    text = {"type": "plain_text_input", "action_id": "why", "max_length": LONGEST_WHY}
    blocks = [section(line(found.aside, words)), asked("why", say.say("aside.why"), text)]
    meta = {"intake": found.aside.id}
    return modal(ViewId.ASIDE_DISMISS, say.say("aside.dismiss_title"), blocks, meta, say)


def settled(done: "Receipt", words: Words) -> Safe:
    """Say what became of it when it was read again or mended."""
    if done.status == "quarantined":
        return words.say("aside.still", why=why(done.reason, words))
    if done.parts:
        return words.say("aside.made_many", n=len(done.parts))
    if not done.lead_id:
        return words.say("aside.made_none")
    key = "aside.made" if done.status == "created" else "aside.merged"
    return words.say(key, id=done.lead_id)


def mended(done: "Receipt", words: Words) -> Message:
    """Confirm that a lead was made by hand."""
    text = settled(done, words)
    show = button(words.plain.say("button.show"), ActionId.SHOW, done.lead_id)
    return Message(spoken(text), (section(text), *([actions(show)] if done.lead_id else [])))


def dismissed(intake_id: int, words: Words) -> Message:
    """Confirm that it is put away; the button brings it back."""
    text = words.say("aside.dismissed")
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_ASIDE, intake_id)
    return Message(spoken(text), (section(text), actions(undo)))


def brought_back(words: Words) -> Message:
    """Confirm that it is set aside again."""
    return only(words.say("aside.brought_back"))
