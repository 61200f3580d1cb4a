"""Which leads that wait for an owner can be given to somebody now (C3)."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from bot.desk import Desk
from bot.routing import Standings
from rules.claiming import waiting_pools
from rules.guards import may_be_called
from rules.lead import Lead
from rules.plan import first_call
from rules.routes import pool_for
from rules.shifts import is_away
from rules.words import Step
from storage import ladder, leads
from storage.leads import Line
from storage.unit import View

AT_ONCE = 100
LET_GO = ("passed_nobody", "left_nobody")
"""The lines of history by which a lead lost its owner, and waits for another."""
CALLED = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE})


def can_be_given(desk: Desk, *, now: datetime) -> list[int]:
    """Give the numbers of up to a hundred leads that wait and somebody can get at `now` (UTC) (C3).

    Nothing is held or written: who gets each is decided once the lead is held.
    """
    with desk.store.view() as view:
        if not _waiting(desk, view, most=1):
            return []
        standings = Standings(desk, view, now=now)
        free = any(not is_away(one, now=now) for one in standings.team)
        return list(_placed(desk, view, standings)) if free else []


def resumed(desk: Desk, view: View, lead: Lead, *, now: datetime) -> Lead:
    """Give a lead that waited for an owner with its next step: as was planned before, not sooner.

    One of which nothing was planned is called at `now` (UTC) or when calling hours begin, or waits
    for a number (L1.5, L4.5, L5.3, L5.4).
    """
    if lead.next_what is not Step.ASSIGN or not may_be_called(lead):
        return lead
    if not lead.phone_valid:
        return replace(lead, next_what=Step.WAIT_FOR_PHONE, next_at=None)
    before = planned(view, lead)
    soonest = first_call(now=now, phoning=desk.phoning(lead, now=now))
    step = before.next_what if before.next_what in CALLED else Step.CALL
    return replace(lead, next_what=step, next_at=max(soonest, before.next_at or soonest))


def planned(view: View, lead: Lead) -> Lead:
    """Give a lead with the step and time that it had when its last owner let it go (L4.5).

    As it is where it never was let go, had an owner since, or has come again.
    """
    found = leads.newest_line(view, lead.id, kinds=LET_GO) if lead.owned_at else None
    if found is None or found.at != lead.owned_at:
        return lead
    came = lead.fresh_at and lead.fresh_at > found.at
    return lead if came else as_planned(lead, found)


def as_planned(lead: Lead, line: Line) -> Lead:
    """Give a lead with the next step that it had before it was let go, as `line` tells it."""
    if "step" not in line.data:
        return lead
    at = datetime.fromisoformat(line.data["planned"]) if line.data["planned"] else None
    return replace(lead, next_what=Step(line.data["step"]), next_at=at)


def holders(view: View, lead: Lead) -> Collection[str]:
    """Name who had a lead before, where it was passed on (C3)."""
    return ladder.holders(view, [lead.id])[lead.id] if lead.passes else ()


def _waiting(desk: Desk, view: View, *, most: int, after: int = 0) -> list[Lead]:
    """Give leads that wait for an owner, but for those of which a person decides (C3)."""
    people, wave = waiting_pools(desk.playbook), desk.playbook.wave
    return leads.held(view, most=most, wave=wave, after=after, without=people)


def _placed(desk: Desk, view: View, standings: Standings) -> Iterator[int]:
    """Give the numbers of leads that wait, counting each for who would get it.

    One like another that nobody could take goes untried.
    """
    after, left, in_vain = 0, AT_ONCE, set[tuple[str, ...]]()
    while left and (some := _waiting(desk, view, most=AT_ONCE, after=after)):
        after = some[-1].id
        for lead in some:
            had = holders(view, lead)
            like = (pool_for(desk.playbook, lead).name, lead.language, lead.tier, *sorted(had))
            tried = like in in_vain or not left
            choice = None if tried else standings.choose(lead, had)
            if choice is None:
                in_vain.add(like)
                continue
            standings.count(choice.rep.slack_id)
            left -= 1
            yield lead.id
