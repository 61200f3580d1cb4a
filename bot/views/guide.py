"""What a new member is told, and the steps of the first run with what is done of them."""

from collections.abc import Sequence

from bot.guide import Todo
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    header,
    only,
    section,
    spoken,
)
from rules.reminders import WelcomeRep
from rules.team import Rep


def welcome(told: WelcomeRep, rep: Rep, words: Words) -> Message:
    """Welcome somebody to the team with the commands to begin with."""
    text = words.lines(
        words.say("team_edit.welcome", who=mention(told.by)),
        words.say("team_edit.welcome_next"),
        words.say("team_edit.welcome_mine"),
        words.say("team_edit.welcome_help"),
        words.say("team_edit.welcome_manager") if rep.manages else "",
    )
    return only(text)


def guide(steps: Sequence[Todo], words: Words) -> Message:
    """Show an administrator what the desk still needs, each step with a sign when it is done."""
    left = sum(not one.done for one in steps)
    top = words.say("guide.left", n=left) if left else words.say("guide.all_done")
    lines = [_line(one, words) for one in steps]
    say = words.plain
    blocks: list[Block] = [header(say.say("guide.title")), section(top)]
    for one, line in zip(steps, lines, strict=True):
        door = _DOORS.get(one.name)
        beside = {"accessory": button(say.say(door[0]), door[1], one.name)} if door else {}
        blocks.append(section(line) | beside)
    again = button(say.say("guide.button_check"), ActionId.GUIDE_CHECK, "check")
    text = words.lines(words.say("guide.title"), top, *lines)
    note = context(words.say("guide.later"))
    return Message(spoken(text), (*blocks, note, actions(again)))


_DOORS = {
    "team": ("team_edit.button_add", ActionId.TEAM_ADD),
    "playbook": ("guide.button_playbook", ActionId.GUIDE_PLAYBOOK),
}


def _line(one: Todo, words: Words) -> Safe:
    sign = "✓" if one.done else "○"
    state = "done" if one.done else "todo"
    if (one.name, one.value) == ("sms", "log"):
        state = "log"
    return Safe(f"{sign} {words.say(f'guide.{one.name}_{state}', value=one.value, n=one.n)}")
