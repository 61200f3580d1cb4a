"""A rep passes a lead on, with a reason: the next rep has it, or it waits for one (C3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import passes
from bot.assign import NewOwner, hand_over, tell_managers
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.placing import as_planned
from bot.rotation import Rotation
from bot.team import is_in_team, member
from bot.waiting import let_go
from rules.claiming import FREED, UNDO_TIME
from rules.effects import PostOwnerCard, TellManagers
from rules.lead import Lead
from rules.permissions import Act
from rules.pools import Way
from rules.refusals import Refused
from rules.routes import pool_for
from rules.talking import is_on_the_phone
from rules.team import Rep
from storage import inbox, ladder, leads
from storage.leads import Line
from storage.unit import Unit, View

PASSED, PASSED_NOBODY, PASSED_BACK = "passed", "passed_nobody", "passed_back"
PASSED_BY_HAND = "passed_by_hand"


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
        passes.count(unit, actor, 1, now=now)
        unit.commit()
    return Passed(passed)


def _check(desk: Desk, view: View, lead: Lead, actor: Rep, *, now: datetime) -> None:
    """Raise Refused unless this person may pass this lead on now."""
    check_workable(view, lead, by=actor, act=Act.PASS)
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    passes.check_limits(desk, view, lead, actor, now=now)


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
    waits, effects = let_go(
        desk, unit, counted, replace(new, why=PASSED_NOBODY), now=now, before=lead
    )
    way = pool_for(desk.playbook, lead).way
    notice = PASSED_BY_HAND if way is Way.BY_HAND else PASSED
    told = TellManagers(notice, lead.id, about=now.isoformat())
    managers = () if way is Way.CLAIM else tell_managers(desk, unit, told)
    desk.send(unit, waits, (*effects, *managers), now=now)
    return waits


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
        line = _line_of(unit, lead, actor, now=now)
        was = str(line.data["was"])
        check_workable(unit, replace(lead, owner=was), by=actor, act=Act.PASS)
        if not is_in_team(desk, unit, was):
            raise Refused("assign.outsider", who=was)
        fewer = replace(as_planned(lead, line), passes=max(0, lead.passes - 1))
        new = NewOwner(was, by=by, why=PASSED_BACK)
        owned, effects = hand_over(desk, unit, fewer, new, now=now, before=lead)
        passes.count(unit, actor, -1, now=now)
        desk.send(unit, owned, effects, now=now)
        unit.commit()
    return owned


def _line_of(unit: Unit, lead: Lead, actor: Rep, *, now: datetime) -> Line:
    """Give the line by which this person passed a lead on; raises Refused where it is too late."""
    line = leads.lines(unit, lead.id, most=1)[0]
    if line.what == PASSED_BACK:
        raise Refused("undo.done")
    mine = line.what in {PASSED, PASSED_NOBODY} and line.actor == actor.slack_id
    if not mine or is_on_the_phone(lead, now=now) or _in_hand(lead, now=now):
        raise Refused("undo.later", lead_id=lead.id)
    if now - line.at > UNDO_TIME:
        raise Refused("pass.late", lead_id=lead.id, name=lead.name)
    return line


def _in_hand(lead: Lead, *, now: datetime) -> bool:
    """Say whether somebody was handed a lead as their next call, and has it still."""
    return lead.held_until is not None and lead.held_until > now
