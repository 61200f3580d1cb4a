"""Ownership: who gets a lead, and giving it to somebody else (C3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit, passes
from bot.desk import Desk
from bot.handed import Tally, count, news
from bot.leads import check_workable, open_lead
from bot.placing import can_be_given, holders, resumed
from bot.rotation import Rotation
from bot.routing import chosen, held
from bot.speed import clocked, passed_on
from bot.team import managers, member
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard, RetireNudge, TellManagers
from rules.guards import may_be_called
from rules.ladder import retired
from rules.lead import Lead
from rules.nags import due_of, passed_to
from rules.permissions import Act
from rules.pools import Way
from rules.refusals import Refused
from rules.routes import WAITING, pool_for
from rules.routing import Choice
from rules.team import Rep
from rules.wave import on_hold
from rules.words import Step
from storage import calls, given, inbox, leads, outbox, reps
from storage.given import Given
from storage.unit import Unit, View

MOVED = "moved"
AMONG_MANY = "many"


@dataclass(frozen=True, slots=True)
class Assigned:
    """A lead with its new owner."""

    lead: Lead
    to: Rep


def give(
    desk: Desk, unit: Unit, lead: Lead, choice: Choice | None, *, now: datetime
) -> tuple[Lead, tuple[Effect, ...]]:
    """Give a lead to the rotation's choice and save it, or hold it and tell the managers.

    One that may not be called waits for nobody: it keeps its next step.
    """
    if choice is None and not may_be_called(lead):
        return leads.save(unit, lead), ()
    if choice is None:
        return _held(desk, unit, lead, now=now)
    mine = _owned(desk, unit, lead, choice.rep.slack_id, now=now)
    owned = leads.save(unit, clocked(desk, unit, mine, now=now))
    leads.add_line(
        unit,
        lead.id,
        at=now,
        actor="",
        what="assigned",
        to=choice.rep.slack_id,
        of=choice.of,
        how=choice.pool.way,
    )
    given.add(unit, owned, chosen(choice, at=now))
    audit.write_lead(desk, unit, "", "assigned", before=lead, after=owned)
    return owned, (PostOwnerCard(lead.id, choice.rep.slack_id, owned.version),)


def _held(desk: Desk, unit: Unit, lead: Lead, *, now: datetime) -> tuple[Lead, tuple[Effect, ...]]:
    """Let a lead wait for an owner in its pool; who is to decide is told, or knows (C1, C3)."""
    pool = pool_for(desk.playbook, lead)
    if on_hold(lead, desk.playbook):
        at = None if lead.passes else lead.next_at
        waits = replace(lead, next_what=Step.ASSIGN, next_at=at, pool=pool.name)
        waiting = leads.save(unit, waits)
        leads.add_line(unit, lead.id, at=now, actor="", what="on_hold", tier=lead.tier)
        return waiting, ()
    waiting = leads.save(unit, held(desk, replace(lead, pool="")))
    if pool.way in WAITING:
        leads.add_line(unit, lead.id, at=now, actor="", what=f"held_{pool.way}", pool=pool.name)
    else:
        leads.add_line(unit, lead.id, at=now, actor="", what="held")
    if pool.way is Way.CLAIM:
        return waiting, ()
    notice = "by_hand" if pool.way is Way.BY_HAND else "unassigned"
    return waiting, tell_managers(desk, unit, TellManagers(notice, lead.id, now.isoformat()))


def _owned(desk: Desk, view: View, lead: Lead, to: str, *, now: datetime) -> Lead:
    """Give a lead its owner, who is the only one to keep it reserved.

    One that waited for an owner goes on as was planned before, else it is called now, or waits for
    a number (L5.4).
    """
    ready = resumed(desk, view, lead, now=now)
    owned = replace(ready, owner=to, owned_at=now, pool="")
    return owned if lead.held_by == to else replace(owned, held_by="", held_until=None)


def tell_managers(desk: Desk, unit: Unit, notice: TellManagers) -> tuple[Effect, ...]:
    """Address a notice: to the managers' channel, or to each manager where there is none."""
    if desk.settings.managers_channel:
        return (notice,)
    ids = managers(unit, admins=desk.settings.admin_slack_ids, now=desk.clock())
    return tuple(replace(notice, to=slack_id) for slack_id in ids)


def addressed(desk: Desk, unit: Unit, effects: Iterable[Effect]) -> list[Effect]:
    """Address every notice to managers among the effects; the rest stay as they are."""
    found: list[Effect] = []
    for effect in effects:
        found += tell_managers(desk, unit, effect) if isinstance(effect, TellManagers) else [effect]
    return found


def assign_lead(
    desk: Desk, lead_id: int, *, to: str, by: str, key: str = "", note: str = ""
) -> Assigned:
    """Give a lead to a member of the team; its open follow-up goes with it.

    `note` says why. Raises Refused: only its owner or a manager may, and only to somebody of the
    team. A rep's counts as one that they pass on, and goes to who can take it (C3).
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, lead_id, by=actor)
        target = reps.get(unit, to)
        if not inbox.first_time(unit, key, at=now) and target is not None:
            return Assigned(lead, target)
        done = assigned(desk, unit, lead, to, actor, now=now, note=note)
        unit.commit()
    return done


def assigned(
    desk: Desk, unit: Unit, lead: Lead, to: str, actor: Rep, *, now: datetime, note: str = ""
) -> Assigned:
    """Do what `assign_lead` does in the caller's unit; `now` is UTC."""
    target = reps.get(unit, to)
    check_workable(unit, lead, by=actor, act=Act.ASSIGN)
    if target is None or target.state == "paused":
        raise Refused("assign.outsider", who=to)
    if lead.owner == to:
        raise Refused("assign.already", lead_id=lead.id, name=lead.name, owner=to)
    given_on = lead if actor.manages else _as_pass(desk, unit, lead, target, actor, now=now)
    new = NewOwner(to, actor.slack_id, note=note)
    owned, effects = hand_over(desk, unit, given_on, new, now=now, before=lead)
    card = PostOwnerCard(lead.id, to, owned.version)
    desk.send(unit, owned, (card, *effects), now=now)
    return Assigned(owned, target)


def _as_pass(desk: Desk, unit: Unit, lead: Lead, to: Rep, actor: Rep, *, now: datetime) -> Lead:
    """Count a lead that a rep gives to another as one that they pass on; raises Refused."""
    passes.check_taker(desk, unit, lead, to, now=now)
    passes.check_limits(desk, unit, lead, actor, now=now)
    passes.count(unit, actor, 1, now=now)
    return replace(lead, passes=lead.passes + 1)


@dataclass(frozen=True, slots=True)
class NewOwner:
    """Who gets a lead, by whom ("" by a rule), the history's word for why, if among `many`.

    `reason` names why somebody let it go, and `note` has it in their words. `choice` is the
    rotation's, where it chose.
    """

    to: str
    by: str = ""
    why: str = "handed_over"
    many: bool = False
    reason: str = ""
    note: str = ""
    choice: Choice | None = None

    @property
    def said(self) -> dict[str, object]:
        """What the line of history says besides."""
        told = {AMONG_MANY: self.many, "reason": self.reason, "note": self.note}
        return {name: one for name, one in told.items() if one}


def hand_over(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    new: NewOwner,
    *,
    now: datetime,
    before: Lead | None = None,
) -> tuple[Lead, tuple[Effect, ...]]:
    """Change a lead's owner, with its open follow-up, a line of history and one of the audit.

    The cards that stand are refreshed, and reminders that stand with the former owner end. The
    clock of a first call begins again, but where the ladder moved the lead (C1). `before` is the
    lead as it is stored, where `lead` has changes besides.
    """
    to, was = new.to, lead.owner
    mine = _owned(desk, unit, passed_on(desk, unit, lead, now=now), to, now=now)
    taken = mine if new.why == MOVED else clocked(desk, unit, mine, now=now)
    owned = leads.save(unit, taken, before=before or lead)
    leads.add_line(unit, lead.id, at=now, actor=new.by, what=new.why, to=to, was=was, **new.said)
    audit.write_lead(desk, unit, new.by, new.why, before=before or lead, after=owned)
    how = chosen(new.choice, at=now) if new.choice else Given(to, now, _how(new))
    given.add(unit, owned, how)
    cards = (RefreshCard(lead.id), *retired(lead))
    agreed = calls.open_followup(unit, lead.id)
    if agreed is None:
        return owned, cards
    theirs = passed_to(agreed, to=to, due=due_of(lead, agreed), now=now)
    calls.save_followup(unit, theirs)
    return owned, (*cards, RetireNudge(agreed.id, lead.id))


def _how(new: NewOwner) -> str:
    """Name how a lead came to its new owner, where nothing was chosen."""
    by_hand = "taken" if new.by == new.to else Way.BY_HAND
    return by_hand if new.why == "handed_over" else new.why


def assign_held(desk: Desk) -> int:
    """Give leads that wait for an owner to those who have become available; gives how many.

    Those whose pool waits for a person keep waiting (C3).
    """
    now = desk.clock()
    found = can_be_given(desk, now=now)
    if not found:
        return 0
    with desk.store.unit() as unit:
        waiting, rotation = leads.still_held(unit, found), Rotation(desk, unit, now=now)
        done = [
            _given_out(desk, unit, one, choice, now=now)
            for one in waiting
            if (choice := rotation.choose(one, holders(unit, one)))
        ]
        tally: Tally = {}
        count(tally, done)
        outbox.add(unit, news(unit, tally, was="", why="waited", now=now), now=now)
        unit.commit()
    return len(done)


def _given_out(desk: Desk, unit: Unit, lead: Lead, choice: Choice, *, now: datetime) -> Lead:
    owned, _ = give(desk, unit, lead, choice, now=now)
    desk.send(unit, owned, (RefreshCard(lead.id),), now=now)
    return owned
