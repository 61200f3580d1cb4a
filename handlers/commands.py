"""`/lead`: text in, one private answer out."""

import html
from collections.abc import Callable
from typing import Any

from bot import assign, audit, calls, leads, undoing
from bot.desk import Desk
from bot.mine import my_leads
from bot.next import Later, next_lead
from bot.readers import reader
from bot.views import replies
from bot.views.blocks import Message, only, section
from bot.views.card import card
from bot.views.near import with_mark
from handlers import (
    adding,
    away,
    claims,
    digests,
    home,
    one_person,
    optouts,
    person,
    playbook,
    refunds,
    repairs,
    stages,
    why,
)
from handlers.act import Act
from handlers.errors import guarded
from rules.acts import (
    AddLead,
    AddNote,
    AskDigest,
    Assign,
    Away,
    Back,
    Claim,
    Command,
    CorrectPhone,
    Export,
    Help,
    LogOutcome,
    Merge,
    Mine,
    MoveStage,
    NextLead,
    OptOut,
    Pass,
    Refunds,
    Show,
    ShowPlaybook,
    ShowTeam,
    Undo,
    Unmerge,
    Why,
)
from rules.commands import parse_command
from rules.refusals import Refused


@audit.comes_from(audit.SLACK)
def answer_command(desk: Desk, body: dict[str, Any]) -> Message:
    """Carry out `/lead` and give the answer, in the words of whoever typed it."""
    who = reader(desk, body["user_id"])
    act = Act(desk, who, body.get("trigger_id", ""))
    return guarded(lambda: _carry_out(act, html.unescape(body.get("text") or "")), who.words)


def _carry_out(act: Act, text: str) -> Message:
    zone = act.who.words.zone
    command = parse_command(
        text, now=act.desk.clock(), zone=zone, currency=act.desk.settings.currency
    )
    if not act.who.insider and not isinstance(command, Help):
        raise Refused("team.outsider")
    return _ANSWERS[type(command)](act, command)


def log(act: Act, command: LogOutcome) -> Message:
    """Log an outcome."""
    done = calls.log_outcome(act.desk, command, by=act.who.slack_id, key=act.key)
    return replies.logged(done, act.who.words)


def note(act: Act, command: AddNote) -> Message:
    """Write a note down."""
    lead = leads.add_note(act.desk, command.lead_id, command.text, by=act.who.slack_id, key=act.key)
    return replies.noted(lead, act.who.words)


def show(act: Act, command: Show) -> Message:
    """Show a lead's card with its whole history; who sees it in full is written down (C5)."""
    known, words = leads.see(act.desk, command.lead_id, by=act.who.slack_id), act.who.words
    shown = card(known, words, act.desk.playbook, private=True, whole=True)
    return with_mark(shown, known.lead, words) if known.full and known.shared_phone else shown


def hand_next(act: Act, _: NextLead) -> Message:
    """Hand out the best call now, with its card."""
    found = next_lead(act.desk, by=act.who.slack_id)
    said = replies.handed(found, act.who.words)
    if isinstance(found, Later):
        return only(said)
    known = leads.show(act.desk, found.lead.id, by=act.who.slack_id)
    shown = card(known, act.who.words, act.desk.playbook, private=True)
    return Message(f"{said}\n{shown.text}", (section(said), *shown.blocks))


def mine(act: Act, _: Mine) -> Message:
    """Show the rep's day."""
    return replies.day(my_leads(act.desk, by=act.who.slack_id), act.who.words)


def give(act: Act, command: Assign) -> Message:
    """Give a lead to somebody else."""
    to, note = command.slack_id, command.note
    done = assign.assign_lead(
        act.desk, command.lead_id, to=to, by=act.who.slack_id, key=act.key, note=note
    )
    return replies.assigned(done, act.who.words)


def take_back(act: Act, _: Undo) -> Message:
    """Take the last outcome back."""
    return replies.undone(undoing.undo(act.desk, by=act.who.slack_id, key=act.key), act.who.words)


def explain(act: Act, command: Help) -> Message:
    """Explain the commands."""
    return replies.help_text(command.topic, act.who.words)


Answer = Callable[[Act, Any], Message]
_ANSWERS: dict[type[Command], Answer] = {
    LogOutcome: log,
    AddNote: note,
    CorrectPhone: repairs.correct,
    Show: show,
    NextLead: hand_next,
    Mine: mine,
    Assign: give,
    AddLead: adding.add,
    Claim: claims.claim,
    Pass: claims.pass_on,
    OptOut: optouts.opt_out,
    MoveStage: stages.stage,
    Merge: one_person.merge,
    Unmerge: one_person.unmerge,
    Why: why.why,
    ShowPlaybook: playbook.show,
    ShowTeam: home.team,
    AskDigest: digests.show,
    Refunds: refunds.show,
    Export: person.export,
    Away: away.away,
    Back: away.back,
    Undo: take_back,
    Help: explain,
}
