"""Two leads of one person become one, and two again where that was wrong (C2)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import agreed as agreed_times
from bot import audit
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.nudges import NUDGE
from bot.speed import clocked
from bot.stages import tell
from bot.team import is_in_team, member
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard
from rules.guards import may_be_called
from rules.ladder import retired
from rules.lead import FollowUp, Lead
from rules.merging import gone_away, hottest, in_order, kept_followup, merged, owner_of
from rules.nags import due_of, passed_to
from rules.optouts import closed_to
from rules.permissions import Act
from rules.plan import first_call
from rules.refusals import Refused
from rules.stages import JOINED
from rules.team import Rep
from rules.words import CALLS, Stage, Step
from storage import calls, inbox, leads, likenesses, merges, pastlines, stages
from storage.stages import Cause
from storage.unit import Unit

JOINED_LINE = "joined"
"""What a merge is called in the history."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Two leads that are one: the lead that stands, the one that became it, as it was.

    `why` says by which rule its owner has it; `ended` whether "one" of two agreed times is over,
    or "all", and `cancelled` counts messages that will not leave.
    """

    lead: Lead
    gone: Lead
    why: str
    ended: str = ""
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Plans:
    """The open agreed times of two leads, and which of them stands when they are one."""

    both: tuple[FollowUp, ...]
    kept: FollowUp | None

    @property
    def ended(self) -> str:
        """Whether "one" of them is over, or "all", "" for none."""
        if self.kept is None:
            return "all" if self.both else ""
        return "one" if len(self.both) > 1 else ""


def merge(desk: Desk, one: int, other: int, *, by: str, key: str = "") -> Joined:
    """Make two leads one, for a manager or the owner of both, in one commit (C2).

    The older stays, with all that hangs on either. Raises Refused for everybody else, for a lead
    that became another before, and for the same lead twice.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        stays, gone = held(unit, one, other, actor)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("undo.done")
        done = join(desk, unit, stays, gone, by=by, now=now)
        unit.commit()
    return done


def held(unit: Unit, one: int, other: int, actor: Rep) -> tuple[Lead, Lead]:
    """Give the lead that stays and the one that goes, both held: persons first, then by number.

    Raises Refused as `merge` does.
    """
    if one == other:
        raise Refused("merge.same", lead_id=one)
    hold_people(unit, one, other)
    first, second = (open_lead(unit, number, by=actor) for number in sorted((one, other)))
    for lead in (first, second):
        check_workable(unit, lead, by=actor, act=Act.MERGE)
    return in_order(first, second)


def hold_people(unit: Unit, *ids: int) -> None:
    """Hold the persons of these leads against forms of theirs that come at this moment."""
    seen = [lead for number in ids if (lead := leads.load(unit, number))]
    leads.lock_people(unit, [(lead.phone_e164, lead.email) for lead in seen])


def join(desk: Desk, unit: Unit, stays: Lead, gone: Lead, *, by: str, now: datetime) -> Joined:
    """Make one lead of two in the caller's unit, which holds both; `now` is UTC (C2)."""
    data: dict[str, Any] = {"stays": merges.row(unit, stays.id), "gone": merges.row(unit, gone.id)}
    agreed = [calls.open_followup(unit, one.id) for one in (stays, gone)]
    both = tuple(one for one in agreed if one)
    kept = kept_followup(*agreed)
    mine = _with_owner(desk, unit, stays, gone)
    one = _as_one(desk, unit, merged(*mine, kept), gone, now=now)
    kept = kept if one.living and CALLS not in one.opted_out else None
    cancelled = merges.cancel_messages(unit, gone.id, now=now)
    spent = merges.spend(unit, gone=gone.id, to=stays.id, waiting=cancelled, now=now)
    data |= {"keys": cancelled, "spent": spent}
    data["agreed"] = {str(found.id): [merges.agreed(unit, found.id)] for found in both}
    effects = _end_others(unit, Plans(both, kept), now=now)
    cause = _cause(unit, one, gone, by=by, now=now)
    data["moved"] = merges.move(unit, gone=gone.id, to=stays.id)
    _pass_on(unit, one, kept, gone, data["moved"]["rows"], now=now)
    data["stage"] = _save(unit, one, stays, gone, cause)
    for found in both:
        data["agreed"][str(found.id)].append(merges.agreed(unit, found.id))
    data["after"] = merges.row(unit, stays.id)
    lead, data["line"] = _write(desk, unit, stays, gone, by=by, now=now)
    merges.add(unit, lead_id=stays.id, gone_id=gone.id, actor=by, at=now, data=data)
    _tell(desk, unit, lead, (stays, gone), effects, by=by, now=now)
    return Joined(lead, gone, owner_of(*mine)[1], Plans(both, kept).ended, len(cancelled))


def _with_owner(desk: Desk, unit: Unit, stays: Lead, gone: Lead) -> tuple[Lead, Lead]:
    """Give both leads, one without its owner where that one left the team and the other's did not.

    So nobody who left gets a lead by a merge (C4).
    """
    here = [is_in_team(desk, unit, one.owner) for one in (stays, gone)]
    if here == [True, False]:
        return stays, replace(gone, owner="")
    return (replace(stays, owner=""), gone) if here == [False, True] else (stays, gone)


def _as_one(desk: Desk, unit: Unit, one: Lead, gone: Lead, *, now: datetime) -> Lead:
    """Give the lead with what either of them had closed, its zone, its next step and its clock."""
    closed = closed_to(one, gone.opted_out, now=now, playbook=desk.playbook)
    ready = stepped(desk, desk.placed(closed), now=now)
    return clocked(desk, unit, ready, now=now)


def stepped(desk: Desk, lead: Lead, *, now: datetime) -> Lead:
    """Give a lead with the step that it can take: called where it has a number and an owner."""
    step = lead.next_what
    waits = step is Step.WAIT_FOR_PHONE or (step is Step.ASSIGN and bool(lead.owner))
    lacks = step is Step.CALL and not lead.phone_valid
    if not may_be_called(lead) or not (waits or lacks):
        return lead
    if not lead.phone_valid:
        return replace(lead, next_what=Step.WAIT_FOR_PHONE, next_at=None, pool="")
    at = lead.next_at or first_call(now=now, phoning=desk.phoning(lead, now=now))
    return replace(lead, next_what=Step.CALL, next_at=at, pool="")


def _end_others(unit: Unit, plans: Plans, *, now: datetime) -> list[Effect]:
    """End the agreed times that do not stand; gives what takes their reminders away."""
    over = [one for one in plans.both if one is not plans.kept]
    return [effect for one in over for effect in agreed_times.end(unit, one, now=now)]


def _pass_on(
    unit: Unit,
    lead: Lead,
    kept: FollowUp | None,
    gone: Lead,
    moved: dict[str, list[int]],
    *,
    now: datetime,
) -> None:
    """Let the lead's owner keep the agreed time that stands, with the reminders of it."""
    if kept is None:
        return
    about = {"purpose": NUDGE, "about": str(kept.id)}
    moved["posts"] = merges.move_posts(unit, gone=gone.id, to=lead.id, **about)
    if not lead.owner:
        return
    mine = replace(kept, lead_id=lead.id)
    if kept.rep != lead.owner:
        mine = passed_to(mine, to=lead.owner, due=due_of(lead, mine), now=now)
    calls.save_followup(unit, mine)


def _cause(unit: Unit, one: Lead, gone: Lead, *, by: str, now: datetime) -> Cause:
    """Give why the lead changes its stage: as the other was disqualified, else by the merge."""
    ended = stages.newest(unit, gone.id) if one.stage is Stage.DISQUALIFIED else None
    return Cause(ended.actor, ended.reason, now) if ended else Cause(by, JOINED, now)


def _save(unit: Unit, one: Lead, stays: Lead, gone: Lead, cause: Cause) -> int:
    """Save both; gives the line of the stages that this made, 0 for none."""
    last = merges.newest_stage(unit, stays.id)
    saved = leads.save(unit, one, before=stays, cause=cause)
    merges.put(unit, saved.id, hottest(stays, gone))
    away = gone_away(gone, stays)
    names = [name for name in Lead.__slots__ if getattr(away, name) != getattr(gone, name)]
    changed = {name: getattr(away, name) for name in names}
    merges.put(unit, gone.id, changed | {"working": False})
    newest = merges.newest_stage(unit, stays.id)
    return newest if newest != last else 0


def _write(
    desk: Desk, unit: Unit, stays: Lead, gone: Lead, *, by: str, now: datetime
) -> tuple[Lead, int]:
    """Write the merge in the history, with what the lead has not of the other, and the audit.

    Gives the lead as it is now, and the number of the line.
    """
    lead, away = (leads.load(unit, one.id) or one for one in (stays, gone))
    likenesses.decide(unit, lead.id, gone.id, state=likenesses.MERGED, actor=by, at=now)
    also = [gone.phone_raw] if gone.phone_e164 != lead.phone_e164 else []
    also += [gone.email] if gone.email != lead.email else []
    said = ", ".join(one for one in also if one)
    line = {"other": gone.id, "name": gone.name} | ({"note": said} if said else {})
    number = pastlines.write(unit, lead.id, at=now, actor=by, what=JOINED_LINE, data=line)
    audit.write_lead(desk, unit, by, "join", before=stays, after=lead, other=gone.id)
    audit.write_lead(desk, unit, by, "joined", before=gone, after=away, into=lead.id)
    return lead, number


def _tell(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    were: tuple[Lead, Lead],
    effects: list[Effect],
    *,
    by: str,
    now: datetime,
) -> None:
    """Bring the cards of both up to the present, and tell who held either."""
    stays, gone = were
    cause = Cause(by, f"#{gone.id} {gone.name}".strip())
    told = tell(desk, unit, lead, "joined", cause, to=(stays.owner, gone.owner, lead.owner))
    card = lead.owner and lead.owner != stays.owner
    cards = (PostOwnerCard(lead.id, lead.owner, lead.version),) if card else ()
    calls_over = (*retired(stays), *retired(gone))
    refreshed = (RefreshCard(stays.id), RefreshCard(gone.id))
    desk.send(unit, lead, (*refreshed, *effects, *calls_over, *cards, *told), now=now)
