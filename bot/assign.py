"""Ownership: who gets a lead, and giving it to somebody else (C3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.team import managers, member
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard, RetireNudge, TellManagers
from rules.guards import may_be_called
from rules.lead import FollowUp, Lead
from rules.plan import first_call
from rules.refusals import Refused
from rules.routing import Choice, candidates, is_away, rotate
from rules.team import Rep
from rules.words import Importance, Step
from storage import calls, inbox, leads, reps
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Assigned:
    """A lead with its new owner."""

    lead: Lead
    to: Rep


class Rotation:
    """The rotation within one unit of work: the team and its loads are read once.

    The team is held from the first choice on: whoever holds a person or a lead holds it before.
    """

    def __init__(self, unit: Unit, *, now: datetime) -> None:
        self._unit = unit
        self._now = now
        self._team: dict[str, Rep] = {}
        self._loads: dict[str, int] = {}

    def choose(self) -> Choice | None:
        """Give the next rep of the rotation and move it on; None when nobody is available."""
        if not self._team:
            self._team = {one.slack_id: one for one in reps.everybody(self._unit, lock=True)}
            self._loads = reps.loads(self._unit)
        team = list(self._team.values())
        choice = rotate(team, candidates(team, self._loads, now=self._now))
        if choice:
            self._team[choice.rep.slack_id] = choice.rep
            self._loads[choice.rep.slack_id] = self._loads.get(choice.rep.slack_id, 0) + 1
            reps.move_turn(self._unit, choice.rep)
        return choice


def give(
    desk: Desk, unit: Unit, lead: Lead, choice: Choice | None, *, now: datetime
) -> tuple[Lead, tuple[Effect, ...]]:
    """Give a lead to the rotation's choice and save it, or hold it and tell the managers.

    One that may not be called waits for nobody: it keeps its next step.
    """
    if choice is None and not may_be_called(lead):
        return leads.save(unit, lead), ()
    if choice is None:
        held = leads.save(unit, replace(lead, next_what=Step.ASSIGN))
        leads.add_line(unit, lead.id, at=now, actor="", what="held")
        return held, tell_managers(desk, unit, TellManagers("unassigned", lead.id))
    owned = leads.save(unit, _owned(lead, choice.rep.slack_id, now=now))
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
    ids = managers(unit, admins=desk.settings.admin_slack_ids)
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
        owned, effects = hand_over(unit, lead, to=to, by=by, now=now)
        card = PostOwnerCard(lead_id, to, owned.version)
        desk.send(unit, owned, (card, *effects), now=now)
        unit.commit()
    return Assigned(owned, target or Rep(to, to))


def _check_target(lead: Lead, target: Rep | None, to: str) -> None:
    if target is None or target.state == "paused":
        raise Refused("assign.outsider", who=to)
    if lead.owner == to:
        raise Refused("assign.already", lead_id=lead.id, name=lead.name, owner=to)


def hand_over(
    unit: Unit, lead: Lead, *, to: str, by: str, now: datetime
) -> tuple[Lead, tuple[Effect, ...]]:
    """Change a lead's owner, with its open follow-up and a line of history.

    The cards that stand are refreshed, and reminders that stand with the former owner end.
    """
    owned = leads.save(unit, _owned(lead, to, now=now))
    leads.add_line(unit, lead.id, at=now, actor=by, what="handed_over", to=to)
    refresh = RefreshCard(lead.id)
    agreed = calls.open_followup(unit, lead.id)
    if agreed is None:
        return owned, (refresh,)
    mine = replace(agreed, rep=to)
    calls.save_followup(unit, _from_the_first(mine, now=now) if agreed.nags else mine)
    return owned, (refresh, RetireNudge(agreed.id, lead.id))


def _from_the_first(agreed: FollowUp, *, now: datetime) -> FollowUp:
    """Let the reminders of a follow-up that is due begin again, for its new rep (L4.3)."""
    high = agreed.importance is Importance.HIGH
    return replace(agreed, due_at=now, nags=0, nag_at=now if high else None)


def assign_held(desk: Desk) -> int:
    """Give leads that wait for an owner to those who have become available; gives how many."""
    now = desk.clock()
    with desk.store.view() as view:
        waiting = leads.held(view, most=1)
        free = any(not one.manages and not is_away(one, now=now) for one in reps.everybody(view))
    if not waiting or not free:
        return 0
    with desk.store.unit() as unit:
        rotation = Rotation(unit, now=now)
        given = 0
        for lead in leads.held(unit, most=100):
            choice = rotation.choose()
            if choice is None:
                break
            at = first_call(now=now, phoning=desk.phoning(lead, now=now))
            owned, effects = give(desk, unit, replace(lead, next_at=at), choice, now=now)
            desk.send(unit, owned, (*effects, RefreshCard(lead.id)), now=now)
            given += 1
        unit.commit()
    return given
