"""The rotation within one unit of work: who gets each lead, counted on as leads are given (C3)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.desk import Desk
from bot.routing import Standings
from rules.lead import Lead
from rules.pools import Pool
from rules.routes import pool_for
from rules.routing import Choice
from rules.skips import Member, commonest
from rules.team import Rep
from rules.words import Tier
from storage.unit import Unit

Like = tuple[str, str, Tier, frozenset[str], tuple[bool, bool]]
"""What decides whether anybody can get a lead: within one unit nobody becomes freer."""


class Rotation:
    """The rotation within one unit of work: the team and its loads are read once.

    Where `many` are given, turns are kept with the commit.
    The team is held from the first choice on: whoever holds a person or a lead holds it before.
    `lacks` names what most of the pool lacked for the last lead that nobody could get.
    """

    def __init__(self, desk: Desk, unit: Unit, *, now: datetime, many: bool = False) -> None:
        self._desk, self._unit, self._many = desk, unit, many
        self._standings = Standings(desk, unit, now=now, lock=True)
        self._in_vain = dict[Like, str]()
        self.lacks = ""

    @property
    def team(self) -> Sequence[Rep]:
        """The whole team, held until the unit ends."""
        return self._standings.team

    def choose(
        self,
        lead: Lead,
        without: Collection[str] = (),
        *,
        at_once: bool = False,
        handed: bool = False,
    ) -> Choice | None:
        """Give who gets the lead by its route and charge it to them; None for nobody (C3).

        Those `without` are left out; `at_once` takes only who can call now. Where the route leads
        to a pool whose leads wait for a person there is nobody, unless it is `handed` on from a
        rep who had it.
        """
        how = at_once, handed
        if self._in_vain and (like := self._like(lead, without, how)) in self._in_vain:
            self.lacks = self._in_vain[like]
            return None
        asked = self._standings.verdict(lead, without=without, at_once=at_once, handed=handed)
        if asked.choice:
            self._standings.took(self._unit, asked.choice, at_last=self._many)
        else:
            self.lacks = commonest(asked.considered)
            self._in_vain[self._like(lead, without, how)] = self.lacks
        return asked.choice

    def _like(self, lead: Lead, without: Collection[str], how: tuple[bool, bool]) -> Like:
        """Name what decides whether anybody can get a lead: within one unit nobody gets freer."""
        pool = pool_for(self._desk.playbook, lead).name
        return (pool, lead.language, lead.tier, frozenset(without), how)

    def member(self, rep: Rep, pool: Pool) -> Member:
        """Give somebody of the team as they stand in a pool."""
        return self._standings.member(rep, pool)

    def has_room(self, rep: Rep) -> bool:
        """Say whether somebody of the team works fewer leads than their capacity."""
        return self._standings.load(rep.slack_id) < rep.capacity

    def count(self, rep: Rep) -> None:
        """Count a lead that somebody of the team was given."""
        self._standings.count(rep.slack_id)
