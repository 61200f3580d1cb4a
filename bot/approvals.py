"""An SQO: a rep asks for it, a manager approves or rejects it, once (S2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import audit, rematch
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.rematch import Suited
from bot.stages import Moved, carry_out, check, tell
from bot.team import managers, member
from rules.acts import MoveStage
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.reminders import AskSqo
from rules.stages import BELOW_SQO, LONGEST_REASON, check_move, needed
from rules.team import Rep
from rules.words import Stage
from storage import inbox, leads, outbox, pastlines, reps, stages
from storage.pastlines import Written
from storage.stages import OPEN, WITHDRAWN, Cause
from storage.unit import Unit, View

APPROVED, REJECTED = "approved", "rejected"
AMONG = 1000
"""So many of the newest questions are looked through for those that wait still."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A lead of which a rep asked the managers to make it an SQO."""

    lead: Lead


@dataclass(frozen=True, slots=True)
class Approved:
    """A lead that is an SQO now, and the reps who suit it best; `line` takes it back."""

    lead: Lead
    line: int
    suited: tuple[Suited, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A lead that a manager did not make an SQO."""

    lead: Lead


def request(desk: Desk, act: MoveStage, *, by: str, key: str = "") -> Moved | Asked | Approved:
    """Move a lead as somebody asks; for an SQO a rep asks the managers, in one commit (S2).

    `key` names the command or click for redelivery. Raises Refused as `bot.stages.move` does, and
    where the managers are asked already.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, act.lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Moved(lead, lead.stage)
        done = moved_or_asked(desk, unit, lead, act, actor, now=now)
        unit.commit()
    return _approved(desk, done) if isinstance(done, Moved) and act.to is Stage.SQO else done


def moved_or_asked(
    desk: Desk, unit: Unit, lead: Lead, act: MoveStage, actor: Rep, *, now: datetime
) -> Moved | Asked:
    """Do what `request` does in the caller's unit; `now` is UTC (S2)."""
    if act.to is Stage.SQO and lead.living and not may(actor, needed(lead, act.to), lead):
        _ask(desk, unit, lead, actor, act.reason[:LONGEST_REASON], now=now)
        return Asked(lead)
    check(unit, lead, act.to, actor, reason=act.reason)
    asked = _pending(unit, lead)
    answers = asked if act.to is Stage.SQO else None
    reason = act.reason or (answers.data.get("note", "") if answers else "")
    done = carry_out(desk, unit, lead, act.to, by=actor.slack_id, reason=reason, now=now)
    if answers:
        _end_approved(desk, unit, done.lead, answers, Cause(actor.slack_id, reason), now=now)
    return done


def _ask(desk: Desk, unit: Unit, lead: Lead, actor: Rep, reason: str, *, now: datetime) -> None:
    check_workable(unit, lead, by=actor, act=Act.STAGE)
    check_move(lead, Stage.SQO)
    if _pending(unit, lead):
        raise Refused("stage.asked_already", lead_id=lead.id, name=lead.name)
    data = {"state": OPEN} | ({"note": reason} if reason else {})
    line = pastlines.write(
        unit, lead.id, at=now, actor=actor.slack_id, what=stages.ASKED, data=data
    )
    told = [AskSqo(lead.id, line, 0, to) for to in _deciders(desk, unit, now=now)]
    if not told:
        raise Refused("stage.nobody_decides", lead_id=lead.id, name=lead.name)
    audit.write(desk, unit, actor.slack_id, "stage_ask", audit.of_lead(lead.id))
    desk.send(unit, lead, (*told, RefreshCard(lead.id)), now=now)


def remind(desk: Desk) -> int:
    """Ask again what nobody decided for the playbook's hours; gives how many questions (S2).

    Once each, and those who decide by then.
    """
    now, hours = desk.clock(), desk.playbook.staging.remind_hours
    with desk.store.view() as view:
        late = [one.asked.id for one in waiting(view) if _is_late(one.asked, hours, now=now)]
    return sum(_remind(desk, line_id, hours, now=now) for line_id in late)


def _is_late(asked: Written, hours: int, *, now: datetime) -> bool:
    fresh = not asked.data.get("reminded")
    return hours > 0 and fresh and now - asked.at >= timedelta(hours=hours)


def _remind(desk: Desk, line_id: int, hours: int, *, now: datetime) -> bool:
    with desk.store.unit() as unit:
        asked = pastlines.written(unit, line_id, stages.ASKED, lock=True)
        if asked is None or asked.data["state"] != OPEN or not _is_late(asked, hours, now=now):
            return False
        pastlines.rewrite(unit, asked.id, {**asked.data, "reminded": True})
        told = [AskSqo(asked.lead_id, asked.id, 1, to) for to in _deciders(desk, unit, now=now)]
        outbox.add(unit, told, now=now)
        unit.commit()
    return True


def _deciders(desk: Desk, unit: Unit, *, now: datetime) -> list[str]:
    """Give whom to ask: "" for the managers' channel, else each manager."""
    if desk.settings.managers_channel:
        return [""]
    return managers(unit, admins=desk.settings.admin_slack_ids, now=now)


def approve(desk: Desk, line_id: int, *, by: str, key: str = "") -> Approved:
    """Make a lead an SQO, as a rep asked (S2); `line_id` is the question's line of history.

    Raises Refused for all but managers, and where it was decided or the lead moved on.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor, lead, asked = _to_decide(desk, unit, line_id, by=by)
        if not inbox.first_time(unit, key, at=now):
            return Approved(lead, 0, rematch.suited(desk, lead))
        _check_open(unit, lead, asked)
        check(unit, lead, Stage.SQO, actor, reason="")
        reason = asked.data.get("note", "")
        done = carry_out(desk, unit, lead, Stage.SQO, by=by, reason=reason, now=now)
        _end_approved(desk, unit, done.lead, asked, Cause(by, reason), now=now)
        unit.commit()
    return _approved(desk, done)


def _approved(desk: Desk, done: Moved) -> Approved:
    return Approved(done.lead, done.line, rematch.suited(desk, done.lead))


def reject(desk: Desk, line_id: int, reason: str, *, by: str, key: str = "") -> Rejected:
    """Leave a lead at its stage, with a reason that its rep is told (S2).

    Raises Refused as `approve` does, and without a reason.
    """
    now, reason = desk.clock(), reason[:LONGEST_REASON]
    with desk.store.unit() as unit:
        _, lead, asked = _to_decide(desk, unit, line_id, by=by)
        if not inbox.first_time(unit, key, at=now):
            return Rejected(lead)
        _check_open(unit, lead, asked)
        if not reason:
            raise Refused("stage.needs_reason", lead_id=lead.id, name=lead.name)
        _settle(unit, asked, REJECTED, Cause(by, reason, now))
        leads.add_line(unit, lead.id, at=now, actor=by, what="sqo_rejected", note=reason)
        audit.write(desk, unit, by, "stage_reject", audit.of_lead(lead.id))
        told = tell(desk, unit, lead, REJECTED, Cause(by, reason), to=(lead.owner, asked.actor))
        desk.send(unit, lead, (RefreshCard(lead.id), *told), now=now)
        unit.commit()
    return Rejected(lead)


def to_reject(desk: Desk, line_id: int, *, by: str) -> Lead:
    """Give a lead that this person is about to reject; raises Refused as `reject` does."""
    with desk.store.view() as view:
        _, lead, asked = _to_decide(desk, view, line_id, by=by)
        _check_open(view, lead, asked)
        return lead


def _to_decide(desk: Desk, view: View, line_id: int, *, by: str) -> tuple[Rep, Lead, Written]:
    """Give who decides, the lead, held until the unit ends, and the question as it stands then."""
    actor = member(view, by, admins=desk.settings.admin_slack_ids)
    seen = pastlines.written(view, line_id, stages.ASKED)
    if seen is None:
        raise Refused("button.stale")
    lead = open_lead(view, seen.lead_id, by=actor)
    if not may(actor, Act.APPROVE, lead):
        raise Refused("stage.manager_decides", lead_id=lead.id, name=lead.name)
    return actor, lead, pastlines.written(view, line_id, stages.ASKED) or seen


def _check_open(view: View, lead: Lead, asked: Written) -> None:
    if is_open(lead, asked):
        return
    if asked.data["state"] in {OPEN, WITHDRAWN}:
        raise Refused("stage.moved_on", lead_id=lead.id, name=lead.name, stage=lead.stage)
    rep = reps.get(view, asked.data["by"])
    raise Refused(
        "stage.rejected_already" if asked.data["state"] == REJECTED else "stage.approved_already",
        lead_id=lead.id,
        name=lead.name,
        owner=asked.data["by"],
        owner_name=rep.name if rep else "",
    )


def is_open(lead: Lead, asked: Written) -> bool:
    """Say whether a question waits still: undecided, and its lead lives and is no SQO yet."""
    return asked.data["state"] == OPEN and lead.stage in BELOW_SQO


@dataclass(frozen=True, slots=True)
class Waits:
    """A question that waits for a manager, and its lead."""

    asked: Written
    lead: Lead


def waiting(view: View) -> list[Waits]:
    """Give the questions that wait for a manager, the longest waiting first (S2)."""
    found = stages.undecided(view, among=AMONG)
    return [Waits(asked, lead) for asked, lead in found if is_open(lead, asked)]


def _pending(view: View, lead: Lead) -> Written | None:
    asked = stages.newest_asked(view, lead.id)
    return asked if asked and is_open(lead, asked) else None


def _end_approved(
    desk: Desk, unit: Unit, lead: Lead, asked: Written, cause: Cause, *, now: datetime
) -> None:
    """Settle a question, and tell who asked it, where another has the lead by now."""
    _settle(unit, asked, APPROVED, Cause(cause.by, at=now))
    if asked.actor != lead.owner:
        desk.send(unit, lead, tell(desk, unit, lead, Stage.SQO, cause, to=(asked.actor,)), now=now)


def _settle(unit: Unit, asked: Written, state: str, cause: Cause) -> None:
    at = cause.at.isoformat() if cause.at else ""
    decided = {"state": state, "by": cause.by, "why": cause.reason, "at": at}
    pastlines.rewrite(unit, asked.id, {**asked.data, **decided})
