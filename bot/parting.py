"""A merge is taken back: both leads as they were, but for what happened since (C2)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.one_person import hold_people, stepped
from bot.optouts import applied
from bot.stages import tell
from bot.team import member
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.merging import put_back
from rules.permissions import Act
from rules.refusals import Refused
from rules.team import Rep
from rules.words import Step
from storage import calls, inbox, leads, likenesses, merges, outbox, people
from storage.merges import Merge
from storage.stages import Cause
from storage.unit import Unit, View

LEFT = ("state", "due_at", "snoozes")
"""What of an agreed time says that somebody has dealt with it."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Two leads again: the one that stood for both, the other; `shared` when their number is one.

    `worked` when the first was worked since, and so stands where it does.
    """

    lead: Lead
    other: Lead
    shared: bool
    worked: bool


def unmerge(desk: Desk, lead_id: int, *, by: str, key: str = "") -> Parted:
    """Make two leads of one again, named by either of them, in one commit (C2).

    What happened since stays with the lead that stood. Raises Refused where nothing was merged,
    where a later merge builds on it, where what was agreed with the other was dealt with since,
    and for all but managers and the lead's owner.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        merge = _to_part(unit, lead_id, actor)
        check_agreed(unit, merge)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("undo.done")
        done = _part(desk, unit, merge, by=by, now=now)
        unit.commit()
    return done


def _of(view: View, lead_id: int) -> Merge | None:
    return merges.of_gone(view, lead_id) or merges.newest_into(view, lead_id)


def _to_part(unit: Unit, lead_id: int, actor: Rep) -> Merge:
    """Give the merge of a lead, with both held; raises Refused as `unmerge` does."""
    seen = _of(unit, lead_id)
    if seen is None:
        lead = open_lead(unit, lead_id, by=actor)
        raise Refused("merge.none", lead_id=lead.id, name=lead.name)
    hold_people(unit, seen.lead_id, seen.gone_id)
    both = {one: leads.load(unit, one, lock=True) for one in sorted((seen.lead_id, seen.gone_id))}
    stays = both[seen.lead_id]
    if stays is None or _of(unit, lead_id) != seen:
        raise Refused("undo.done")
    if stays.merged_into is not None:
        raise Refused("merge.inside", lead_id=stays.id, name=stays.name, into=stays.merged_into)
    newest = merges.newest_into(unit, stays.id)
    if newest and newest.id != seen.id:
        raise Refused("merge.later", lead_id=stays.id, name=stays.name, other=newest.gone_id)
    check_workable(unit, stays, by=actor, act=Act.MERGE)
    return seen


def check_agreed(view: View, merge: Merge) -> None:
    """Raise Refused where a time that was agreed with the other lead was dealt with since."""
    theirs = {str(one) for one in merge.data["moved"]["rows"]["followups"]}
    for number, (_, after) in merge.data["agreed"].items():
        now = merges.agreed(view, int(number))
        if number in theirs and any(now[name] != after[name] for name in LEFT):
            raise Refused("merge.dealt", lead_id=merge.lead_id, other=merge.gone_id)


def _part(desk: Desk, unit: Unit, merge: Merge, *, by: str, now: datetime) -> Parted:
    data, stood = merge.data, merges.row(unit, merge.lead_id)
    back = put_back(data["stays"], data["after"], stood)
    worked = any(stood[name] != data["after"][name] for name in ("next_what", "next_at", "stage"))
    if data["stage"] and back["stage"] == data["stays"]["stage"]:
        merges.forget_stage(unit, data["stage"])
    merges.move_back(unit, data["moved"], stays=merge.lead_id, gone=merge.gone_id)
    merges.forget_spent(unit, data["spent"])
    merges.put(unit, merge.gone_id, data["gone"])
    merges.put(unit, merge.lead_id, back)
    _put_agreed(unit, merge)
    merges.end(unit, merge.id, at=now)
    lead = _right(desk, unit, merge.lead_id, worked=back != data["stays"], now=now)
    other = _right(desk, unit, merge.gone_id, worked=False, now=now)
    due = desk.leaves_at(other, now=now)
    outbox.requeue(unit, data["keys"], why=(merges.MERGED,), since=merge.at, due_at=due)
    shared = _settle(unit, lead, other, by=by, now=now)
    _write(desk, unit, (lead, other), by=by, now=now)
    return Parted(lead, other, shared, worked)


def _put_agreed(unit: Unit, merge: Merge) -> None:
    """Let agreed times stand as before; not beside another that was agreed since."""
    known: dict[str, list[dict[str, Any]]] = merge.data["agreed"]
    for number, (before, after) in known.items():
        found = calls.followup(unit, int(number))
        if found is None or merges.agreed(unit, found.id) != after:
            continue
        open_one = calls.open_followup(unit, found.lead_id)
        if open_one is None or open_one.id == found.id:
            merges.put_agreed(unit, found.id, before)


def _right(desk: Desk, unit: Unit, lead_id: int, *, worked: bool, now: datetime) -> Lead:
    """Give a lead as it may stand now: what was closed since holds; one `worked` has its step."""
    lead = leads.load(unit, lead_id)
    if lead is None:
        raise RuntimeError(f"lead {lead_id} was merged and is gone")
    right = applied(desk, unit, lead, now=now)
    if worked:
        lost = right.next_what is Step.FOLLOW_UP and calls.open_followup(unit, lead_id) is None
        ready = replace(right, next_what=Step.ASSIGN, importance="") if lost else right
        right = stepped(desk, ready, now=now)
    return lead if right == lead else leads.save(unit, right, before=lead)


def _settle(unit: Unit, lead: Lead, other: Lead, *, by: str, now: datetime) -> bool:
    """Never ask about the two again; says whether they are known to share a number now."""
    likenesses.decide(unit, lead.id, other.id, state=likenesses.DIFFERENT, actor=by, at=now)
    return share_number(unit, lead, other, by=by, now=now)


def share_number(unit: Unit, one: Lead, other: Lead, *, by: str, now: datetime) -> bool:
    """Note that two different people share their number, where it is the same (C2)."""
    same = one.phone_valid and one.phone_e164 == other.phone_e164
    if same:
        people.share(unit, one.phone_e164, actor=by, at=now)
    return same


def _write(desk: Desk, unit: Unit, both: tuple[Lead, Lead], *, by: str, now: datetime) -> None:
    for one, other in (both, both[::-1]):
        leads.add_line(
            unit, one.id, at=now, actor=by, what="parted", other=other.id, name=other.name
        )
        audit.write(desk, unit, by, "part", audit.of_lead(one.id), after={"other": other.id})
        told = tell(desk, unit, one, "parted", Cause(by), to=(one.owner,))
        desk.send(unit, one, (RefreshCard(one.id), *told), now=now)
