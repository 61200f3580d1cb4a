"""`/lead optout`: what a customer asked a rep is closed, and a slip of the keyboard taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import audit
from bot.agreed import reopen
from bot.desk import Desk
from bot.leads import workable
from bot.optouts import Asked, Change, Closing, carry_out, write_line
from bot.team import member
from rules import stages
from rules.acts import OptOut
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.messages import ask_phone
from rules.optouts import BY_COMMAND, closed_to, in_order, opened_to
from rules.permissions import Act, may
from rules.phones import email_key
from rules.refusals import Refused
from rules.replies import waits_for_an_answer
from rules.stages import TIME_TO_UNDO, UNDONE
from rules.team import Rep
from rules.words import Step
from storage import calls, inbox, leads, optouts, outbox, pastlines
from storage.pastlines import Written
from storage.stages import Cause
from storage.unit import Unit

RESTORED = ("opted_out", *stages.RESTORED)
DROPPED = ("closed", "not_allowed", "reason_gone")
"""Why a message was dropped that waited when the opt-out came."""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """An opt-out as it stands: the lead now, what was closed, the other leads it closed.

    `line` takes it back; 0 where nothing was open: then it is only written down once more.
    `leaves` when the lead leaves the queue.
    """

    lead: Lead
    channels: tuple[str, ...]
    others: tuple[Lead, ...] = ()
    line: int = 0
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An opt-out that was taken back: of which lead, what is open again, what is not.

    `kept` stays closed, since the person asked for it as well; `changed` are leads that changed
    since and only get their channels back.
    """

    lead: Lead
    channels: tuple[str, ...]
    kept: tuple[str, ...]
    changed: tuple[Lead, ...]


def opt_out(desk: Desk, act: OptOut, *, by: str, key: str = "") -> OptedOut:
    """Close what a customer asked a rep to close; `key` names the command for redelivery.

    Raises Refused: no such lead, or somebody else's.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        _lock_person(unit, act.lead_id)
        lead = workable(unit, act.lead_id, by=actor, act=Act.OPTOUT)
        if not inbox.first_time(unit, key, at=now):
            return OptedOut(lead, act.channels)
        asked = Asked(act.channels, by, BY_COMMAND, now)
        done = carry_out(desk, unit, lead, asked)
        line = _remember(unit, lead, done, asked)
        if not done.changes:
            _write_again(desk, unit, lead, asked)
        unit.commit()
    mine = next((one.after for one in done.changes if one.after.id == lead.id), lead)
    others = tuple(one.after for one in done.changes if one.after.id != lead.id)
    return OptedOut(mine, act.channels, others, line, lead.working and not mine.working)


def _lock_person(unit: Unit, lead_id: int) -> None:
    """Hold the person before the lead, as whoever finds leads by their number does."""
    seen = leads.load(unit, lead_id)
    if seen:
        leads.lock_person(unit, phone=seen.phone_e164, email=seen.email)


def _write_again(desk: Desk, unit: Unit, lead: Lead, asked: Asked) -> None:
    """Write an asking down that closed nothing, since all of it was closed before."""
    data = {"channels": list(asked.channels), "how": asked.how}
    write_line(unit, lead, asked, data)
    desk.send(unit, lead, (RefreshCard(lead.id),), now=asked.now)


def _remember(unit: Unit, lead: Lead, done: Closing, asked: Asked) -> int:
    """Write down what it takes to take an opt-out back; gives the line that has it."""
    if not done.changes:
        return 0
    changes = sorted(done.changes, key=lambda one: one.before.id != lead.id)
    first, were = changes[0], [_as_it_was(one) for one in changes]
    undo = {"lead": lead.id, "rows": done.rows, "leads": were}
    data = {"channels": list(asked.channels), "how": asked.how, "undo": undo}
    pastlines.rewrite(unit, first.line, data)
    return first.line


def _as_it_was(change: Change) -> dict[str, Any]:
    return {
        "id": change.before.id,
        "followup": change.followup,
        "before": calls.snapshot(change.before, RESTORED),
        "after": calls.snapshot(change.after, RESTORED),
    }


def take_back(desk: Desk, line_id: int, *, by: str, key: str = "") -> TakenBack:
    """Take back an opt-out that somebody of the team typed; once, within an hour (contract: undo).

    What was asked for since, by the person or by another rep, stays closed. Messages that were
    dropped because of it wait again. Raises Refused when it is another's, when it is done, or
    when something happened to the lead since.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        line = _to_take_back(unit, line_id, actor, now=now)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("undo.done")
        undo = line.data["undo"]
        pastlines.rewrite(unit, line_id, {**line.data, "undo": None})
        kept = {
            channel
            for address, channel in undo["rows"]
            if not optouts.take_back(unit, address, channel, at=line.at, actor=line.actor)
        }
        restored = [_restore(desk, unit, one, line, by=by, now=now) for one in undo["leads"]]
        unit.commit()
    mine, _ = restored[0]
    opened = (one for one in line.data["channels"] if one not in mine.opted_out)
    changed = tuple(lead for lead, same in restored if not same)
    return TakenBack(mine, in_order(opened), in_order(kept), changed)


def _to_take_back(unit: Unit, line_id: int, actor: Rep, *, now: datetime) -> Written:
    line = pastlines.written(unit, line_id, optouts.LINE, lock=True)
    if line is None or not (may(actor, Act.MANAGE) or line.actor == actor.slack_id):
        raise Refused("undo.nothing")
    if not line.data.get("undo"):
        raise Refused("undo.done")
    undo = line.data["undo"]
    lead = workable(unit, undo["lead"], by=actor, act=Act.OPTOUT)
    if now - line.at > TIME_TO_UNDO:
        raise Refused("undo.late")
    if any(was["id"] == lead.id and not _stands_as_left(lead, was) for was in undo["leads"]):
        raise Refused("undo.later", lead_id=lead.id)
    return line


def _stands_as_left(lead: Lead, was: dict[str, Any]) -> bool:
    """Say whether nothing that would be put back has changed since the opt-out."""
    left = calls.as_before(lead, was["after"])
    return all(getattr(left, name) == getattr(lead, name) for name in RESTORED)


def _restore(
    desk: Desk, unit: Unit, was: dict[str, Any], line: Written, *, by: str, now: datetime
) -> tuple[Lead, bool]:
    """Put a lead back as it was; one that changed since only gets its channels back."""
    lead = leads.load(unit, was["id"], lock=True)
    if lead is None:
        raise RuntimeError(f"lead {was['id']} was closed and is gone")
    same = _stands_as_left(lead, was)
    before = calls.as_before(lead, was["before"])
    added = [one for one in lead.opted_out if one not in before.opted_out]
    still = optouts.of(unit, lead.phone_e164, email_key(lead.email))
    open_again = before if same else opened_to(lead, added)
    back = closed_to(open_again, still, now=now, playbook=desk.playbook)
    saved = leads.save(unit, back, before=lead, cause=Cause(by, UNDONE, now))
    if same and was["followup"] and saved.next_what is Step.FOLLOW_UP:
        reopen(desk, unit, saved, was["followup"], now=now)
    _requeue(desk, unit, saved, since=line.at, now=now)
    channels = [one for one in added if one not in saved.opted_out]
    data = {"channels": channels, "how": BY_COMMAND}
    leads.add_line(unit, lead.id, at=now, actor=by, what="opted_in", **data)
    audit.write_lead(desk, unit, by, "optin", before=lead, after=saved, how=BY_COMMAND)
    desk.send(unit, saved, (RefreshCard(lead.id),), now=now)
    return saved, same


def _requeue(desk: Desk, unit: Unit, lead: Lead, *, since: datetime, now: datetime) -> None:
    """Let messages leave after all that the opt-out dropped; those without a reason still won't."""
    asking = (one.once_key or "" for one in ask_phone(lead, desk.playbook))
    keys = (*waits_for_an_answer(lead), *asking)
    outbox.requeue(unit, keys, why=DROPPED, since=since, due_at=desk.leaves_at(lead, now=now))
