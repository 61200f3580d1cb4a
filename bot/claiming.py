"""A rep claims a lead that waits for an owner: the first has it, the others hear who (C3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.assign import NewOwner, Rotation, hand_over, tell_managers
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.team import member
from rules.claiming import claim_refused, is_unclaimed
from rules.effects import PostOwnerCard, TellManagers
from rules.guards import may_be_called
from rules.lead import Lead
from rules.permissions import Act
from rules.plan import first_call
from rules.pools import Way
from rules.refusals import Refused
from rules.team import Rep
from storage import inbox, kept, leads, outbox, reps
from storage.unit import Unit, View

CLAIMED = "claimed"
UNCLAIMED = "unclaimed"
AT_ONCE, MANY = 500, 3
"""Among how many waiting leads is looked, and of how many the managers are told one by one."""


def claim_lead(desk: Desk, lead_id: int, *, by: str, key: str = "") -> Lead:
    """Give a lead that waits for an owner to the first who claims it (C3).

    The lead is held while this is decided, so of two who click at once one has it; the same act
    again, known by its `key` or by its owner, changes nothing. Raises Refused for everybody else,
    with who has it and since when, and for a lead that is not theirs to claim.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, lead_id, by=actor)
        if lead.owner == by:
            return lead
        _check_free(unit, lead)
        _check_open(desk, unit, lead, actor, now=now)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("button.stale")
        taken = _take(desk, unit, lead, by=by, now=now)
        unit.commit()
    return taken


def _check_free(view: View, lead: Lead) -> None:
    if lead.owner:
        owner = reps.get(view, lead.owner)
        raise Refused(
            "claim.lost" if lead.owned_at else "lead.of_another",
            lead_id=lead.id,
            name=lead.name,
            owner=lead.owner,
            owner_name=owner.name if owner else "",
            when=lead.owned_at,
        )
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)


def _check_open(desk: Desk, unit: Unit, lead: Lead, actor: Rep, *, now: datetime) -> None:
    check_workable(unit, lead, by=actor, act=Act.CLAIM)
    rotation = Rotation(desk, unit, now=now)
    room = bool(rotation.team) and rotation.has_room(actor)
    wrong = claim_refused(lead, actor, desk.playbook, room=room)
    if wrong:
        raise Refused(
            wrong,
            lead_id=lead.id,
            name=lead.name,
            tier=lead.tier,
            pool=lead.pool,
            n=actor.capacity,
        )


def _take(desk: Desk, unit: Unit, lead: Lead, *, by: str, now: datetime) -> Lead:
    """Make a lead the claimer's, to be called now; its card comes as with every new lead."""
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    ready = replace(lead, next_at=at) if may_be_called(lead) else lead
    new = NewOwner(by, by=by, why=CLAIMED)
    owned, effects = hand_over(desk, unit, ready, new, now=now, before=lead)
    desk.send(unit, owned, (PostOwnerCard(lead.id, by, owned.version), *effects), now=now)
    return owned


def tell_unclaimed(desk: Desk) -> int:
    """Tell the managers of leads that nobody claims in time, once for each; gives how many (C1)."""
    if not any(one.way is Way.CLAIM for one in desk.playbook.pools):
        return 0
    now = desk.clock()
    with desk.store.view() as view:
        if _unclaimed(desk, view, now=now) == (kept.get(view, UNCLAIMED) or []):
            return 0
    with desk.store.unit() as unit:
        reps.everybody(unit, lock=True)
        waiting = _unclaimed(desk, unit, now=now)
        told = set(kept.get(unit, UNCLAIMED) or ())
        untold = [one for one in waiting if one not in told]
        kept.put(unit, UNCLAIMED, waiting, at=now)
        for notice in _notices(untold, now=now):
            outbox.add(unit, tell_managers(desk, unit, notice), now=now)
        unit.commit()
    return len(untold)


def _unclaimed(desk: Desk, view: View, *, now: datetime) -> list[int]:
    held = leads.held(view, most=AT_ONCE, wave=desk.playbook.wave)
    return [lead.id for lead in held if is_unclaimed(_timed(desk, lead), desk.playbook, now=now)]


def _timed(desk: Desk, lead: Lead) -> Lead:
    """Give a lead that waits with the moment (UTC) from which it may be called."""
    came = lead.fresh_at or desk.clock()
    at = lead.next_at or first_call(now=came, phoning=desk.phoning(lead, now=came))
    return replace(lead, next_at=at)


def _notices(untold: Sequence[int], *, now: datetime) -> list[TellManagers]:
    at = now.isoformat()
    if len(untold) > MANY:
        return [TellManagers("unclaimed_many", 0, about=f"{len(untold)} {at}")]
    return [TellManagers(UNCLAIMED, one, about=at) for one in untold]
