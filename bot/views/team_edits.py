"""The team as managers change it: the list with its buttons, the modals, what came of them."""

from typing import Any

from bot.paging import Page
from bot.team_edits import Leaving, Person
from bot.texts import LOCALES, Safe, Words, mention
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
from bot.views.bulk import reassign_button
from bot.views.forms import asked, modal
from bot.views.playbook import mark
from rules.team import Rep
from rules.team_edits import FIELDS, typed
from rules.words import Role

LONGEST, LONGEST_NAME = 3000, 80
"""What Slack takes in a field, and enough for a name."""
WHO = "member"


def team_doors(words: Words) -> Block:
    """Give the board's row that adds to the team, changes it, and tells of shares and claims."""
    say = words.plain
    change = button(say.say("team_edit.button_people"), ActionId.TEAM_PEOPLE, 0)
    fair = button(say.say("fairness.button"), ActionId.FAIRNESS, "show")
    owed = button(say.say("refunds.button_board"), ActionId.REFUNDS, "all")
    return actions(_add(say), change, fair, owed)


def _add(say: Words) -> Block:
    return button(say.say("team_edit.button_add"), ActionId.TEAM_ADD, "add")


def _page(text: str, number: int) -> Block:
    return button(text, ActionId.TEAM_PAGE, number)


def people_list(listed: Page[Person], words: Words) -> Message:
    """List the team, each with the buttons that this manager may press."""
    top = words.say("team_edit.people", n=listed.total)
    lines = [_person(one.rep, words) for one in listed.items]
    blocks = [section(top), actions(_add(words.plain))]
    for one, line in zip(listed.items, lines, strict=True):
        blocks += [section(line), actions(*_buttons(one, words))]
    return Message(spoken(words.lines(top, *lines)), (*blocks, *_pager(listed, words.plain)))


def _person(rep: Rep, words: Words) -> Safe:
    return words.join(
        mention(rep.slack_id),
        words.say(f"team_edit.role_{rep.role}"),
        words.say(f"team_edit.is_{rep.state}"),
        rep.hours or words.say("team_edit.always"),
    )


def _buttons(one: Person, words: Words) -> list[Block]:
    who, away, say = one.rep.slack_id, one.rep.state == "paused", words.plain
    edit = button(say.say("team_edit.button_edit"), ActionId.TEAM_EDIT, who)
    row = [*([edit] if one.may_edit else []), reassign_button(who, words)]
    if not one.may_leave:
        return row
    pause = button(say.say("team_edit.button_pause"), ActionId.TEAM_PAUSE, who)
    resume = button(say.say("team_edit.button_resume"), ActionId.TEAM_RESUME, who)
    remove = button(say.say("team_edit.button_remove"), ActionId.TEAM_REMOVE, who, style="danger")
    return [*row, resume if away else pause, remove]


def _pager(listed: Page[Any], say: Words) -> list[Block]:
    """Give a row for each direction: both buttons have one name."""
    left = listed.total - (listed.number + 1) * listed.size
    back = _page(say.say("button.page_back"), listed.number - 1)
    on = _page(say.say("button.page_on", n=left), listed.number + 1)
    return [*([actions(back)] if listed.number else []), *([actions(on)] if left > 0 else [])]


def edit_modal(rep: Rep, actor: Rep, words: Words) -> dict[str, Any]:
    """Ask for every field of a member, as they stand; their role only an administrator."""
    say = words.plain
    title = section(mention(rep.slack_id))
    return modal(
        ViewId.TEAM_EDIT,
        say.say("team_edit.edit"),
        [title, *_form(rep, actor, say)],
        {"rep": rep.slack_id, "was": _was(rep)},
        say,
    )


def add_modal(fresh: Rep, actor: Rep, words: Words) -> dict[str, Any]:
    """Ask who joins the team, and for every field; `fresh` has what each begins with."""
    say = words.plain
    person = asked(WHO, say.say("team_edit.who"), {"type": "users_select", "action_id": WHO})
    fields = [person, *_form(fresh, actor, say)]
    return modal(ViewId.TEAM_ADD, say.say("team_edit.add"), fields, {}, say)


def _was(rep: Rep) -> dict[str, int]:
    return {key: mark(typed(rep, key)) for key in FIELDS}


def _form(rep: Rep, actor: Rep, say: Words) -> list[Block]:
    asks = [key for key in FIELDS if key != "role" or actor.role is Role.ADMIN]
    fitting = [key for key in asks if len(typed(rep, key)) <= _longest(key)]
    left = [say.say(f"team_edit.field_{key}") for key in asks if key not in fitting]
    note = [context(say.say("team_edit.too_long", fields=", ".join(left)))] if left else []
    return [*(_field(key, rep, say) for key in fitting), *note]


def _longest(key: str) -> int:
    return LONGEST_NAME if key == "name" else LONGEST


def _field(key: str, rep: Rep, say: Words) -> Block:
    element = _select(key, rep, say) or _line(key, rep)
    needed = key in {"name", "role", "locale", "timezone", "weight", "capacity"}
    made = asked(key, say.say(f"team_edit.field_{key}"), element, optional=not needed)
    if key in {"name", "role", "locale"}:
        return made
    return made | {"hint": plain(say.say(f"team_edit.hint_{key}"))}


def _select(key: str, rep: Rep, say: Words) -> dict[str, Any]:
    """Give the menu of a field that has one, {} of one that is typed."""
    if key == "deputy":
        chosen = {"initial_user": rep.deputy} if rep.deputy else {}
        return {"type": "users_select", "action_id": key} | chosen
    values: tuple[str, ...] = {"role": tuple(Role), "locale": LOCALES}.get(key, ())
    if not values:
        return {}
    texts = "team_edit.role_" if key == "role" else "playbook.language."
    options = [option(say.say(f"{texts}{one}"), one) for one in values]
    first = next(one for one in options if one["value"] == getattr(rep, key))
    select = {"type": "static_select", "action_id": key, "options": options}
    return select | {"initial_option": first}


def _line(key: str, rep: Rep) -> dict[str, Any]:
    line = {"type": "plain_text_input", "action_id": key, "max_length": _longest(key)}
    begun = typed(rep, key)
    return line | ({"initial_value": begun} if begun else {})


def leave_modal(found: Leaving, words: Words) -> dict[str, Any]:
    """Ask once more before somebody is paused or removed: what moves, and to whom."""
    say, what = words.plain, "remove" if found.removed else "pause"
    lines = words.lines(
        words.say(f"team_edit.leaves_{what}", who=mention(found.rep.slack_id)),
        *_moves(found, words),
    )
    meta = {"rep": found.rep.slack_id, "removed": found.removed}
    asks = modal(
        ViewId.TEAM_LEAVE, say.say(f"team_edit.button_{what}"), [section(lines)], meta, say
    )
    return asks | {"submit": plain(say.say(f"team_edit.button_{what}"))}


def _moves(found: Leaving, words: Words) -> list[str]:
    """Say how much moves and to whom, by the rule of leavers (C3)."""
    if not found.leads:
        return [words.say("team_edit.moves_nothing")]
    moves = words.say("team_edit.moves", n=found.leads)
    agreed = words.say("team_edit.moves_agreed", n=found.agreed) if found.agreed else ""
    if found.deputy:
        return [moves, agreed, words.say("team_edit.to_deputy", who=mention(found.deputy))]
    if found.takers:
        return [moves, agreed, words.say("team_edit.to_rotation", n=found.takers)]
    return [moves, agreed, words.say("team_edit.to_nobody")]


def left(found: Leaving, words: Words) -> Message:
    """Confirm that somebody is paused or removed, with what moves and the way back."""
    who = mention(found.rep.slack_id)
    what = "removed" if found.removed else "paused"
    text = words.lines(
        words.say(f"team_edit.{what}", who=who),
        *_moves(found, words),
        words.say("team_edit.back_add" if found.removed else "team_edit.back_resume"),
    )
    if found.removed:
        return only(text)
    say = words.plain
    resume = button(say.say("team_edit.button_resume"), ActionId.TEAM_RESUME, found.rep.slack_id)
    return Message(text, (section(text), actions(resume)))


def resumed(rep: Rep, words: Words) -> Message:
    """Confirm that somebody takes leads again."""
    return only(words.say("team_edit.resumed", who=mention(rep.slack_id)))


def added(rep: Rep, words: Words) -> Message:
    """Confirm that somebody joined the team."""
    key = "team_edit.added_manager" if rep.manages else "team_edit.added"
    return only(words.say(key, who=mention(rep.slack_id)))


def changed(was: Rep, now: Rep, words: Words) -> Message:
    """Confirm what of a member changed, each field from and to."""
    lines = [
        words.say(
            "team_edit.difference",
            field=words.say(f"team_edit.field_{key}"),
            was=typed(was, key) or words.say("team_edit.empty"),
            now=typed(now, key) or words.say("team_edit.empty"),
        )
        for key in FIELDS
        if getattr(was, key) != getattr(now, key)
    ]
    if not lines:
        return only(words.say("team_edit.same", who=mention(now.slack_id)))
    top = words.say("team_edit.changed", who=mention(now.slack_id))
    return only(words.lines(top, *lines, words.say("team_edit.file_rule")))
