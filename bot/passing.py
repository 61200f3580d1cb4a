"""A rep passes a lead on, with a reason: the next rep has it, or it waits for one (C3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit
from bot.assign import NewOwner, Rotation, hand_over, tell_managers
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.speed import clocked, passed_on
from bot.team import is_in_team, member
from rules.claiming import FREED, UNDO_TIME, Passes, pass_refused, passes_on
from rules.effects import PostOwnerCard, RefreshCard, TellManagers
from rules.ladder import retired
from rules.lead import Lead
from rules.permissions import Act
from rules.pools import Way
from rules.refusals import Refused
from rules.routes import pool_for
from rules.talking import is_on_the_phone
from rules.team import Rep
from rules.words import Step
from storage import inbox, kept, ladder, leads
from storage.unit import Unit, View

PASSED, PASSED_NOBODY, PASSED_BACK = "passed", "passed_nobody", "passed_back"


@dataclass(frozen=True, slots=True)
class Passed:
    """A lead that was passed on, or held where it has no owner now."""

    lead: Lead


def for_passing(desk: Desk, lead_id: int, *, by: str) -> Lead:
    """Give a lead that this person is about to pass on; raises Refused where they may not (C3)."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(view, lead_id, by=actor)
        _check(desk, view, lead, actor, now=desk.clock())
    return lead


def pass_lead(
    desk: Desk, lead_id: int, *, by: str, reason: str = "", note: str = "", key: str = ""
) -> Passed:
    """Pass a lead on to the next rep who never had it; where nobody is free it is held (C3).

    `reason` is one of `rules.claiming.Reason` or "", `note` in the rep's own words; both stand in
    its history. The same `key` passes it once. Raises Refused beyond the playbook's limits, and
    where nobody could take a lead with which something is agreed.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Passed(lead)
        check_workable(unit, lead, by=actor, act=Act.PASS)
        had = ladder.holders(unit, [lead.id]).get(lead.id, set()) | {lead.owner}
        choice = Rotation(desk, unit, now=now).choose(lead, without=had)
        _check(desk, unit, lead, actor, now=now)
        to = choice.rep.slack_id if choice else ""
        new = NewOwner(to, by, PASSED, reason=reason, note=note, choice=choice)
        passed = _pass_to(desk, unit, lead, new, now=now)
        _count(unit, actor, 1, now=now)
        unit.commit()
    return Passed(passed)


def _check(desk: Desk, view: View, lead: Lead, actor: Rep, *, now: datetime) -> None:
    """Raise Refused unless this person may pass this lead on now."""
    check_workable(view, lead, by=actor, act=Act.PASS)
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    today = passes_on(_passes(view, actor), actor, now=now)
    wrong = pass_refused(lead, actor, today, desk.playbook)
    if wrong:
        passing = desk.playbook.passing
        most = passing.per_lead if wrong == "pass.often" else passing.per_day
        raise Refused(wrong, lead_id=lead.id, name=lead.name, n=most)


def _pass_to(desk: Desk, unit: Unit, lead: Lead, new: NewOwner, *, now: datetime) -> Lead:
    """Give a lead to its new owner, whose card comes as always; hold it where there is none."""
    counted = replace(lead, passes=lead.passes + 1)
    if not new.to:
        return _hold(desk, unit, lead, counted, new, now=now)
    owned, effects = hand_over(desk, unit, counted, new, now=now, before=lead)
    desk.send(unit, owned, (PostOwnerCard(lead.id, new.to, owned.version), *effects), now=now)
    return owned


def _hold(
    desk: Desk, unit: Unit, lead: Lead, counted: Lead, new: NewOwner, *, now: datetime
) -> Lead:
    """Let a lead wait for an owner, and tell the managers; not one with an agreed step (L4.1)."""
    if lead.next_what not in FREED:
        raise Refused("pass.nobody", lead_id=lead.id, name=lead.name)
    pool = pool_for(desk.playbook, lead)
    waited = passed_on(desk, unit, counted, now=now)
    free = replace(
        waited,
        owner="",
        owned_at=None,
        held_by="",
        held_until=None,
        next_what=Step.ASSIGN,
        pool=pool.name,
    )
    held = leads.save(unit, clocked(desk, unit, free, now=now), before=lead)
    leads.add_line(
        unit, lead.id, at=now, actor=new.by, what=PASSED_NOBODY, was=lead.owner, **new.said
    )
    audit.write_lead(desk, unit, new.by, PASSED_NOBODY, before=lead, after=held)
    notice = TellManagers("passed", lead.id, about=now.isoformat())
    told = () if pool.way is Way.CLAIM else tell_managers(desk, unit, notice)
    desk.send(unit, held, (RefreshCard(lead.id), *retired(lead), *told), now=now)
    return held


def take_back(desk: Desk, lead_id: int, *, by: str, key: str = "") -> Lead:
    """Take back, within a minute, that one passed a lead on (C3).

    Raises Refused when it is later, somebody else passed it on, or something happened since.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return lead
        was = _passed_by(unit, lead, actor, now=now)
        if not is_in_team(desk, unit, was):
            raise Refused("assign.outsider", who=was)
        fewer = replace(lead, passes=max(0, lead.passes - 1))
        new = NewOwner(was, by=by, why=PASSED_BACK)
        owned, effects = hand_over(desk, unit, fewer, new, now=now, before=lead)
        _count(unit, actor, -1, now=now)
        desk.send(unit, owned, effects, now=now)
        unit.commit()
    return owned


def _passed_by(unit: Unit, lead: Lead, actor: Rep, *, now: datetime) -> str:
    """Give who had a lead before this person passed it on; raises Refused where it is too late."""
    line = leads.lines(unit, lead.id, most=1)[0]
    if line.what == PASSED_BACK:
        raise Refused("undo.done")
    mine = line.what in {PASSED, PASSED_NOBODY} and line.actor == actor.slack_id
    if not mine or is_on_the_phone(lead, now=now):
        raise Refused("undo.later", lead_id=lead.id)
    if now - line.at > UNDO_TIME:
        raise Refused("pass.late", lead_id=lead.id, name=lead.name)
    return str(line.data["was"])


def _passes(view: View, rep: Rep) -> Passes:
    return Passes(**(kept.get(view, _key(rep)) or {}))


def _count(unit: Unit, rep: Rep, more: int, *, now: datetime) -> None:
    """Count what a rep passes on today; the team is held, so one after the other counts."""
    today = passes_on(_passes(unit, rep), rep, now=now)
    count = max(0, today.count + more)
    kept.put(unit, _key(rep), {"day": today.day, "count": count}, at=now)


def _key(rep: Rep) -> str:
    return f"passes:{rep.slack_id}"
