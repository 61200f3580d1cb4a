"""The playbook in Slack: shown whole, changed section by section, and what was changed when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from bot.playbooks import Changed
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    PLACEHOLDER_LIMIT,
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    context,
    divider,
    header,
    only,
    option,
    plain,
    section,
    spoken,
)
from bot.views.forms import asked, modal
from bot.views.numbers import label_of, paragraphs, value_said
from bot.views.wave import difference
from rules.allowed import NotAllowed
from rules.playbook import Playbook
from rules.playbook_keys import KEYS, TOGETHER
from rules.written import data_of, line_of

FIELD = "value"
LONGEST_FIELD = 3000
OF_TIERS = frozenset({"wave.hold", "wave.shorten"})


def shown(
    playbook: Playbook, newest: Changed, words: Words, *, low_answer: bool, now: datetime
) -> Message:
    """Show the playbook with what changes it; `newest` is the version that holds."""
    made = newest.version
    top = (
        words.say("playbook.version", n=made.id, **_by(newest, words, now=now))
        if made.id
        else words.say("playbook.as_file")
    )
    parts = paragraphs(playbook, words, low_answer=low_answer)
    blocks = [header(words.plain.say("playbook.title")), context(top), *map(section, parts)]
    text = words.lines(words.say("playbook.title"), top, *parts)
    return Message(spoken(text), (*blocks, _doors(words.plain)))


def _by(made: Changed, words: Words, *, now: datetime) -> dict[str, Safe]:
    return {
        "who": mention(made.version.actor) if made.version.actor else words.say("playbook.itself"),
        "when": words.when(made.version.at, now=now),
    }


def _doors(say: Words) -> Block:
    select = {
        "type": "static_select",
        "action_id": ActionId.PLAYBOOK_SECTION.value,
        "placeholder": plain(say.say("playbook.choose"), PLACEHOLDER_LIMIT),
        "options": [option(say.say(f"playbook.section.{name}"), name) for name in KEYS],
    }
    return actions(
        select,
        button(say.say("button.change_texts"), ActionId.PLAYBOOK_TEXTS, "texts"),
        button(say.say("button.change_campaigns"), ActionId.PLAYBOOK_CAMPAIGNS, "campaigns"),
        button(say.say("button.history"), ActionId.PLAYBOOK_HISTORY, "history"),
        button(say.say("button.measure"), ActionId.MEASURE, "playbook"),
        button(say.say("button.recommendations"), ActionId.RECOMMENDATIONS, "playbook"),
    )


def section_modal(name: str, playbook: Playbook, words: Words, *, version: int) -> dict[str, Any]:
    """Ask for the values of one section; `version` is what the person sees while writing."""
    say = words.plain
    every = {key: line_of(value) for key, value in data_of(playbook)[name].items()}
    lines = {key: line for key, line in every.items() if len(line) <= LONGEST_FIELD}
    fields = [_field(name, key, line, say) for key, line in lines.items()]
    meta = {"section": name, "version": version, "was": {key: mark(lines[key]) for key in lines}}
    title = say.say(f"playbook.section.{name}")
    blocks = [context(words.say("playbook.how")), *fields]
    return modal(ViewId.PLAYBOOK_SECTION, title, blocks, meta, say)


def mark(line: str) -> int:
    """Give a number by which a field that nobody touched is known again."""
    return crc32(" ".join(line.split()).encode())


def _field(name: str, key: str, line: str, say: Words) -> Block:
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": FIELD,
        "max_length": LONGEST_FIELD,
    }
    if line:
        element["initial_value"] = line
    return asked(key, say.say(f"playbook.key.{name}.{key}"), element, optional=True)


def changed(made: Changed, words: Words) -> Message:
    """Confirm a change: what was and what is, from when it counts; the button takes it back."""
    if not made.version.changed:
        said = words.say("playbook.same")
        return only(said)
    text = words.lines(
        words.say("playbook.changed", n=made.version.id),
        *differences(made, words),
        words.say("playbook.counts"),
    )
    back = button(words.plain.say("button.undo"), ActionId.PLAYBOOK_UNDO, made.version.id)
    return Message(spoken(text), (section(text), actions(back)))


def differences(made: Changed, words: Words) -> list[Safe]:
    """Say of each value that a version changed what it was and what it is."""
    found = made.version.changed.items()
    return [_difference(key, was, now, words) for key, (was, now) in found]


def _difference(key: str, was: Any, now: Any, words: Words) -> Safe:  # noqa: ANN401 - as its key says
    if key in OF_TIERS:
        return difference(key, was or (), now or (), words)
    return words.say(
        "playbook.from_to",
        what=label_of(key, words),
        was=value_said(key, was, words),
        now=value_said(key, now, words),
    )


def history(found: Sequence[Changed], words: Words, *, now: datetime) -> Message:
    """List what was changed, each with the way back to it."""
    if not found:
        said = words.say("playbook.no_history")
        return only(said)
    top = words.plain.say("playbook.history")
    blocks: list[Block] = [header(top)]
    texts: list[Safe] = []
    for place, made in enumerate(found):
        who = _by(made, words, now=now)
        entry = words.say("playbook.entry", n=made.version.id, **who)
        holds = "" if place else words.say("playbook.holds")
        text = words.lines(words.join(entry, holds), *differences(made, words))
        texts.append(text)
        blocks.append(section(text) | (_back(made.version.id, words) if place else {}))
    to_file = words.say("playbook.to_file")
    blocks += [divider(), section(to_file) | _back(0, words)]
    return Message(spoken(words.lines(top, *texts)), tuple(blocks))


def _back(version: int, words: Words) -> Block:
    say = words.plain
    text = say.say("playbook.sure_text", n=version) if version else say.say("playbook.sure_file")
    sure = {
        "title": plain(say.say("playbook.sure")),
        "text": plain(text),
        "confirm": plain(say.say("playbook.yes")),
        "deny": plain(say.say("modal.cancel")),
    }
    back = button(say.say("button.revert"), ActionId.PLAYBOOK_REVERT, version)
    return {"accessory": back | {"confirm": sure}}


def must_be(fault: NotAllowed, words: Words) -> Safe:
    """Say what may stand in a field, in the reader's language."""
    allowed = words.say(f"allowed.{fault.key}", **fault.params)
    return words.say("playbook.must_be", allowed=allowed)


def faults_said(params: Mapping[str, object], words: Words) -> Safe | str:
    """Say why a playbook can't be stored; faults that no key has alone in the reader's language."""
    keys: Any = params.get("keys") or ()
    said = words.lines(*(words.say(f"together.{key}") for key in keys if key in TOGETHER))
    return said or str(params["faults"])
