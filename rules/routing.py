"""Who gets a lead: rotation among those who can call it soonest (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.hours import next_open
from rules.playbook import Duty
from rules.shifts import duty_week, is_away, is_open
from rules.team import Rep

NEAR = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep, how many leads are being worked already, and from when (UTC) they can call."""

    rep: Rep
    load: int
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the lead, their place in the rotation, and from when (UTC) they can call."""

    rep: Rep
    place: int
    of: int
    free_at: datetime


def candidates(
    reps: Sequence[Rep],
    loads: dict[str, int],
    *,
    now: datetime,
    duties: Sequence[Duty] = (),
) -> list[Candidate]:
    """Give the reps who may take a lead: present, below capacity, on shift.

    Managers take no leads from the rotation. Outside everybody's hours the lead goes to who is on
    duty (C1), else to those whose shifts begin first, within NEAR of each other, so that it has
    an owner at once (contract: Assignment).
    """
    open_reps = [
        Candidate(
            rep, loads.get(rep.slack_id, 0), next_open(rep.week, at=now, zone=rep.zone) or now
        )
        for rep in reps
        if not rep.manages
        and not is_away(rep, now=now)
        and loads.get(rep.slack_id, 0) < rep.capacity
    ]
    soonest = min((one.free_at for one in open_reps), default=None)
    if soonest is None or soonest <= now:
        return [one for one in open_reps if one.free_at <= now]
    on_duty = [one for one in open_reps if is_open(duty_week(one.rep, duties), one.rep, at=now)]
    if on_duty:
        return [replace(one, free_at=now) for one in on_duty]
    return [one for one in open_reps if one.free_at <= soonest + NEAR]


def rotate(team: Sequence[Rep], among: Sequence[Candidate]) -> Choice | None:
    """Choose the next in a weighted rotation; None when there is nobody to choose from.

    Start-time fair queuing: each rep's `turn` moves on by 1 / weight with every lead. Who was
    absent starts again where the rotation stands now, so nobody returns to a flood.
    """
    if not among:
        return None
    stands = max((rep.turn - 1 / rep.weight for rep in team), default=0.0)
    order = sorted(among, key=lambda one: (max(one.rep.turn, stands), one.rep.slack_id))
    winner = order[0].rep
    moved = replace(winner, turn=max(winner.turn, stands) + 1 / winner.weight)
    ids = sorted(one.rep.slack_id for one in among)
    return Choice(moved, ids.index(winner.slack_id) + 1, len(among), order[0].free_at)
