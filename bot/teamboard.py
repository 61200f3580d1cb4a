"""The managers' board: how fast the team answers, who carries what, and what nobody has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from bot import audit, figures
from bot.approvals import Waits, waiting
from bot.board import too_long, who_waits
from bot.breakers import Standing, standings
from bot.desk import Desk
from bot.paging import Page, Pages, page
from bot.team import allowed
from rules.digest import Figures
from rules.lead import Lead
from rules.permissions import Act
from rules.playbook import Wave
from rules.queue import AGREED_FOR
from rules.refusals import Refused
from rules.shifts import is_away, is_on_shift
from rules.team import Rep
from rules.words import Tier
from storage import deadletters, home, inbox, kept, leads, messages, reps, wave, worked
from storage.home import Counts
from storage.ladder import Waiting
from storage.unit import View

OVERDUE = AGREED_FOR
SIZE, MEMBERS, QUESTIONS = 5, 10, 3
COUNTED = 10_000
NEWEST_ASIDE = 3
UNSURE = "unknown_if_sent"
CUSTOMERS = frozenset({"sms", "email"})


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team at this moment; `waits_since` is when (UTC) the longest waiting was due."""

    rep: Rep
    away: bool
    on_shift: bool
    counts: Counts
    waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class Dead:
    """What could not be delivered: its row and kind, the lead, why, when (UTC)."""

    row_id: int
    kind: str
    lead: Lead | None
    code: str
    at: datetime

    @property
    def unsure(self) -> bool:
        """Whether the customer may have got it all the same."""
        return self.kind in CUSTOMERS and self.code == UNSURE


@dataclass(frozen=True, slots=True)
class Board:
    """The team at `now` (UTC): `today` and `week` are working minutes to first calls (C1).

    More than `limit` minutes is too long: of who `waits` now, `too_long` do. `overdue` calls are
    those of all `members`. `on_hold` leads of some `tiers` get no call for now, `aside` is what
    came in and could not be read: source, reason, moment (UTC); `loose` are leads between the
    chairs by reason, as they were counted at `looked` (UTC), None before anybody looked. `sides`
    are other systems that are down, or were lately.
    """

    now: datetime
    figures: Figures
    today: Sequence[float]
    week: Sequence[float]
    limit: int
    waits: Waiting
    too_long: int
    members: Page[Member]
    followups: Page[Lead]
    unassigned: Page[Lead]
    asked: Page[Waits]
    tiers: Sequence[Tier]
    on_hold: int
    dead: Page[Dead]
    set_aside: int
    aside: Sequence[tuple[str, str, datetime]]
    loose: Mapping[str, int]
    looked: datetime | None
    overdue: int
    sides: Sequence[Standing]


def team_board(desk: Desk, *, by: str, pages: Pages | None = None) -> Board:
    """Give the board to who manages; raises Refused for everybody else."""
    with desk.store.view() as view:
        allowed(desk, view, by, Act.MANAGE)
        return gather(desk, view, pages=pages or {})


def gather(desk: Desk, view: View, *, pages: Pages) -> Board:
    """Gather what the board shows, of each long list the page that `pages` names."""
    now, bar, since = desk.clock(), desk.playbook.wave, figures.last_week(desk)[1]
    midnight = datetime.combine(now.astimezone(desk.settings.zone), time(), desk.settings.zone)
    called, waits = worked.first_calls(view, since=since), who_waits(desk, view, now=now)
    team = reps.everybody(view)
    members = _team(desk, view, team, now=now)
    loose = kept.get(view, "loose_ends") or {}
    return Board(
        now,
        figures.of_period(desk, view, since=since, until=since + figures.WEEK),
        today=[one.waited for one in called if one.at >= midnight],
        week=[one.waited for one in called],
        limit=desk.playbook.first_call_minutes,
        waits=waits,
        too_long=too_long(desk, view, waits, now=now),
        members=_in_pages(members, pages),
        followups=_followups(view, pages, team, late=now - OVERDUE),
        unassigned=_unassigned(view, pages, bar),
        asked=_asked(view, pages),
        tiers=sorted({*bar.hold, *bar.shorten}),
        on_hold=_on_hold(view, bar),
        dead=_dead(view, pages),
        set_aside=inbox.quarantined(view),
        aside=inbox.newest_aside(view, most=NEWEST_ASIDE),
        loose=loose.get("counts", {}),
        looked=datetime.fromisoformat(loose["at"]) if loose else None,
        overdue=sum(one.counts.late for one in members),
        sides=standings(view, now=now),
    )


def _on_hold(view: View, bar: Wave) -> int:
    """Count the leads that get no call for now (C1), of those without an owner up to COUNTED."""
    owned = sum(wave.waiting_of(view, bar).values())
    return owned + wave.waiting(view, bar, "", most=COUNTED)


def _team(desk: Desk, view: View, team: Sequence[Rep], *, now: datetime) -> list[Member]:
    bar, duties = desk.playbook.wave, desk.playbook.duties
    counts = home.counts(view, now=now, late=now - OVERDUE, wave=bar)
    waits = home.waiting_since(view, now=now, wave=bar)
    found = [
        Member(
            rep,
            is_away(rep, now=now),
            is_on_shift(rep, duties, now=now),
            counts.get(rep.slack_id, Counts()),
            waits.get(rep.slack_id),
        )
        for rep in team
        if rep.state != "paused" and (not rep.manages or rep.slack_id in counts)
    ]
    return sorted(found, key=lambda one: (-one.counts.late, -one.counts.due, one.rep.name))


def _in_pages(found: Sequence[Member], pages: Pages) -> Page[Member]:
    return page(
        "members",
        pages,
        total=len(found),
        size=MEMBERS,
        take=lambda skip: found[skip : skip + MEMBERS],
    )


def _followups(view: View, pages: Pages, team: Sequence[Rep], *, late: datetime) -> Page[Lead]:
    owners = [one.slack_id for one in team]
    _, total = home.late_followups(view, owners, late=late, skip=0, most=0)

    def take(skip: int) -> list[Lead]:
        return home.late_followups(view, owners, late=late, skip=skip, most=SIZE)[0]

    return page("followups", pages, total=total, size=SIZE, take=take)


def _unassigned(view: View, pages: Pages, bar: Wave) -> Page[Lead]:
    _, total = home.unassigned(view, skip=0, most=0, wave=bar)

    def take(skip: int) -> list[Lead]:
        return home.unassigned(view, skip=skip, most=SIZE, wave=bar)[0]

    return page("unassigned", pages, total=total, size=SIZE, take=take)


def _asked(view: View, pages: Pages) -> Page[Waits]:
    found = waiting(view)
    return page(
        "asked",
        pages,
        total=len(found),
        size=QUESTIONS,
        take=lambda skip: found[skip : skip + QUESTIONS],
    )


def _dead(view: View, pages: Pages) -> Page[Dead]:
    total, _ = deadletters.count(view)

    def take(skip: int) -> list[Dead]:
        return [_made(view, row) for row in deadletters.newest(view, most=SIZE, skip=skip)]

    return page("dead", pages, total=total, size=SIZE, take=take)


def _made(view: View, row: Mapping[str, Any]) -> Dead:
    lead_id = row["payload"].get("lead_id", 0)
    lead = leads.load(view, lead_id) if lead_id else None
    return Dead(row["id"], row["kind"], lead, row["error"], row["done_at"])


def mark(desk: Desk, view: View) -> tuple[object, ...]:
    """Give what changes when something on the board does; cheap to ask."""
    now = desk.clock()
    duties = desk.playbook.duties
    team = [
        (
            home.due_mark(view, one.slack_id, now=now, late=now - OVERDUE),
            (one.slack_id, one.name, one.state, one.away_until, one.capacity),
            is_on_shift(one, duties, now=now),
        )
        for one in reps.everybody(view)
    ]
    return (
        home.newest(view),
        team,
        deadletters.count(view),
        inbox.quarantined(view),
        kept.get(view, "loose_ends"),
        who_waits(desk, view, now=now),
        standings(view, now=now),
        now.astimezone(desk.settings.zone).date(),
        desk.present.version,
    )


def retry_dead(desk: Desk, row_id: int, *, by: str) -> str:
    """Let a message that could not be delivered be tried again; gives its kind.

    Raises Refused for who does not manage, and when it is not dead any more.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        kind = deadletters.revive(unit, row_id, now=now)
        if not kind:
            raise Refused("team.not_dead")
        messages.forget_failed(unit, row_id)
        audit.write(desk, unit, by, "retry", f"message:{row_id}")
        unit.commit()
    return kind


def dismiss_dead(desk: Desk, row_id: int, *, by: str) -> None:
    """Take a message off the board that could not be delivered; it stays undelivered.

    Raises Refused as `retry_dead` does.
    """
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        if not deadletters.dismiss(unit, row_id):
            raise Refused("team.not_dead")
        audit.write(desk, unit, by, "dismiss", f"message:{row_id}")
        unit.commit()
