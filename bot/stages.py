"""The life of a lead: moved by people, by its points, out of every queue, and back (S1-S3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import agreed as agreed_times
from bot import audit
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.returns import reopen
from bot.team import is_in_team, member
from rules import stages as rules
from rules.effect import Effect
from rules.effects import RefreshCard
from rules.ladder import retired
from rules.lead import Lead
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.reminders import TellStage
from rules.team import Rep
from rules.words import CALLS, Stage
from storage import calls, inbox, leads, outbox, pastlines, stages
from storage.pastlines import Written
from storage.stages import Cause
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead at its stage, the one before, and what takes that back: a line of history.

    `line` is 0 where it can't be taken back, or was done before; `took` is how long it stood at
    the stage before; so many messages to its customer were `cancelled`.
    """

    lead: Lead
    was: Stage
    took: timedelta = timedelta(0)
    line: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """Who holds a lead that leaves its stage, and what ends with it: follow-up, messages."""

    holders: tuple[str, ...]
    followup: int = 0
    keys: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


def move(desk: Desk, lead_id: int, to: Stage, *, by: str, reason: str = "", key: str = "") -> Moved:
    """Move a lead to another stage, in one commit (S1); `key` names the command for redelivery.

    Raises Refused: no such lead, somebody else's, a stage that it may not go to from its own,
    what a manager decides, a disqualification without a reason.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Moved(lead, lead.stage)
        check(unit, lead, to, actor, reason=reason)
        done = carry_out(desk, unit, lead, to, by=by, reason=reason, now=now)
        unit.commit()
    return done


def to_move(desk: Desk, lead_id: int, *, by: str) -> tuple[Lead, bool]:
    """Give a lead that this person is about to move, and whether they decide on an SQO (S2).

    Raises Refused: no such lead, somebody else's, one on which a manager decides.
    """
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(view, lead_id, by=actor)
        check_workable(view, lead, by=actor, act=Act.STAGE)
        decides = may(actor, Act.APPROVE, lead)
        if not (decides or lead.living):
            raise Refused("stage.manager_reopens", lead_id=lead.id, name=lead.name)
    return lead, decides


def check(unit: Unit, lead: Lead, to: Stage, actor: Rep, *, reason: str) -> None:
    """Raise Refused unless this person may move a lead there, with what that asks for (S2)."""
    check_workable(unit, lead, by=actor, act=Act.STAGE)
    rules.check_move(lead, to)
    if to not in rules.offered(lead):
        raise Refused("stage.by_outcome", lead_id=lead.id, name=lead.name)
    if not may(actor, rules.needed(lead, to), lead):
        why = "stage.manager_decides" if lead.living else "stage.manager_reopens"
        raise Refused(why, lead_id=lead.id, name=lead.name)
    if to is Stage.DISQUALIFIED and not reason:
        raise Refused("stage.needs_reason", lead_id=lead.id, name=lead.name)
    if rules.is_reopening(lead, to) and CALLS in lead.opted_out:
        raise Refused("stage.opted_out", lead_id=lead.id, name=lead.name)


def carry_out(
    desk: Desk, unit: Unit, lead: Lead, to: Stage, *, by: str, reason: str, now: datetime
) -> Moved:
    """Move a lead in the caller's unit, where that was checked; `now` is UTC (S1)."""
    cause = Cause(by, reason[: rules.LONGEST_REASON])
    back, ended = rules.is_reopening(lead, to), Ended((lead.owner,))
    if back:
        saved = reopen(desk, unit, lead, to, by=by, reason=cause.reason, now=now)
    elif to is Stage.DISQUALIFIED:
        ended = _end(unit, lead, now=now)
        saved = leads.save(unit, rules.disqualified(lead, now=now), before=lead, cause=cause)
    else:
        saved = leads.save(unit, rules.moved(lead, to, now=now), before=lead, cause=cause)
    undo = None if back else _undo(lead, saved, ended)
    line = _write(unit, lead, saved, cause, undo, now=now)
    audit.write_lead(desk, unit, by, "stage", before=lead, after=saved)
    told = () if back else tell(desk, unit, saved, to, cause, to=ended.holders)
    desk.send(unit, saved, (RefreshCard(lead.id), *ended.effects, *told), now=now)
    took = rules.time_in_stage(lead, now=now)
    return Moved(saved, lead.stage, took, line if undo else 0, len(ended.keys))


def _end(unit: Unit, lead: Lead, *, now: datetime) -> Ended:
    """End all that waits for a lead: messages, its follow-up, reminders that stand (S3)."""
    keys = tuple(stages.cancel_messages(unit, lead.id, now=now))
    agreed = calls.open_followup(unit, lead.id)
    if agreed is None:
        return Ended(rules.holders(lead), 0, keys, retired(lead))
    nudges = agreed_times.end(unit, agreed, now=now)
    holders = rules.holders(lead, followup_rep=agreed.rep)
    return Ended(holders, agreed.id, keys, (*retired(lead), *nudges))


def _write(
    unit: Unit,
    before: Lead,
    lead: Lead,
    cause: Cause,
    undo: dict[str, Any] | None,
    *,
    now: datetime,
) -> int:
    took = round(rules.time_in_stage(before, now=now).total_seconds())
    data: dict[str, Any] = {"stage": lead.stage, "was": before.stage, "seconds": took}
    data |= {"note": cause.reason} if cause.reason else {}
    data["undo"] = undo
    return pastlines.write(unit, lead.id, at=now, actor=cause.by, what=stages.MOVED, data=data)


def tell(
    desk: Desk, unit: Unit, lead: Lead, notice: str, cause: Cause, *, to: Iterable[str]
) -> tuple[Effect, ...]:
    """Give what tells these people of a lead's stage; not who did it, nor who left the team."""
    return tuple(
        TellStage(lead.id, rep, notice, cause.by, cause.reason, lead.version)
        for rep in dict.fromkeys(to)
        if rep and rep != cause.by and is_in_team(desk, unit, rep)
    )


def by_points(desk: Desk, unit: Unit, lead: Lead, *, now: datetime) -> Lead:
    """Give a lead as the playbook's scores make it: an MQL, and saved, where it has the points (S).

    `now` is UTC. One that a person put back to its stage stays there.
    """
    counted = rules.made_mql(lead, desk.playbook)
    last = stages.newest(unit, lead.id) if counted else None
    back = last and last.actor and rules.put_back(last.was, last.stage, reason=last.reason)
    if counted is None or back:
        return lead
    scored = rules.moved(lead, Stage.MQL, now=now)
    saved = leads.save(unit, scored, cause=Cause("", rules.BY_POINTS))
    names = ", ".join(counted.names)
    leads.add_line(
        unit, lead.id, at=now, actor="", what="scored", points=counted.total, names=names
    )
    audit.write_lead(desk, unit, "", "stage", before=lead, after=saved)
    desk.send(unit, saved, (RefreshCard(lead.id),), now=now)
    return saved


def _undo(before: Lead, after: Lead, ended: Ended) -> dict[str, Any]:
    """Give what it takes to take a move back."""
    return {
        "before": calls.snapshot(before, rules.RESTORED),
        "after": calls.snapshot(after, rules.RESTORED),
        "followup": ended.followup,
        "keys": list(ended.keys),
    }


def take_back(desk: Desk, line_id: int, *, by: str, key: str = "") -> Moved:
    """Take back a move of a lead's stage; messages that it stopped wait again (S1).

    Raises Refused when it was taken back, is another's, or something happened since, and for a
    disqualification of more than an hour ago: that is opened again instead.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        line = pastlines.written(unit, line_id, stages.MOVED)
        if line is None or not (line.actor == by or may(actor, Act.MANAGE)):
            raise Refused("undo.nothing")
        lead = open_lead(unit, line.lead_id, by=actor)
        check_workable(unit, lead, by=actor, act=Act.STAGE)
        line = pastlines.written(unit, line_id, stages.MOVED) or line
        if not inbox.first_time(unit, key, at=now) or not line.data.get("undo"):
            raise Refused("undo.done")
        if lead.stage is Stage.DISQUALIFIED and now - line.at > rules.TIME_TO_UNDO:
            raise Refused("stage.undo_late", lead_id=lead.id, name=lead.name)
        _check_restoring(unit, lead, line, actor)
        saved = _restored(desk, unit, lead, line, by=by, now=now)
        pastlines.rewrite(unit, line_id, {**line.data, "undo": None})
        audit.write_lead(desk, unit, by, "stage_undo", before=lead, after=saved)
        unit.commit()
    return Moved(saved, lead.stage)


def _check_restoring(unit: Unit, lead: Lead, line: Written, actor: Rep) -> None:
    """Raise Refused where this makes an SQO past who decides on that, or what was decided (S2)."""
    before = calls.as_before(lead, line.data["undo"]["before"])
    if before.stage is not Stage.SQO:
        return
    if not may(actor, rules.needed(before, before.stage), lead):
        raise Refused("stage.manager_decides", lead_id=lead.id, name=lead.name)
    asked = stages.newest_asked(unit, lead.id)
    decided = str(asked.data.get("at", "")) if asked else ""
    if decided and datetime.fromisoformat(decided) > line.at:
        raise Refused("undo.later", lead_id=lead.id)


def _restored(desk: Desk, unit: Unit, lead: Lead, line: Written, *, by: str, now: datetime) -> Lead:
    undo = line.data["undo"]
    left = calls.as_before(lead, undo["after"])
    if any(getattr(left, name) != getattr(lead, name) for name in rules.RESTORED):
        raise Refused("undo.later", lead_id=lead.id)
    before = calls.as_before(lead, undo["before"])
    if not lead.living and before.living and CALLS in lead.opted_out:
        raise Refused("stage.opted_out", lead_id=lead.id, name=lead.name)
    cause = Cause(by, rules.UNDONE, now)
    saved = leads.save(unit, before, before=lead, cause=cause)
    due = desk.leaves_at(saved, now=now)
    outbox.requeue(unit, undo["keys"], why=(stages.DROPPED,), since=line.at, due_at=due)
    agreed_times.reopen(desk, unit, saved, undo["followup"], now=now)
    leads.add_line(unit, lead.id, at=now, actor=by, what="stage_undone", stage=saved.stage)
    told = tell(desk, unit, saved, "undone", Cause(by, ""), to=(saved.owner,))
    desk.send(unit, saved, (RefreshCard(lead.id), *told), now=now)
    return saved
