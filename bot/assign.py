"""Ownership: who gets a lead, and giving it to somebody else (C3)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit
from bot.desk import Desk
from bot.handed import Tally, count, news
from bot.leads import check_workable, open_lead
from bot.routing import Standings, chosen, held
from bot.speed import clocked, passed_on
from bot.team import managers, member
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard, RetireNudge, TellManagers
from rules.guards import may_be_called
from rules.ladder import retired
from rules.lead import Lead
from rules.nags import due_of, passed_to
from rules.permissions import Act
from rules.plan import first_call
from rules.pools import Way
from rules.refusals import Refused
from rules.routes import WAITING, pool_for
from rules.routing import Choice
from rules.shifts import is_away
from rules.team import Rep
from rules.wave import on_hold
from rules.words import Step
from storage import calls, given, inbox, ladder, leads, outbox, reps
from storage.given import Given
from storage.unit import Unit

MOVED = "moved"
AMONG_MANY = "many"
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Assigned:
    """A lead with its new owner."""

    lead: Lead
    to: Rep


class Rotation:
    """The rotation within one unit of work: the team and its loads are read once.

    The team is held from the first choice on: whoever holds a person or a lead holds it before.
    """

    def __init__(self, desk: Desk, unit: Unit, *, now: datetime) -> None:
        self._unit = unit
        self._standings = Standings(desk, unit, now=now, lock=True)

    @property
    def team(self) -> Sequence[Rep]:
        """The whole team, held until the unit ends."""
        return self._standings.team

    def choose(
        self, lead: Lead, *, without: Collection[str] = (), at_once: bool = False
    ) -> Choice | None:
        """Give who gets the lead by its route and charge it to them; None for nobody (C3).

        Those `without` are left out; `at_once` takes only who can call now. Where the route leads
        to a pool whose leads wait for a person there is nobody.
        """
        choice = self._standings.verdict(lead, without=without, at_once=at_once).choice
        if choice:
            self._standings.took(self._unit, choice)
        return choice

    def has_room(self, rep: Rep) -> bool:
        """Say whether somebody of the team works fewer leads than their capacity."""
        return self._standings.load(rep.slack_id) < rep.capacity

    def count(self, rep: Rep) -> None:
        """Count a lead that somebody of the team was given."""
        self._standings.count(rep.slack_id)


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
    mine = _owned(desk, lead, choice.rep.slack_id, now=now)
    owned = leads.save(unit, clocked(desk, unit, mine, now=now))
    leads.add_line(
        unit,
        lead.id,
        at=now,
        actor="",
        what="assigned",
        to=choice.rep.slack_id,
        place=choice.place,
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
        waiting = leads.save(unit, replace(lead, next_what=Step.ASSIGN, pool=pool.name))
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
    return waiting, tell_managers(desk, unit, TellManagers(notice, lead.id))


def _owned(desk: Desk, lead: Lead, to: str, *, now: datetime) -> Lead:
    """Give a lead its owner, who is the only one to keep it reserved.

    One that waited for an owner is called now, or waits for a number (L5.4).
    """
    step, at = lead.next_what, lead.next_at
    if step is Step.ASSIGN and may_be_called(lead):
        soonest = at or first_call(now=now, phoning=desk.phoning(lead, now=now))
        step, at = (Step.CALL, soonest) if lead.phone_valid else (Step.WAIT_FOR_PHONE, None)
    owned = replace(lead, owner=to, owned_at=now, pool="", next_what=step, next_at=at)
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


def assign_lead(desk: Desk, lead_id: int, *, to: str, by: str, key: str = "") -> Assigned:
    """Give a lead to a member of the team; its open follow-up goes with it.

    Raises Refused: only its owner or a manager may, and only to somebody of the team.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(unit, lead_id, by=actor)
        target = reps.get(unit, to)
        if not inbox.first_time(unit, key, at=now) and target is not None:
            return Assigned(lead, target)
        check_workable(unit, lead, by=actor, act=Act.ASSIGN)
        _check_target(lead, target, to)
        owned, effects = hand_over(desk, unit, lead, NewOwner(to, by), now=now)
        card = PostOwnerCard(lead_id, to, owned.version)
        desk.send(unit, owned, (card, *effects), now=now)
        unit.commit()
    return Assigned(owned, target or Rep(to, to))


def _check_target(lead: Lead, target: Rep | None, to: str) -> None:
    if target is None or target.state == "paused":
        raise Refused("assign.outsider", who=to)
    if lead.owner == to:
        raise Refused("assign.already", lead_id=lead.id, name=lead.name, owner=to)


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
    mine = _owned(desk, passed_on(desk, unit, lead, now=now), to, now=now)
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
    now, wave = desk.clock(), desk.playbook.wave
    with desk.store.view() as view:
        waiting = leads.held(view, most=1, wave=wave)
        free = any(not is_away(one, now=now) for one in reps.everybody(view))
    if not waiting or not free:
        return 0
    with desk.store.unit() as unit:
        rotation = Rotation(desk, unit, now=now)
        done = [_given_out(desk, unit, *one, now=now) for one in _placed(desk, unit, rotation)]
        tally: Tally = {}
        count(tally, done)
        outbox.add(unit, news(unit, tally, was="", why="waited", now=now), now=now)
        unit.commit()
    return len(done)


def _placed(desk: Desk, unit: Unit, rotation: Rotation) -> Iterator[tuple[Lead, Choice]]:
    """Give up to a hundred leads that wait, with who gets them; one like another goes untried."""
    after, left, in_vain = 0, AT_ONCE, set[tuple[str, ...]]()
    while left and (some := leads.held(unit, most=AT_ONCE, wave=desk.playbook.wave, after=after)):
        after = some[-1].id
        for lead in some:
            had = ladder.holders(unit, [lead.id])[lead.id] if lead.passes else ()
            like = (pool_for(desk.playbook, lead).name, lead.language, lead.tier, *sorted(had))
            tried = like in in_vain or not left
            choice = None if tried else rotation.choose(lead, without=had)
            if choice is None:
                in_vain.add(like)
                continue
            left -= 1
            yield lead, choice


def _given_out(desk: Desk, unit: Unit, lead: Lead, choice: Choice, *, now: datetime) -> Lead:
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    owned, _ = give(desk, unit, replace(lead, next_at=at), choice, now=now)
    desk.send(unit, owned, (RefreshCard(lead.id),), now=now)
    return owned
