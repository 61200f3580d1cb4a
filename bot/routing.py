"""Routing as the team stands now: who would get a lead, and who is counted as given one (C3)."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import presence
from bot.desk import Desk
from rules.claiming import handing
from rules.guards import may_be_called
from rules.lead import Lead
from rules.matching import Closings
from rules.playbook import Playbook
from rules.pools import Pool, Way
from rules.routes import Verdict, choose, pool_for, pool_named, route_of
from rules.routing import Choice
from rules.runs import Run, alike
from rules.shifts import opens
from rules.skips import Counts, Member, Question
from rules.team import Rep
from rules.words import Kind, Step
from storage import given, reps
from storage.given import Given
from storage.unit import Unit, View

NOBODY = Counts()


class Standings:
    """How the team stands within one look: read once, and counted on as leads are given.

    With `lock` the team is held from the first question on, until the unit ends.
    """

    def __init__(self, desk: Desk, view: View, *, now: datetime, lock: bool = False) -> None:
        self._view, self._now, self._lock = view, now, lock
        self._playbook, self._handing = desk.playbook, handing(desk.playbook)
        self._team: dict[str, Rep] = {}
        self._loads: dict[str, int] = {}
        self._free: dict[str, datetime] = {}
        self._looks: presence.Looks = {}
        self._turns: dict[str, dict[str, float]] = {}
        self._given: dict[str, dict[str, Counts]] = {}
        self._members: dict[str, dict[str, Member]] = {}
        self._changed: dict[str, set[str]] = {}
        self._closings: dict[tuple[Kind, str], Closings] = {}
        self._runs: dict[Hashable, Run] = {}
        self._last: tuple[Lead, Question, Pool, Run] | None = None

    @property
    def team(self) -> Sequence[Rep]:
        """The whole team."""
        if not self._team:
            team = reps.everybody(self._view, lock=self._lock)
            self._team = {one.slack_id: one for one in team}
            self._loads = reps.loads(self._view, self._playbook.wave)
            self._looks = presence.looks(self._view, self._playbook)
        return tuple(self._team.values())

    def verdict(
        self,
        lead: Lead,
        *,
        without: Collection[str] = (),
        at_once: bool = False,
        handed: bool = False,
    ) -> Verdict:
        """Say who gets a lead now, and why the others don't; counts nothing (C3).

        One that is `handed` on goes to a rep of its pool also where new ones wait for a person.
        """
        if without or at_once or handed:
            asked, pool, _ = self._asked(lead, self._handing if handed else self._playbook)
            asked = replace(asked, without=without, at_once=at_once)
            return choose(asked, self._members_of(pool))
        if self._last is None or self._last[0] is not lead:
            asked, pool, like = self._asked(lead, self._playbook)
            self._last = lead, asked, pool, self._runs.setdefault(like, Run())
        _, asked, pool, run = self._last
        return run.choose(asked, self._members_of(pool))

    def _asked(self, lead: Lead, book: Playbook) -> tuple[Question, Pool, Hashable]:
        """Give what is asked about a lead, its pool, and what names the leads that are like it."""
        route = route_of(book, lead)
        pool = pool_named(book, route.pool if route else "")
        closings = self._closings_of(lead) if pool.way is Way.BEST_CLOSER else None
        asked = Question(lead, book, self._now, closings=closings)
        return asked, pool, alike(lead, route.name if route else "", pool)

    def _closings_of(self, lead: Lead) -> Closings:
        like = lead.kind, lead.product
        if like not in self._closings:
            self._closings[like] = given.closings(self._view, lead)
        return self._closings[like]

    def choose(self, lead: Lead, without: Collection[str] = ()) -> Choice | None:
        """Give who would get a lead now, None for nobody; counts nothing (C3)."""
        return self.verdict(lead, without=without).choice

    def took(self, unit: Unit, choice: Choice, *, at_last: bool = False) -> None:
        """Charge a lead to its rep in the pool's rotation, and count it.

        The turns are kept at once, or `at_last`, where nobody else asks for them in this unit.
        """
        rep, pool = choice.rep.slack_id, choice.pool.name
        moved = {**choice.moved, rep: choice.next_turn}
        if at_last:
            unit.at_last(_keep_turns, (pool, moved))
        else:
            given.move_turns(unit, pool, moved)
        self._turns_of(pool).update(moved)
        self._changed.setdefault(pool, set()).update(choice.moved)
        self.count(rep)

    def load(self, rep: str) -> int:
        """Give how many leads somebody works."""
        return self._loads.get(rep, 0)

    def count(self, rep: str) -> None:
        """Count a lead that somebody was given."""
        self._loads[rep] = self.load(rep) + 1
        for given_in in self._given.values():
            was = given_in.get(rep, NOBODY)
            given_in[rep] = Counts(was.hour + 1, was.day + 1, was.week + 1)
        for pool in self._members:
            self._changed.setdefault(pool, set()).add(rep)

    def _members_of(self, pool: Pool) -> list[Member]:
        """Give the team as it stands in a pool; only who was given a lead since is looked at."""
        known, changed = self._members.get(pool.name), self._changed.pop(pool.name, ())
        if known is None:
            known = {one.slack_id: self.member(one, pool) for one in self.team}
            self._members[pool.name] = known
        for name in changed:
            known[name] = self.member(self._team[name], pool)
        return list(known.values())

    def member(self, rep: Rep, pool: Pool) -> Member:
        """Give somebody as they stand in a pool; the team was asked for before."""
        name = rep.slack_id
        turn = self._turns_of(pool.name).get(name)
        counts = self._counts(pool).get(name, NOBODY)
        look = self._looks.get(name)
        return Member(rep, self.load(name), self._free_at(rep), turn, counts, look)

    def _free_at(self, rep: Rep) -> datetime:
        if rep.slack_id not in self._free:
            self._free[rep.slack_id] = opens(rep.week, rep, at=self._now) or self._now
        return self._free[rep.slack_id]

    def _turns_of(self, pool: str) -> dict[str, float]:
        if pool not in self._turns:
            self._turns[pool] = given.turns(self._view, pool)
        return self._turns[pool]

    def _counts(self, pool: Pool) -> Mapping[str, Counts]:
        if not (pool.per_hour or pool.per_day or pool.per_week):
            return {}
        if pool.name not in self._given:
            team = pool.reps or self._team
            self._given[pool.name] = given.counts(self._view, team, pool, now=self._now)
        return self._given[pool.name]


def _keep_turns(unit: Unit, turns: Sequence[tuple[str, Mapping[str, float]]]) -> None:
    """Keep where turns begin after many leads: of each rep in each pool the last one."""
    stands = dict[str, dict[str, float]]()
    for pool, moved in turns:
        stands.setdefault(pool, {}).update(moved)
    for pool, last in stands.items():
        given.move_turns(unit, pool, last)


def chosen(choice: Choice, *, at: datetime) -> Given:
    """Give what is written down of a choice that was carried out at a moment (UTC)."""
    pool, rep = choice.pool, choice.rep.slack_id
    return Given(rep, at, pool.way, pool.name, choice.route, choice.considered)


def routed(desk: Desk, lead: Lead) -> Lead:
    """Give a lead without an owner as it waits in its route's pool, for those of it alone (C3).

    It has no time of its own there, so that `next` hands it to nobody else.
    """
    pool = pool_for(desk.playbook, lead).name
    if not pool or not may_be_called(lead):
        return lead
    return replace(lead, next_what=Step.ASSIGN, next_at=None, pool=pool)


def held(desk: Desk, lead: Lead) -> Lead:
    """Give a lead as it waits for an owner: by its route, else for who speaks its language (C3).

    One that was passed on waits for somebody who never had it, so `next` hands it to nobody.
    """
    waits = replace(routed(desk, lead), next_what=Step.ASSIGN)
    bound = desk.playbook.match.language and lead.language
    return replace(waits, next_at=None) if bound or lead.passes else waits
