"""Leads that are alike, given one after the other: only who changed is looked at again (C3)."""

from bisect import insort
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.lead import Lead
from rules.playbook import PREFER
from rules.pools import Pool, Way
from rules.routes import Verdict, choose, could_miss, place_in, told
from rules.routing import Choice, Considered
from rules.skips import Member, Question, Skip, why_not

Place = Callable[[Considered], tuple[float, float, str]]
_NO_TURN = frozenset({Skip.NOT_IN_POOL, Skip.MANAGES})


def alike(lead: Lead, route: str, pool: Pool) -> Hashable:
    """Name all that decides who gets a lead besides how the team stands: the same for like leads.

    Leads of best closers are alike where kind and product are, of best matches where all is that
    a rep may suit (C3).
    """
    own: tuple[object, ...] = ()
    if pool.way is Way.BEST_MATCH:
        own = lead.region, lead.city, lead.product, lead.age, lead.interests
    elif pool.way is Way.BEST_CLOSER:
        own = lead.kind, lead.product
    return route, pool.name, lead.language, lead.tier, own


@dataclass(slots=True)
class _Stand:
    """What was found for the last lead: the team as it stood, who was in line, and who was not.

    `places` are the members' by their Slack ids, `place` is where somebody stands in line.
    `absent` would have had a lead, and were not there; all of the line can call from `free_at`
    on, or each from their own moment where that is None.
    """

    members: Sequence[Member]
    places: Mapping[str, int]
    order: list[Considered]
    place: Place
    rest: tuple[Considered, ...]
    absent: tuple[Member, ...]
    free_at: datetime | None


class Run:
    """Who gets each of many leads that are alike; for each it says what `rules.routes.choose` does.

    Who was looked at before and stands as they stood is not looked at again.
    """

    def __init__(self) -> None:
        """Begin without a lead."""
        self._last: tuple[_Stand, Verdict] | None = None

    def choose(self, asked: Question, members: Sequence[Member]) -> Verdict:
        """Choose one of the team for the next lead; `members` are all of it, in the same order."""
        order = self._moved(asked, members)
        if self._last is None or not order or _misses(self._last[0].absent, order[0]):
            verdict = choose(asked, members)
            self._last = _kept(asked, members, verdict)
            return verdict
        stand, before = self._last
        stand.members, stand.order = members, order
        winner = members[stand.places[order[0].rep]]
        found = (*order, *stand.rest)
        at, turn = stand.free_at or winner.free_at, order[0].turn
        choice = Choice(winner.rep, len(order), at, turn, before.pool, before.route, found)
        return Verdict(before.pool, before.route, found, choice)

    def _moved(self, asked: Question, members: Sequence[Member]) -> list[Considered]:
        """Give the line as it stands after who changed; nothing where more than that did."""
        if self._last is None or len(members) != len(self._last[0].members):
            return []
        stand, pool = self._last[0], self._last[1].pool
        pairs = zip(members, stand.members, strict=True)
        changed = [(one, was) for one, was in pairs if one is not was]
        names = {one.rep.slack_id for one, _ in changed}
        line = [one for one in stand.order if one.rep not in names]
        for one, was in changed:
            if not _stands_alike(one, was) or why_not(one, pool, asked):
                return []
            _put(told(one, pool, asked, one.turn or 0.0), line, stand.place)
        return line if len(line) == len(stand.order) else []


def _put(one: Considered, line: list[Considered], place: Place) -> None:
    """Put somebody where they stand in line: who just had a lead mostly stands last."""
    if line and place(line[-1]) <= place(one):
        line.append(one)
    else:
        insort(line, one, key=place)


def _stands_alike(one: Member, was: Member) -> bool:
    """Say whether only a rep's load, turn and counts moved on."""
    return one.rep is was.rep and one.free_at == was.free_at and one.turn is not None


def _misses(absent: Sequence[Member], winner: Considered) -> bool:
    """Say whether somebody's turn has come who is not there."""
    return any((one.turn or 0.0) <= winner.turn for one in absent)


def _kept(
    asked: Question, members: Sequence[Member], verdict: Verdict
) -> tuple[_Stand, Verdict] | None:
    """Keep what holds for the next lead, None where all has to be looked at anew.

    So where Slack's hints count, or somebody's first turn was only just found.
    """
    choice = verdict.choice
    if choice is None or asked.playbook.slack_hints == PREFER:
        return None
    skips = {one.rep: one.skip for one in verdict.considered}
    if any(one.turn is None and skips[one.rep.slack_id] not in _NO_TURN for one in members):
        return None
    line = list(verdict.considered[: choice.of])
    others = [one for one in members if one.turn is not None and skips[one.rep.slack_id]]
    absent = tuple(one for one in others if could_miss(one, verdict.pool, asked))
    winner = next(one for one in members if one.rep is choice.rep)
    free_at = None if choice.free_at == winner.free_at else choice.free_at
    places = {one.rep.slack_id: place for place, one in enumerate(members)}
    rest, place = verdict.considered[choice.of :], place_in(verdict.pool)
    return _Stand(members, places, line, place, rest, absent, free_at), verdict
