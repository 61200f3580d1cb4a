"""A rep is away, and is back: what becomes of their leads meanwhile (C1, L4.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import absence, audit, handed
from bot.desk import Desk
from bot.team import member
from bot.teamboard import OVERDUE
from rules.expected import stand_ins
from rules.playbook import DEPUTY
from rules.refusals import Refused
from rules.shifts import is_away
from rules.team import Rep
from storage import home, inbox, reps
from storage.home import Counts
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Gone:
    """Who is away now; `covered` when follow-ups that come due go to a colleague meanwhile.

    First to the `deputy`, where that one works meanwhile; `others` when somebody else does. `began`
    names the absence, so that it alone is taken back.
    """

    rep: Rep
    covered: bool
    deputy: str
    others: bool
    began: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """Who is back, and how many leads wait for them; `was_away` when they had been.

    `covered` has how many of theirs went to whom meanwhile.
    """

    rep: Rep
    counts: Counts
    was_away: bool
    covered: Mapping[str, int] = field(default_factory=dict)


def go_away(desk: Desk, *, by: str, until: datetime | None, key: str = "") -> Gone:
    """Set a person of the team away until a moment (UTC), or until they say that they are back.

    Raises Refused for a moment that has passed, and for who takes no leads at all.
    """
    now = desk.clock()
    if until is not None and until <= now:
        raise Refused("when.past", when=until)
    with desk.store.unit() as unit:
        rep = _listed(desk, unit, by)
        if inbox.first_time(unit, key, at=now):
            absence.begin(unit, by, until=until, now=now)
            before, rep = rep, replace(rep, state="away", away_until=until)
            audit.write_team(desk, unit, by, "away", before=(before,), after=(rep,))
        began = absence.newest(unit, by)
        team = reps.everybody(unit)
        unit.commit()
    ins = stand_ins(rep, team, desk.playbook, now=now, until=rep.away_until)
    ids = [one.slack_id for one in ins]
    deputy, others = rep.deputy in ids, any(one != rep.deputy for one in ids)
    covered = desk.playbook.nag_away == DEPUTY
    return Gone(rep, covered, rep.deputy if deputy else "", others, began)


def come_back(desk: Desk, *, by: str, began: str = "", key: str = "") -> Returned:
    """Let a person take leads again; gives what waits for them.

    Raises Refused where another absence has begun since the one that `began` names.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        rep = _listed(desk, unit, by)
        if began and began != absence.newest(unit, by):
            raise Refused("button.stale")
        was_away, covered = is_away(rep, now=now), dict[str, int]()
        if rep.state == "away" and inbox.first_time(unit, key, at=now):
            reps.set_back(unit, by)
            before, rep = rep, _listed(desk, unit, by)
            audit.write_team(desk, unit, by, "back", before=(before,), after=(rep,))
            covered = handed.covered(unit, by)
            handed.forget(unit, by, now=now)
        wave = desk.playbook.wave
        found = home.counts(unit, now=now, late=now - OVERDUE, owner=by, wave=wave)
        counts = found.get(by, Counts())
        unit.commit()
    return Returned(rep, counts, was_away, covered)


def _listed(desk: Desk, unit: Unit, by: str) -> Rep:
    member(unit, by, admins=desk.settings.admin_slack_ids)
    rep = reps.get(unit, by)
    if rep is None or rep.state == "paused":
        raise Refused("away.unlisted")
    return rep
