"""Where the clock of a first call begins and ends: by whose hours, how long it took (C1)."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk import Desk
from rules import ladder
from rules.ladder import Pace
from rules.lead import Lead
from rules.rest import merged
from rules.shifts import holidays_of, is_away, shift_week
from rules.team import Rep
from rules.words import Role
from rules.working import Working
from storage import reps
from storage.unit import View

UNKNOWN_RETURN = timedelta(hours=1)


def pace_of(desk: Desk, lead: Lead, rep: Rep | None, *, now: datetime) -> Pace:
    """Give what a lead's clock goes by with this owner at `now` (UTC).

    Who is not in the team file works at all hours.
    """
    owner = rep or Rep(lead.owner, lead.owner)
    working = Working(
        shift_week(owner, desk.playbook.duties),
        owner.zone,
        desk.playbook.calling,
        desk.zone_of(lead),
        merged([*desk.rest(now).spans, *holidays_of(owner)]),
    )
    away = is_away(owner, now=now)
    back = owner.away_until or now + UNKNOWN_RETURN
    return Pace(desk.playbook, working, back if away else None)


def clocked(desk: Desk, view: View, lead: Lead, *, now: datetime) -> Lead:
    """Give a lead as its owner has it from `now` (UTC) on: with its clock, if it climbs (C1)."""
    if not ladder.waits(lead):
        return lead if lead.ladder_at is None else replace(lead, ladder_at=None)
    rep = reps.get(view, lead.owner)
    return ladder.started(lead, now=now, pace=pace_of(desk, lead, rep, now=now))


def passed_on(desk: Desk, view: View, lead: Lead, *, now: datetime) -> Lead:
    """Give a lead that its owner loses at `now` (UTC), with what it waited with them (C1)."""
    if not ladder.waits(lead):
        return lead
    return replace(lead, waited=_waited(desk, lead, reps.get(view, lead.owner), now=now))


def called(desk: Desk, view: View, before: Lead, lead: Lead, *, by: Rep, now: datetime) -> Lead:
    """Give a lead that `by` just called first, with the working minutes that it took (C1).

    Of those that do not climb nothing is measured: they came too late, or from a file.
    """
    if not before.climbs or before.first_call_at is not None or lead.first_call_at is None:
        return lead
    # An administrator of the settings comes without the hours of the team file.
    known = by.slack_id == lead.owner and by.role is not Role.ADMIN
    owner = by if known else reps.get(view, lead.owner)
    return replace(lead, waited=_waited(desk, replace(before, owner=lead.owner), owner, now=now))


def _waited(desk: Desk, lead: Lead, owner: Rep | None, *, now: datetime) -> float:
    return ladder.waited(lead, pace_of(desk, lead, owner, now=now).working, now=now)
