"""The team in Slack: listed, added to, edited, paused and removed by managers; the first run."""

from collections.abc import Callable
from typing import Any

from bot import guide, team_edits
from bot.texts import Words
from bot.views import guide as guide_views
from bot.views import team_edits as views
from bot.views.blocks import Message
from bot.views.playbook import mark
from handlers import playbook
from handlers.act import Act
from handlers.answers import Answer, Click, Errors, OpenModal, Say, answering, text_of
from handlers.errors import guarded
from rules.acts import ShowPlaybook
from rules.refusals import Refused
from rules.team import Rep
from rules.team_edits import FIELDS, read_typed

Values = dict[str, Any]


def people(click: Click) -> Answer:
    """Show the team."""
    return Say(_listed(click))


def turn_page(click: Click) -> Answer:
    """Show another page of the team in place of the one before."""
    return Say(_listed(click), instead=True)


def _listed(click: Click) -> Message:
    act = click.act
    listed = team_edits.people(act.desk, by=act.who.slack_id, number=click.number)
    return views.people_list(listed, act.who.words)


def open_add(click: Click) -> Answer:
    """Ask who joins the team."""
    act = click.act
    actor = team_edits.editor(act.desk, by=act.who.slack_id)
    view = views.add_modal(team_edits.fresh(act.desk), actor, act.who.words)
    return OpenModal(answering(view, click.body))


def open_edit(click: Click) -> Answer:
    """Ask for the fields of a member."""
    act, by = click.act, click.act.who.slack_id
    rep = team_edits.to_edit(act.desk, click.value, by=by)
    actor = team_edits.editor(act.desk, by=by)
    return OpenModal(answering(views.edit_modal(rep, actor, act.who.words), click.body))


def open_leave(*, removed: bool) -> Callable[[Click], Answer]:
    """Make the click that asks once more before a member is paused, or `removed`."""

    def ask(click: Click) -> Answer:
        act, by = click.act, click.act.who.slack_id
        found = team_edits.leaving(act.desk, click.value, by=by, removed=removed)
        return OpenModal(answering(views.leave_modal(found, act.who.words), click.body))

    return ask


def resume(click: Click) -> Answer:
    """Let a paused member take leads again."""
    act = click.act
    rep = team_edits.resume(act.desk, click.value, by=act.who.slack_id, key=act.key)
    return Say(views.resumed(rep, act.who.words))


def submit_add(act: Act, _meta: Values, values: Values) -> Message | Errors:
    """Add a member as the modal says; raises Refused for what is no person in Slack now."""
    fresh = team_edits.fresh(act.desk, values[views.WHO])
    texts = {key: text_of(values, key) for key in FIELDS if key in values}
    read, wrong = read_typed(texts)
    if wrong:
        return _errors(wrong, act.who.words.plain)
    whole = {key: getattr(fresh, key) for key in FIELDS} | read
    rep = Rep(fresh.slack_id, **whole)
    why = act.barred(rep.slack_id)
    if why:
        raise Refused(why)
    done = team_edits.add(act.desk, rep, by=act.who.slack_id, key=act.key)
    return views.added(done, act.who.words)


def submit_edit(act: Act, meta: Values, values: Values) -> Message | Errors:
    """Change what was changed in the fields; the rest stays as others may have made it."""
    texts = {
        key: text
        for key, was in meta["was"].items()
        if key in values and mark(text := text_of(values, key)) != was
    }
    read, wrong = read_typed(texts)
    if wrong:
        return _errors(wrong, act.who.words.plain)
    was, now = team_edits.change(act.desk, meta["rep"], read, by=act.who.slack_id, key=act.key)
    return views.changed(was, now, act.who.words)


def _errors(wrong: tuple[str, ...], say: Words) -> Errors:
    return Errors({key: say.say(f"team_edit.wrong_{key}") for key in wrong})


def submit_leave(act: Act, meta: Values, _values: Values) -> Message:
    """Pause or remove a member; the modal has no field beside which a refusal could stand."""

    def leave() -> Message:
        done = team_edits.leave(
            act.desk, meta["rep"], by=act.who.slack_id, removed=meta["removed"], key=act.key
        )
        return views.left(done, act.who.words)

    return guarded(leave, act.who.words)


def check_guide(click: Click) -> Answer:
    """Show the steps of the first run as they are now, in place of the guide."""
    act = click.act
    found = guide.look_again(act.desk, by=act.who.slack_id)
    return Say(guide_views.guide(found, act.who.words), instead=True)


def show_playbook(click: Click) -> Answer:
    """Show the playbook from the guide."""
    return Say(playbook.show(click.act, ShowPlaybook()))
