"""Moving many leads of a rep at once: the modal with its count, and what came of it (C3)."""

from collections.abc import Mapping
from typing import Any

from bot.bulk import MOVED, Portfolio, Run
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    TITLE_LIMIT,
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
from bot.views.modals import MOST_REPS
from rules.words import LIVING, Kind, Stage, Tier

ALL = "all"
FIELDS = ("to", "kind", "tier", "stage")


def reassign_button(slack_id: str, words: Words) -> Block:
    """Make the button that begins to move a rep's leads."""
    return button(words.plain.say("bulk.title"), ActionId.TEAM_REASSIGN, slack_id)


def bulk_modal(found: Portfolio, words: Words, *, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Ask which of a rep's leads go to whom; each choice is counted before anything moves.

    `chosen` has the choices by the names of their fields.
    """
    say = words.plain
    counted = words.say("bulk.counted" if found.count else "bulk.nothing", n=found.count)
    top = words.say("bulk.top", who=mention(found.rep.slack_id), n=found.total)
    blocks = [
        section(top),
        *(_field(name, _choices(name, found, say), chosen.get(name), say) for name in FIELDS),
        context(counted),
    ]
    made = modal(ViewId.BULK, say.say("bulk.title"), blocks, {"rep": found.rep.slack_id}, say)
    return made | {"submit": plain(say.say("bulk.submit", n=found.count), TITLE_LIMIT)}


def _field(name: str, choices: Mapping[str, str], chosen: str | None, say: Words) -> Block:
    options = [option(text, value) for value, text in choices.items()]
    marked = next((one for one in options if one["value"] == chosen), options[0])
    select = {
        "type": "static_select",
        "action_id": ActionId.BULK_CHOOSE.value,
        "options": options,
        "initial_option": marked,
    }
    return asked(name, say.say(f"bulk.{name}"), select, dispatch=True)


def _choices(name: str, found: Portfolio, say: Words) -> dict[str, str]:
    every: dict[str, str] = {ALL: say.say("bulk.every")}
    if name == "to":
        reps = {one.slack_id: one.name for one in found.others[: MOST_REPS - 1]}
        return {ALL: say.say("bulk.to_rotation"), **reps}
    if name == "kind":
        return every | {one.value: say.say(f"kind.{one}") for one in Kind}
    if name == "tier":
        return every | {one.value: say.say("bulk.tier_one", tier=one) for one in Tier}
    return every | {one.value: say.say(f"stage.{one}") for one in Stage if one in LIVING}


def begun(found: Portfolio, words: Words) -> Message:
    """Confirm that leads are moving."""
    who = mention(found.rep.slack_id)
    return only(words.say("bulk.begun", n=found.count, who=who))


def reassigned(run: Run, words: Words) -> Message:
    """Sum up a move that is over, whose button takes it back, or one that was taken back."""
    if run.state != MOVED:
        return only(_undone(run, words))
    count = sum(map(len, run.moved.values()))
    went = (
        words.say("bulk.went", n=len(ids), who=mention(to)) for to, ids in run.moved.items() if ids
    )
    text = words.lines(
        words.say("bulk.moved", n=count, who=mention(run.was)),
        *went,
        *_left(run, words),
        words.say("bulk.undo") if count else "",
    )
    undo = button(words.plain.say("button.undo"), ActionId.BULK_UNDO, run.id)
    return Message(spoken(text), (section(text), *([actions(undo)] if count else [])))


def _left(run: Run, words: Words) -> list[Safe]:
    """Say how many leads stay with who had them, and why; others came to them meanwhile."""
    to = mention(run.to) if run.to else ""
    told = [words.say(f"bulk.left_{why}", n=n, to=to) for why, n in sorted(run.why.items())]
    came = run.left - sum(run.why.values())
    return [*told, *([words.say("bulk.left_new", n=came)] if came > 0 else [])]


def _undone(run: Run, words: Words) -> Safe:
    return words.lines(
        words.say("bulk.undone", n=run.back, who=mention(run.was)),
        words.say("bulk.kept", n=run.left) if run.left else "",
    )


def undoing(run: Run, words: Words) -> Message:
    """Confirm that leads are going back."""
    return only(words.say("bulk.undoing", who=mention(run.was)))
