"""A merge is taken back: both leads as they were, but for what happened since (C2)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.one_person import JOINED_LINE, hold_people, stepped
from bot.optouts import applied
from bot.routing import held
from bot.speed import clocked
from bot.stages import tell
from bot.team import is_in_team, member
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.merging import put_back
from rules.permissions import Act
from rules.refusals import Refused
from rules.stages import TIME_TO_UNDO
from rules.team import Rep
from rules.words import Step
from storage import calls, inbox, leads, likenesses, merges, outbox, pastlines, people
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

    What happened since stays with the lead that stood, an agreed time that was dealt with too.
    Raises Refused where nothing was merged, where a later merge builds on it, and for all but
    managers and the lead's owner.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        merge = _to_part(unit, lead_id, actor)
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


def _dealt(view: View, merge: Merge) -> set[int]:
    """Give the times that were agreed with the other lead and dealt with since."""
    theirs = {str(one) for one in merge.data["moved"]["rows"]["followups"]}
    found: set[int] = set()
    for number, (_, after) in merge.data["agreed"].items():
        now = merges.agreed(view, int(number))
        if number in theirs and any(now[name] != after[name] for name in LEFT):
            found.add(int(number))
    return found


def _part(desk: Desk, unit: Unit, merge: Merge, *, by: str, now: datetime) -> Parted:
    data, stood = merge.data, merges.row(unit, merge.lead_id)
    were = [leads.load(unit, one) for one in (merge.lead_id, merge.gone_id)]
    back = put_back(data["stays"], data["after"], stood)
    worked = any(stood[name] != data["after"][name] for name in ("next_what", "next_at", "stage"))
    if data["stage"] and back["stage"] == data["stays"]["stage"]:
        merges.forget_stage(unit, data["stage"])
    dealt = _dealt(unit, merge)
    merges.move_back(unit, data["moved"], stays=merge.lead_id, gone=merge.gone_id, but=dealt)
    merges.forget_spent(unit, data["spent"])
    merges.put(unit, merge.gone_id, data["gone"])
    merges.put(unit, merge.lead_id, back)
    _put_agreed(unit, merge)
    _end(unit, merge, now=now)
    lead = _right(desk, unit, merge.lead_id, worked=back != data["stays"], now=now)
    other = _right(desk, unit, merge.gone_id, worked=bool(dealt), back=True, now=now)
    if now - merge.at <= TIME_TO_UNDO:
        due = desk.leaves_at(other, now=now)
        outbox.requeue(unit, data["keys"], why=(merges.MERGED,), since=merge.at, due_at=due)
    shared = _settle(unit, lead, other, by=by, now=now)
    for before, one, beside in zip(were, (lead, other), (other, lead), strict=True):
        _write(desk, unit, before or one, one, beside, by=by, now=now)
    return Parted(lead, other, shared, worked)


def _end(unit: Unit, merge: Merge, *, now: datetime) -> None:
    """End a merge, and forget the other's number and address where it was written down."""
    merges.end(unit, merge.id, at=now)
    line = pastlines.written(unit, merge.data.get("line", 0), JOINED_LINE)
    if line:
        said = {name: value for name, value in line.data.items() if name != "note"}
        pastlines.rewrite(unit, line.id, said)


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


def _right(
    desk: Desk, unit: Unit, lead_id: int, *, worked: bool, back: bool = False, now: datetime
) -> Lead:
    """Give a lead as it may stand now: what was closed since holds; one `worked` has its step.

    One that comes `back` is waited for from now on; one whose owner left the team waits for
    another.
    """
    lead = leads.load(unit, lead_id)
    if lead is None:
        raise RuntimeError(f"lead {lead_id} was merged and is gone")
    right = applied(desk, unit, lead, now=now)
    if worked:
        lost = right.next_what is Step.FOLLOW_UP and calls.open_followup(unit, lead_id) is None
        ready = replace(right, next_what=Step.ASSIGN, importance="") if lost else right
        right = stepped(desk, ready, now=now)
    if right.working and right.owner and not is_in_team(desk, unit, right.owner):
        right = held(desk, replace(right, owner="", owned_at=now, held_by="", held_until=None))
    if back or right.owner != lead.owner:
        right = clocked(desk, unit, right, now=now)
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


def _write(
    desk: Desk, unit: Unit, before: Lead, lead: Lead, beside: Lead, *, by: str, now: datetime
) -> None:
    about = {"other": beside.id, "name": beside.name}
    leads.add_line(unit, lead.id, at=now, actor=by, what="parted", **about)
    audit.write_lead(desk, unit, by, "part", before=before, after=lead, other=beside.id)
    told = tell(desk, unit, lead, "parted", Cause(by), to=(lead.owner,))
    desk.send(unit, lead, (RefreshCard(lead.id), *told), now=now)
