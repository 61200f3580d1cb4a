"""A rep claims a lead that waits for an owner: the first has it, the others hear who (C3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.assign import NewOwner, hand_over, tell_managers
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.placing import holders
from bot.rotation import Rotation
from bot.team import member
from rules.claiming import (
    claim_pools,
    claim_refused,
    is_unclaimed,
    shut,
    waiting_pools,
    waits_since,
)
from rules.effects import PostOwnerCard, TellManagers
from rules.guards import may_be_called
from rules.lead import PARKED, Lead
from rules.matching import speaks
from rules.permissions import Act
from rules.plan import first_call
from rules.playbook import Playbook
from rules.pools import Pool, Way
from rules.refusals import Refused
from rules.routes import WAITING, pool_named
from rules.skips import Question
from rules.team import Rep
from rules.words import Step
from storage import inbox, kept, leads, outbox, reps
from storage.unit import Unit, View

TRIED = 50
GONE = frozenset({"claim.lost", "lead.of_another", "lead.closed", "claim.queued"})
"""Refusals of leads that somebody had, or that closed, at the same moment."""
OTHERS = frozenset({"claim.had_it", "claim.cap_hour", "claim.cap_day", "claim.cap_week"})
"""Refusals of leads past which another may be claimed."""
CLAIMED = "claimed"
UNCLAIMED, BY_HAND_LATE = "unclaimed", "by_hand_late"
AT_ONCE, MANY = 500, 3
"""How many waiting leads are read at once, and of how many the managers are told one by one."""


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
        _check_living(lead)
        if lead.owner == by:
            return lead
        _check_free(unit, lead)
        _check_open(desk, unit, lead, actor, now=now)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("button.stale")
        taken = _take(desk, unit, lead, by=by, now=now)
        unit.commit()
    return taken


def claim_next(desk: Desk, *, by: str, key: str = "") -> Lead:
    """Give the lead that waits longest in this person's pools to be claimed; a manager's are all.

    Those that others claim meanwhile are passed by. Raises Refused where none waits, and as
    `claim_lead` does (C3).
    """
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        waiting = _to_claim(desk, view, actor)
    for lead in waiting:
        try:
            return claim_lead(desk, lead.id, by=by, key=key)
        except Refused as lost:
            if lost.key not in GONE | OTHERS:
                raise
    raise Refused("claim.none")


def _to_claim(desk: Desk, view: View, actor: Rep) -> list[Lead]:
    """Give some leads that this person may claim, those that wait longest first."""
    book, pools = desk.playbook, claim_pools(actor, desk.playbook)
    others = ["", *(one.name for one in book.pools if one.name not in pools)]
    found, after = list[Lead](), 0
    while pools and len(found) < TRIED:
        some = leads.held(view, most=TRIED, wave=book.wave, after=after, without=others)
        if not some:
            break
        after = some[-1].id
        found += [one for one in some if not shut(one, book) and _speaks(actor, one, book)]
    return found


def _speaks(actor: Rep, lead: Lead, playbook: Playbook) -> bool:
    return actor.manages or speaks(actor, lead, playbook.match)


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


def _check_living(lead: Lead) -> None:
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)


def _check_open(desk: Desk, unit: Unit, lead: Lead, actor: Rep, *, now: datetime) -> None:
    check_workable(unit, lead, by=actor, act=Act.CLAIM)
    rotation, pool = Rotation(desk, unit, now=now), pool_named(desk.playbook, lead.pool)
    known = next((one for one in rotation.team if one.slack_id == actor.slack_id), actor)
    asked = Question(lead, desk.playbook, now, holders(unit, lead))
    wrong = claim_refused(rotation.member(known, pool), asked)
    if wrong:
        raise Refused(
            wrong,
            lead_id=lead.id,
            name=lead.name,
            tier=lead.tier,
            pool=lead.pool,
            n=_limit(wrong, actor, pool),
        )


def _limit(wrong: str, actor: Rep, pool: Pool) -> int:
    """Give the number of leads that a refusal names."""
    caps = {
        "claim.cap_hour": pool.per_hour,
        "claim.cap_day": pool.per_day,
        "claim.cap_week": pool.per_week,
    }
    return caps.get(wrong, actor.capacity)


def _take(desk: Desk, unit: Unit, lead: Lead, *, by: str, now: datetime) -> Lead:
    """Make a lead the claimer's, to be called; its card comes as with every new lead.

    One of the mailing list is called now too, since somebody wants it.
    """
    listed = lead.next_what in PARKED and may_be_called(lead)
    ready = replace(lead, next_what=Step.ASSIGN, next_at=None) if listed else lead
    new = NewOwner(by, by=by, why=CLAIMED)
    owned, effects = hand_over(desk, unit, ready, new, now=now, before=lead)
    desk.send(unit, owned, (PostOwnerCard(lead.id, by, owned.version), *effects), now=now)
    return owned


def tell_unclaimed(desk: Desk) -> int:
    """Tell the managers of leads that nobody claims, or assigns, in time; gives how many (C1).

    Once for each time that a lead waits.
    """
    if not waiting_pools(desk.playbook):
        return 0
    now = desk.clock()
    with desk.store.view() as view:
        if list(_unclaimed(desk, view, now=now)) == (kept.get(view, UNCLAIMED) or []):
            return 0
    with desk.store.unit() as unit:
        reps.everybody(unit, lock=True)
        waiting = _unclaimed(desk, unit, now=now)
        told = set(kept.get(unit, UNCLAIMED) or ())
        untold = {one: way for one, way in waiting.items() if one not in told}
        kept.put(unit, UNCLAIMED, list(waiting), at=now)
        for notice in _notices(untold, now=now):
            outbox.add(unit, tell_managers(desk, unit, notice), now=now)
        unit.commit()
    return len(untold)


def _unclaimed(desk: Desk, view: View, *, now: datetime) -> dict[int, Way]:
    """Give the leads that wait too long for a person, with the ways of their pools."""
    book, after, found = desk.playbook, 0, dict[int, Way]()
    others = ["", *(one.name for one in book.pools if one.way not in WAITING)]
    while some := leads.held(view, most=AT_ONCE, wave=book.wave, after=after, without=others):
        after = some[-1].id
        late = (one for one in some if is_unclaimed(_timed(desk, one), book, now=now))
        found |= {one.id: pool_named(book, one.pool).way for one in late}
    return found


def _timed(desk: Desk, lead: Lead) -> Lead:
    """Give a lead that waits with the moment (UTC) from which it may be called."""
    since = waits_since(lead, now=desk.clock())
    at = lead.next_at or first_call(now=since, phoning=desk.phoning(lead, now=since))
    return replace(lead, next_at=at)


def _notices(untold: Mapping[int, Way], *, now: datetime) -> list[TellManagers]:
    """Tell of each lead, or of how many that wait alike."""
    at, told = now.isoformat(), list[TellManagers]()
    for way, notice in ((Way.CLAIM, UNCLAIMED), (Way.BY_HAND, BY_HAND_LATE)):
        ids = [one for one, of in untold.items() if of is way]
        if len(ids) > MANY:
            told.append(TellManagers(f"{notice}_many", 0, about=f"{len(ids)} {at}"))
        else:
            told += [TellManagers(notice, one, about=at) for one in ids]
    return told
