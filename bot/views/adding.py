"""A lead that a person types: the form, what was understood, what may be done about it (K3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.adding import CREATED, KNOWN, PASSED, Added
from bot.stages import Moved
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    only,
    option,
    section,
    spoken,
)
from bot.views.card import title
from bot.views.forms import asked, modal
from rules.lead import Lead
from rules.playbook import Playbook
from rules.words import Kind

LONGEST, LONGEST_NOTE, MOST_OPTIONS, LONGEST_OPTION = 200, 3000, 100, 75
TOLD = ("name", "phone", "email", "campaign", "product", "kind", "referrer", "note")
REP = "rep"


def add_modal(
    given: Mapping[str, str], playbook: Playbook, words: Words, *, gives: bool, rep: str = ""
) -> dict[str, Any]:
    """Ask for a lead's fields; `given` is what was understood, who `gives` is asked for whom."""
    blocks = [*_fields(given, playbook, words.plain), _note(given, words.plain)]
    if gives:
        who = {"type": "users_select", "action_id": REP} | ({"initial_user": rep} if rep else {})
        blocks.append(asked(REP, words.plain.say("add.field_rep"), who, optional=True))
    return _modal(blocks, 0, "add.title", words.plain)


def edit_modal(
    lead: Lead, given: Mapping[str, str], playbook: Playbook, words: Words
) -> dict[str, Any]:
    """Ask for the same fields of a lead that stands."""
    top = section(f"*{title(lead, words)}*")
    return _modal([top, *_fields(given, playbook, words.plain)], lead.id, "add.edit", words.plain)


def _modal(blocks: list[Block], lead_id: int, name: str, say: Words) -> dict[str, Any]:
    return modal(ViewId.ADD_LEAD, say.say(name), blocks, {"lead": lead_id}, say)


def _fields(given: Mapping[str, str], playbook: Playbook, say: Words) -> list[Block]:
    kinds = [option(say.say(f"kind.{one}"), one) for one in Kind]
    kind = _select("kind", kinds, given.get("kind") or Kind.INCOMING)
    return [
        _line("name", given, say),
        _line("phone", given, say),
        _line("email", given, say),
        asked("kind", say.say("add.field_kind"), kind),
        _one_of("campaign", [one.name for one in playbook.campaigns], given, say),
        _one_of("product", [one.name for one in playbook.products], given, say),
        _line("referrer", given, say),
    ]


def _line(name: str, given: Mapping[str, str], say: Words) -> Block:
    line = {"type": "plain_text_input", "action_id": name, "max_length": LONGEST}
    begun = given.get(name, "")[:LONGEST]
    line |= {"initial_value": begun} if begun else {}
    return asked(name, say.say(f"add.field_{name}"), line, optional=True)


def _note(given: Mapping[str, str], say: Words) -> Block:
    line = {
        "type": "plain_text_input",
        "action_id": "note",
        "multiline": True,
        "max_length": LONGEST_NOTE,
    }
    begun = given.get("note", "")[:LONGEST_NOTE]
    line |= {"initial_value": begun} if begun else {}
    return asked("note", say.say("add.field_note"), line, optional=True)


def _one_of(name: str, known: Sequence[str], given: Mapping[str, str], say: Words) -> Block:
    """Make a menu of what the playbook knows; where it knows none or too much, a line to type."""
    said = given.get(name, "")
    fits = 0 < len(known) <= MOST_OPTIONS and all(len(one) <= LONGEST_OPTION for one in known)
    if not fits or (said and said not in known):
        return _line(name, given, say)
    select = _select(name, [option(one, one) for one in known], said)
    return asked(name, say.say(f"add.field_{name}"), select, optional=True)


def _select(name: str, options: list[Block], chosen: str) -> dict[str, Any]:
    first = next((one for one in options if one["value"] == chosen), None)
    select = {"type": "static_select", "action_id": name, "options": options}
    return select | ({"initial_option": first} if first else {})


def door(words: Words) -> Message:
    """Offer the form."""
    said = words.say("add.ask")
    row = actions(button(words.plain.say("add.button_form"), ActionId.ADD_LEAD, "form"))
    return Message(said, (section(said), row))


def added(done: Added, given: Mapping[str, str], words: Words, *, reader: str) -> Message:
    """Say what became of what was typed: a new lead, one that was known, one that has more now."""
    if done.status == KNOWN:
        return _known(done, words, reader=reader)
    if done.status == PASSED and done.lead.owner:
        who = mention(done.lead.owner)
        return only(words.say("add.passed", lead=title(done.lead, words), who=who))
    if done.status != CREATED:
        return only(words.say("add.merged", lead=title(done.lead, words)))
    lead, say = done.lead, words.plain
    mine = lead.owner == reader
    first = (
        words.say("add.created", lead=title(lead, words))
        if mine
        else words.say("add.created_for", lead=title(lead, words), who=mention(lead.owner))
    )
    text = words.lines(first, words.say("add.understood", what=_told(given, words)))
    row = actions(
        *([button(say.say("add.button_log"), ActionId.MORE, lead.id)] if mine else []),
        button(say.say("add.button_edit"), ActionId.ADD_EDIT, lead.id),
        button(say.say("button.undo"), ActionId.ADD_UNDO, lead.id),
    )
    return Message(spoken(text), (section(text), row))


def _told(given: Mapping[str, str], words: Words) -> Safe:
    parts = [
        words.say(
            "add.part",
            field=words.say(f"add.field_{name}"),
            value=words.say(f"kind.{given[name]}") if name == "kind" else given[name],
        )
        for name in TOLD
        if given.get(name)
    ]
    return words.join(*parts)


def _known(done: Added, words: Words, *, reader: str) -> Message:
    lead, say = done.lead, words.plain
    whose = "mine" if lead.owner == reader else "of_another" if lead.owner else "of_nobody"
    text = words.say(f"add.known_{whose}", lead=title(lead, words), who=mention(lead.owner))
    row = []
    if done.opens:
        merge = button(say.say("add.button_merge"), ActionId.ADD_MERGE, done.intake_id)
        row = [button(say.say("add.button_open"), ActionId.SHOW, lead.id), merge]
    elif done.claims:
        row = [button(say.say("button.claim"), ActionId.CLAIM, lead.id)]
    return Message(text, (section(text), *([actions(*row)] if row else [])))


def edited(lead: Lead, words: Words) -> Message:
    """Confirm that a lead's fields were mended."""
    return only(words.say("add.edited", lead=title(lead, words)))


def undone(done: Moved, words: Words) -> Message:
    """Confirm that a lead that was typed is out of every queue, and say how it comes back."""
    return only(words.say("add.undone", lead=title(done.lead, words), lead_id=done.lead.id))
