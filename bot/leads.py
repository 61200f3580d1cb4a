"""One lead: found or politely not, shown, written down."""

from dataclasses import dataclass
from datetime import datetime

from bot import audit
from bot.desk import Desk
from bot.grading import Standing, standing
from bot.mending import NOTHING, Mend, mend_of
from bot.team import member
from rules.effects import RefreshCard
from rules.lead import FollowUp, Lead
from rules.money import Money
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.said import split
from rules.stages import BY_OPTOUT
from rules.talking import running_for
from rules.team import Rep
from rules.words import Stage
from storage import calls, erasing, inbox, leads, messages, people, reps, stages
from storage.leads import Line
from storage.messages import Message
from storage.stages import Change
from storage.unit import Unit, View

LINES = 100
CLOSED = ("lead.of_another", "lead.of_nobody")
HIDDEN = ("lead.hidden", "lead.hidden_free")
"""What is said of a lead that may not be worked, and of one that may not be seen."""
WITHDRAWN = frozenset({Act.LOG, Act.ASSIGN, Act.CLAIM, Act.PASS})
"""What nobody may do with a lead that is disqualified (S3)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A lead with all that its card tells; `full` when this reader may see the details.

    `home` is the country whose national numbers the team reads; `now` is UTC; `standing` says
    why the lead has its tier, `ended` how it was disqualified, `mend` what its number may be;
    `shared_phone` when several people have its number.
    """

    lead: Lead
    owner: Rep | None
    followup: FollowUp | None
    lines: list[Line]
    messages: list[Message]
    sold: tuple[Money, ...]
    full: bool
    home: str
    now: datetime
    standing: Standing
    ended: Change | None = None
    shared_phone: bool = False
    mend: Mend = NOTHING


def open_lead(view: View, lead_id: int, *, by: Rep) -> Lead:
    """Give a lead that exists, held until the unit ends; raises Refused with the nearest one."""
    lead = leads.load(view, lead_id, lock=True)
    if lead is None:
        near = leads.nearest(view, lead_id, owner=by.slack_id)
        if near:
            raise Refused("lead.missing_near", lead_id=lead_id, near=near.id, name=near.name)
        raise Refused("lead.missing", lead_id=lead_id)
    if lead.merged_into is not None:
        raise Refused("lead.merged", lead_id=lead_id, name=lead.name, into=_into(view, lead))
    check_there(view, lead)
    return lead


def check_there(view: View, lead: Lead) -> None:
    """Raise Refused where a lead's person was erased; only who has no name is looked up (C5)."""
    named = lead.name or lead.phone_raw or lead.phone_e164 or lead.email
    mark = None if named else erasing.mark_of(view, lead.id)
    if mark:
        raise Refused("lead.erased", lead_id=lead.id, when=mark.at)


def _into(view: View, gone: Lead) -> int:
    """Give the number of the lead that stands for one that became another (C2)."""
    now = leads.standing(view, gone.id)
    return now.id if now else gone.id


def workable(view: View, lead_id: int, *, by: Rep, act: Act = Act.LOG) -> Lead:
    """Give a lead with which this person may do such an act; raises Refused otherwise (C5)."""
    lead = open_lead(view, lead_id, by=by)
    check_workable(view, lead, by=by, act=act)
    return lead


def loggable(view: View, lead_id: int, *, by: Rep, now: datetime) -> Lead:
    """Give a lead that this person may log on, or is on the phone with at `now` (UTC).

    It may have become somebody else's since that call began. Raises Refused otherwise (C5).
    """
    lead = open_lead(view, lead_id, by=by)
    if lead.talking_by != by.slack_id or running_for(lead, now=now) is None:
        check_workable(view, lead, by=by)
    return lead


def check_workable(view: View, lead: Lead, *, by: Rep, act: Act = Act.LOG) -> None:
    """Raise Refused, with who has the lead, unless this person may do such an act with it (C5).

    Who may is told who disqualified it and why, where that act is withdrawn (S3).
    """
    if may(by, act, lead):
        if act in WITHDRAWN and lead.stage is Stage.DISQUALIFIED:
            raise _withdrawn(view, lead)
        return
    if act is not Act.SEE and not lead.owner and not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    of_another, of_nobody = HIDDEN if act is Act.SEE else CLOSED
    owner = reps.get(view, lead.owner)
    name = owner.name if owner else ""
    whose = of_another if lead.owner else of_nobody
    raise Refused(whose, lead_id=lead.id, name=lead.name, owner=lead.owner, owner_name=name)


def _withdrawn(view: View, lead: Lead) -> Refused:
    ended = stages.newest(view, lead.id)
    if ended is None or ended.reason == BY_OPTOUT:
        return Refused("lead.disqualified_optout", lead_id=lead.id, name=lead.name)
    rep = reps.get(view, ended.actor)
    return Refused(
        "lead.disqualified",
        lead_id=lead.id,
        name=lead.name,
        owner=ended.actor,
        owner_name=rep.name if rep else "",
        when=ended.at,
        reason=ended.reason,
    )


def show(desk: Desk, lead_id: int, *, by: str) -> Shown:
    """Give a lead's card with its history; another's lead is masked (contract: Slack)."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(view, lead_id, by=actor)
        return shown(desk, view, lead, full=may(actor, Act.SEE, lead))


def see(desk: Desk, lead_id: int, *, by: str) -> Shown:
    """Give what `show` does, and write down who saw a customer's details (C5)."""
    known = show(desk, lead_id, by=by)
    if known.full:
        with desk.store.unit() as unit:
            audit.write(desk, unit, by, "see", audit.of_lead(lead_id))
            unit.commit()
    return known


def reveal(desk: Desk, lead_id: int, *, by: str) -> Shown:
    """Give what a masked card hides to who may see it, and write that down (C5).

    Raises Refused for everybody else.
    """
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor, act=Act.SEE)
        audit.write(desk, unit, by, "reveal", audit.of_lead(lead_id))
        known = shown(desk, unit, lead, full=True)
        unit.commit()
    return known


def shown(desk: Desk, view: View, lead: Lead, *, full: bool) -> Shown:
    """Gather what a lead's card tells; its history and messages for who may see all of it."""
    return Shown(
        lead=lead,
        owner=reps.get(view, lead.owner) if lead.owner else None,
        followup=calls.open_followup(view, lead.id),
        lines=leads.lines(view, lead.id, most=LINES) if full else [],
        messages=messages.of_lead(view, lead.id) if full else [],
        sold=calls.sales(view, lead.id) if lead.closed_at else (),
        full=full,
        home=desk.settings.default_region,
        now=desk.clock(),
        standing=standing(desk, lead),
        ended=stages.newest(view, lead.id) if lead.stage is Stage.DISQUALIFIED else None,
        shared_phone=people.is_shared(view, lead.phone_e164),
        mend=mend_of(desk, view, lead) if full else NOTHING,
    )


def add_note(desk: Desk, lead_id: int, text: str, *, by: str, key: str = "") -> Lead:
    """Write down what was learned or promised (C4); raises Refused for another's lead."""
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor, act=Act.NOTE)
        if inbox.first_time(unit, key, at=now):
            write_note(desk, unit, lead, text, by=by, now=now)
        unit.commit()
    return lead


def write_note(desk: Desk, unit: Unit, lead: Lead, text: str, *, by: str, now: datetime) -> None:
    """Write a note into a lead's history, now (UTC), and bring its cards up to the present (C4)."""
    said = split(text)
    leads.add_line(unit, lead.id, at=now, actor=by, what="note", text=said.note, **said.data)
    audit.write(desk, unit, by, "note", audit.of_lead(lead.id))
    desk.send(unit, lead, (RefreshCard(lead.id),), now=now)


def for_work(desk: Desk, lead_id: int, *, by: str) -> Lead:
    """Give a lead that this person is about to log on; raises Refused otherwise."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        return loggable(view, lead_id, by=actor, now=desk.clock())
