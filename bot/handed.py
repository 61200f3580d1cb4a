"""News of leads that changed hands: counted batch by batch, told once the last has moved (C3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.audience import words_of
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackPost
from bot.team import is_in_team
from bot.views.handover import handed_over
from rules.effect import Effect
from rules.effects import PostOwnerCard
from rules.lead import Lead
from rules.reminders import HandOver
from storage import chairs, kept, outbox, reps
from storage.outbox import Row
from storage.unit import Unit, View

CARDS, NAMED = 3, 5
"""How many leads are told of by a card each, and how many are named of more."""
HANDED, COVERED = "handed", "covered"
Tally = dict[str, Any]
"""By their new owners: how many leads ("n"), and the numbers of the `first` of them."""


def count(tally: Tally, moved: Iterable[Lead]) -> None:
    """Count leads that moved under their new owners."""
    for lead in moved:
        one = tally.setdefault(lead.owner, {"n": 0, "first": []})
        one["n"] += 1
        one["first"] = [*one["first"], lead.id][:NAMED]


def news(view: View, tally: Tally, *, was: str, why: str, now: datetime) -> list[Effect]:
    """Tell new owners of the leads that one person `was` the owner of: few by cards (C3).

    More than CARDS for one of them are one message; `why` names its text, `now` is UTC.
    """
    told: list[Effect] = []
    for to, one in tally.items():
        if one["n"] > CARDS:
            told.append(HandOver(to, was, why, now.isoformat(), one["n"], tuple(one["first"])))
        else:
            found = chairs.some(view, one["first"])
            told += [PostOwnerCard(lead.id, to, lead.version) for lead in found]
    return told


def keep(unit: Unit, moved: Mapping[str, Iterable[Lead]], *, why: str, now: datetime) -> None:
    """Count leads that moved in this unit, by whose they were, until `tell` tells of all.

    The unit holds the team, so that two who count do it one after the other.
    """
    if not moved:
        return
    found = kept.get(unit, HANDED) or {}
    for was, some in moved.items():
        count(found.setdefault(why, {}).setdefault(was, {}), some)
    kept.put(unit, HANDED, found, at=now)


def tell(desk: Desk) -> None:
    """Tell the new owners of all that was counted: one message for each, and reason (C3)."""
    with desk.store.view() as view:
        if not kept.get(view, HANDED):
            return
    now = desk.clock()
    with desk.store.unit() as unit:
        reps.everybody(unit, lock=True)
        found = kept.get(unit, HANDED) or {}
        for why, every in found.items():
            for was, tally in every.items():
                outbox.add(unit, news(unit, tally, was=was, why=why, now=now), now=now)
        _remember(unit, found.get(COVERED, {}), now=now)
        kept.put(unit, HANDED, {}, at=now)
        unit.commit()


def _remember(unit: Unit, every: Mapping[str, Tally], *, now: datetime) -> None:
    """Add up what went to whom while somebody is away, until they are back."""
    for was, tally in every.items():
        known = kept.get(unit, _meanwhile(was)) or {}
        for to, one in tally.items():
            known[to] = known.get(to, 0) + one["n"]
        kept.put(unit, _meanwhile(was), known, at=now)


def _meanwhile(was: str) -> str:
    return f"covered:{was}"


def covered(view: View, was: str) -> dict[str, int]:
    """Give how many of somebody's leads went to whom since they went away."""
    return kept.get(view, _meanwhile(was)) or {}


def forget(unit: Unit, was: str, *, now: datetime) -> None:
    """Begin to count anew what of somebody's goes to others; `now` is UTC."""
    kept.put(unit, _meanwhile(was), {}, at=now)


def prepare_hand_over(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the message of many leads that became a rep's; what moved on since is not named."""
    effect: Any = row.effect
    if not is_in_team(desk, view, effect.rep):
        return Drop("rep_left")
    first = [one for one in chairs.some(view, effect.first) if one.owner == effect.rep]
    return [SlackPost(effect.rep, handed_over(effect, first, words_of(desk, view, effect.rep)))]
