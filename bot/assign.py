"""Ownership: who gets a lead, and giving it to somebody else (C3)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.desk import Desk
from bot.handed import Tally, count, news
from bot.leads import check_workable, open_lead
from bot.speed import clocked, passed_on
from bot.team import managers, member
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard, RetireNudge, TellManagers
from rules.guards import may_be_called
from rules.ladder import retired
from rules.lead import Lead
from rules.nags import due_of, passed_to
from rules.plan import first_call
from rules.refusals import Refused
from rules.routing import Choice, candidates, rotate
from rules.shifts import is_away
from rules.team import Rep
from rules.wave import on_hold
from rules.words import Step
from storage import calls, inbox, leads, outbox, reps
from storage.unit import Unit

MOVED = "moved"
AMONG_MANY = "many"


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
        self._now = now
        self._duties = desk.playbook.duties
        self._wave = desk.playbook.wave
        self._team: dict[str, Rep] = {}
        self._loads: dict[str, int] = {}

    @property
    def team(self) -> Sequence[Rep]:
        """The whole team, held until the unit ends."""
        if not self._team:
            self._team = {one.slack_id: one for one in reps.everybody(self._unit, lock=True)}
            self._loads = reps.loads(self._unit, self._wave)
        return list(self._team.values())

    def choose(self, *, without: Collection[str] = (), at_once: bool = False) -> Choice | None:
        """Give the next rep of the rotation and move it on; None when nobody is available.

        Those `without` are left out; `at_once` takes only who can call now.
        """
        able = [one for one in self.team if one.slack_id not in without]
        among = candidates(able, self._loads, now=self._now, duties=self._duties)
        if at_once:
            among = [one for one in among if one.free_at <= self._now]
        choice = rotate(self.team, among)
        if choice:
            self._team[choice.rep.slack_id] = choice.rep
            self.count(choice.rep)
            reps.move_turn(self._unit, choice.rep)
        return choice

    def has_room(self, rep: Rep) -> bool:
        """Say whether somebody of the team works fewer leads than their capacity."""
        return self._loads.get(rep.slack_id, 0) < rep.capacity

    def count(self, rep: Rep) -> None:
        """Count a lead that somebody of the team was given."""
        self._loads[rep.slack_id] = self._loads.get(rep.slack_id, 0) + 1


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
    mine = _owned(lead, choice.rep.slack_id, now=now)
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
    )
    return owned, (PostOwnerCard(lead.id, choice.rep.slack_id, owned.version),)


def _held(desk: Desk, unit: Unit, lead: Lead, *, now: datetime) -> tuple[Lead, tuple[Effect, ...]]:
    """Let a lead wait for an owner; where its tier is on hold the managers know that (C1)."""
    waits = on_hold(lead, desk.playbook)
    held = leads.save(unit, replace(lead, next_what=Step.ASSIGN))
    if waits:
        leads.add_line(unit, lead.id, at=now, actor="", what="on_hold", tier=lead.tier)
        return held, ()
    leads.add_line(unit, lead.id, at=now, actor="", what="held")
    return held, tell_managers(desk, unit, TellManagers("unassigned", lead.id))


def _owned(lead: Lead, to: str, *, now: datetime) -> Lead:
    """Give a lead its owner, who is the only one to keep it reserved.

    One that waited for an owner is called now, or waits for a number (L5.4).
    """
    step, at = lead.next_what, lead.next_at
    if step is Step.ASSIGN and may_be_called(lead):
        step, at = (Step.CALL, at) if lead.phone_valid else (Step.WAIT_FOR_PHONE, None)
    owned = replace(lead, owner=to, owned_at=now, next_what=step, next_at=at)
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
        check_workable(unit, lead, by=actor)
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
    """Who gets a lead, by whom ("" by a rule), the history's word for why, if among `many`."""

    to: str
    by: str = ""
    why: str = "handed_over"
    many: bool = False


def hand_over(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    new: NewOwner,
    *,
    now: datetime,
    before: Lead | None = None,
) -> tuple[Lead, tuple[Effect, ...]]:
    """Change a lead's owner, with its open follow-up and a line of history.

    The cards that stand are refreshed, and reminders that stand with the former owner end. The
    clock of a first call begins again, but where the ladder moved the lead (C1). `before` is the
    lead as it is stored, where `lead` has changes besides.
    """
    to, was = new.to, lead.owner
    mine = _owned(passed_on(desk, unit, lead, now=now), to, now=now)
    taken = mine if new.why == MOVED else clocked(desk, unit, mine, now=now)
    owned = leads.save(unit, taken, before=before or lead)
    among = {AMONG_MANY: True} if new.many else {}
    leads.add_line(unit, lead.id, at=now, actor=new.by, what=new.why, to=to, was=was, **among)
    cards = (RefreshCard(lead.id), *retired(lead))
    agreed = calls.open_followup(unit, lead.id)
    if agreed is None:
        return owned, cards
    theirs = passed_to(agreed, to=to, due=due_of(lead, agreed), now=now)
    calls.save_followup(unit, theirs)
    return owned, (*cards, RetireNudge(agreed.id, lead.id))


def assign_held(desk: Desk) -> int:
    """Give leads that wait for an owner to those who have become available; gives how many."""
    now, wave = desk.clock(), desk.playbook.wave
    with desk.store.view() as view:
        waiting = leads.held(view, most=1, wave=wave)
        free = any(not one.manages and not is_away(one, now=now) for one in reps.everybody(view))
    if not waiting or not free:
        return 0
    with desk.store.unit() as unit:
        rotation = Rotation(desk, unit, now=now)
        given: list[Lead] = []
        for lead in leads.held(unit, most=100, wave=wave):
            choice = rotation.choose()
            if choice is None:
                break
            at = first_call(now=now, phoning=desk.phoning(lead, now=now))
            owned, _ = give(desk, unit, replace(lead, next_at=at), choice, now=now)
            desk.send(unit, owned, (RefreshCard(lead.id),), now=now)
            given.append(owned)
        tally: Tally = {}
        count(tally, given)
        outbox.add(unit, news(unit, tally, was="", why="waited", now=now), now=now)
        unit.commit()
    return len(given)
