"""A file that was dropped on the bot: its columns, how far it came, its sum (C2)."""

from typing import Any

from bot.drops import ASKS, DONE, FAILED, MOST_FILES, NEW, STOPPED, Dropped, Taken
from bot.texts import Safe, Words
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    context,
    only,
    option,
    plain,
    section,
    spoken,
)
from bot.views.forms import asked, modal
from rules.fields import FIELDS
from rules.words import Kind

MOST_SHOWN, MOST_ASKED, LONGEST, LONGEST_SHOWN = 12, 40, 200, 60
NONE = "-"


def looking(names: list[str], words: Words) -> Message:
    """Say that files came and are looked at."""
    return only(words.lines(*(words.say("drop.looking", file=name) for name in names)))


def heard(taken: Taken, words: Words) -> Message:
    """Say which files are looked at, and which are not and why."""
    told = (
        *(words.say("drop.looking", file=name) for name in taken.names),
        *(words.say("drop.goes_on", file=name) for name in taken.run),
        *(words.say("refusal.drop.too_big", file=name) for name in taken.big),
        *(words.say("drop.left_out", file=name, n=MOST_FILES) for name in taken.left),
    )
    return only(words.lines(*told))


def shown(drop: Dropped, words: Words) -> Message:
    """Show how a file stands."""
    if drop.state == ASKS:
        return _asks(drop, words)
    if drop.state == FAILED:
        return only(words.say(f"refusal.{drop.fault}", **drop.params))
    if drop.state in {DONE, STOPPED}:
        return only(words.say(f"drop.{drop.state}", file=drop.name, sum=_sum(drop, words)))
    if drop.state == NEW:
        return looking([drop.name], words)
    text = words.say("drop.runs", file=drop.name, sum=_sum(drop, words))
    stop = button(words.plain.say("drop.button_stop"), ActionId.DROP_STOP, drop.file)
    return Message(text, (section(text), actions(stop)))


def _sum(drop: Dropped, words: Words) -> Safe:
    counts = {name: drop.counts.get(name, 0) for name in ("created", "merged", "rejected")}
    return words.say("drop.sum", n=drop.rows, **counts)


def _asks(drop: Dropped, words: Words) -> Message:
    say = words.plain
    top = words.say("drop.asks", file=drop.name, n=len(drop.columns))
    rows = [_column(drop, name, words) for name in drop.columns[:MOST_SHOWN]]
    more = len(drop.columns) - len(rows)
    rest = [words.say("drop.more", n=more)] if more > 0 else []
    tried = {name: drop.tried.get(name, 0) for name in ("created", "merged", "rejected")}
    said = words.say("drop.tried", n=sum(tried.values()), **tried) if drop.tried else ""
    small = said or words.say("drop.not_tried")
    text = words.lines(top, *rows, *rest)
    row = actions(
        button(say.say("drop.button_columns"), ActionId.DROP_COLUMNS, drop.file, style="primary"),
        button(say.say("modal.cancel"), ActionId.DROP_STOP, drop.file),
    )
    return Message(spoken(words.lines(text, small)), (section(text), context(small), row))


def _column(drop: Dropped, name: str, words: Words) -> Safe:
    field = drop.mapping.get(name, "")
    meant = words.say(f"field.{field}") if field else words.say("drop.aside")
    example = drop.examples.get(name, "") or words.say("drop.empty")
    return words.say("drop.column", column=name[:LONGEST_SHOWN], field=meant, example=example)


def columns_modal(drop: Dropped, words: Words) -> dict[str, Any]:
    """Ask what each column holds, and what the file does not say of its leads."""
    say = words.plain
    kinds = [option(say.say(f"kind.{one}"), one) for one in Kind]
    kind = {"type": "static_select", "action_id": "kind", "options": kinds}
    boxes = {
        "type": "checkboxes",
        "action_id": "post",
        "options": [option(say.say("drop.post"), "post")],
    }
    blocks = [
        asked("kind", say.say("drop.field_kind"), kind, optional=True),
        *(_line(name, say) for name in ("campaign", "vendor", "cost")),
        asked("post", say.say("drop.field_post"), boxes, optional=True),
        *_columns(drop, say),
    ]
    made = modal(ViewId.DROP_COLUMNS, say.say("drop.title"), blocks, {"file": drop.file}, say)
    return made | {"submit": plain(say.say("drop.button_import"))}


def _line(name: str, say: Words) -> Block:
    line = {"type": "plain_text_input", "action_id": name, "max_length": LONGEST}
    return asked(name, say.say(f"drop.field_{name}"), line, optional=True)


def _columns(drop: Dropped, say: Words) -> list[Block]:
    aside = option(say.say("drop.aside"), NONE)
    options = [aside, *(option(say.say(f"field.{one}"), one) for one in sorted(FIELDS))]
    made = []
    for place, name in enumerate(drop.columns[:MOST_ASKED]):
        chosen = drop.mapping.get(name) or NONE
        first = next(one for one in options if one["value"] == chosen)
        select = {"type": "static_select", "action_id": "field", "options": options}
        label = say.say("drop.field_column", column=name[:LONGEST])
        made.append(asked(f"column_{place}", label, select | {"initial_option": first}))
    return made


def started(drop: Dropped, words: Words) -> Message:
    """Say that the import begins, and where its sum will stand."""
    return only(words.say("drop.started", file=drop.name))


def stopping(drop: Dropped, words: Words) -> Message:
    """Say that no more of a file is wanted."""
    return only(words.say("drop.stopping", file=drop.name))


def rejects(drop: Dropped, words: Words) -> Message:
    """Say what the file of rejected rows is for."""
    n = drop.counts.get("rejected", 0)
    return only(words.say("drop.rejects", file=drop.name, n=n))
