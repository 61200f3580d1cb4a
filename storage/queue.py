"""The queue of calls: small questions to indexes made for them, whatever the number of leads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice, product
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from rules.lead import Lead
from rules.playbook import Wave
from rules.queue import rank
from rules.words import Outcome, Queue, Step, Tier
from storage import marks
from storage.lead_rows import COLUMNS, to_lead
from storage.rows import is_just
from storage.tables import ASKED, leads
from storage.unit import Unit, View
from storage.wave import NO_WAVE, is_called

AT_ONCE = 64
UNPLACED_AT_ONCE = 100
Place = tuple[str, str, str]
_EMPTY: Any = literal_column("''")
_WORKING = leads.c.working.is_(True)
_ABROAD = func.coalesce(leads.c.zone, literal_column("'?'")) != _EMPTY
_DUE = leads.c.next_at <= bindparam("now")
_MINE = leads.c.owner.in_((bindparam("me"), _EMPTY))
_FREE = or_(
    leads.c.held_until.is_(None),
    leads.c.held_until <= bindparam("now"),
    leads.c.held_by == bindparam("me"),
)
_AGREED = or_(leads.c.next_what == Step.FOLLOW_UP, leads.c.last_outcome == Outcome.NOTNOW)
# Written so that no database looks for what is due among the fresh: it walks them by their order.
_IS_DUE = func.coalesce(leads.c.next_at, leads.c.fresh_at) <= bindparam("now")
_NEWEST = (leads.c.score.desc(), leads.c.fresh_at.desc(), leads.c.id.desc())
_FRESH: Any = [leads.c.next_at.is_not(None), _IS_DUE], _NEWEST
_WROTE: Any = [leads.c.replied_at.is_not(None), _DUE], (leads.c.next_at, leads.c.id)
_PLANNED: Any = [leads.c.queue != literal_column("'fresh'"), _DUE], (leads.c.next_at, leads.c.id)
_OWNED = leads.c.owner != _EMPTY
_LANGUAGE = func.lower(func.replace(leads.c.language, "_", "-"), type_=String) + "-"
_RANKED = [leads.c[name] for name in ("id", "tier", "score", "fresh_at", "next_at", "zone")]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a call, and when (UTC): among leads of their own and those of nobody.

    Of nobody's they get those of the languages that they are bound to, as `rules.matching` gives
    them (none: of all), and none of a pool that is `shut` to them (C3).
    """

    me: str
    now: datetime
    languages: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that may be called, with what ranks it; moments are UTC."""

    queue: Queue
    id: int
    tier: Tier
    score: float
    fresh_at: datetime
    next_at: datetime
    zone: str


def best(
    view: View,
    queue: Queue,
    asker: Asker,
    *,
    zones: Iterable[str],
    tiers: Iterable[Tier] = Tier,
    most: int = 1,
    agreed_since: datetime | None = None,
    kept_since: datetime | None = None,
    below: int | None = None,
) -> list[Candidate]:
    """Give leads of a queue that are due and free, best first: `most` of each zone and tier (L1.4).

    With `agreed_since` (UTC) only those whose agreed time came after it: follow-ups, and calls
    that the customer asked for (L4.5). With `kept_since` those that a stricter bar keeps (C1):
    also who wrote since the last call; with `below` those with fewer attempts of their plan made.
    """
    since = agreed_since or kept_since
    given = {"now": asker.now, "me": asker.me, "most": most, "since": since, "below": below}
    only = Only(agreed_since is not None, kept_since is not None, below is not None)
    bounds, given = Bounds.of(asker), given | _bounds(asker)
    found: list[Candidate] = []
    for places in _batches(product((asker.me, ""), zones, tiers)):
        asked = _question(queue, len(places), only, bounds)
        rows = view.execute(asked, given | _named(places))
        found += [Candidate(queue, row[0], Tier(row[1]), *row[2:]) for row in rows]
    return sorted(found, key=rank)


def _batches(places: Iterable[Place]) -> Iterator[list[Place]]:
    """Keep below the number of questions that SQLite takes in one."""
    left = iter(places)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _named(places: Sequence[Place]) -> dict[str, str]:
    return {
        f"{name}{number}": value
        for number, place in enumerate(places)
        for name, value in zip(("owner", "zone", "tier"), place, strict=True)
    }


class Only(NamedTuple):
    """Which leads of a queue are asked for, where it is not all."""

    agreed: bool = False
    kept: bool = False
    below: bool = False


class Bounds(NamedTuple):
    """How many languages bind who asks, and whether pools are shut to them."""

    languages: int
    shut: bool

    @classmethod
    def of(cls, asker: Asker) -> "Bounds":
        """Give those of who asks."""
        return cls(len(asker.languages), bool(asker.shut))

    def where(self) -> list[Any]:
        """Make the conditions that hold for leads of nobody; their own leads have none (C3)."""
        begins = [bindparam(f"language{one}", type_=String) for one in range(self.languages)]
        spoken = [func.substr(_LANGUAGE, 1, func.length(one)) == one for one in begins]
        found = [or_(_OWNED, leads.c.language == "", *spoken)] if spoken else []
        pools = leads.c.pool.not_in(bindparam("shut", expanding=True))
        return [*found, or_(_OWNED, pools)] if self.shut else found


def _bounds(asker: Asker) -> dict[str, object]:
    spoken = {f"language{place}": f"{one}-" for place, one in enumerate(asker.languages)}
    return {**spoken, "shut": asker.shut}


@lru_cache(maxsize=512)
def _question(queue: Queue, places: int, only: Only, bounds: Bounds) -> CompoundSelect[Any]:
    """Ask each place for its best; the conditions are an index's own, word for word."""
    where, order = _PLANNED if queue is not Queue.FRESH else _FRESH
    if only.kept and queue is Queue.FRESH:
        where, order = _WROTE
    where = [_WORKING, is_just(leads.c.queue, queue), *where, _FREE, *bounds.where()]
    if only.agreed or only.kept:
        kept = or_(_AGREED, ASKED) if only.kept else _AGREED
        where += [leads.c.next_at > bindparam("since"), kept]
    if only.below:
        where += [leads.c.plan_step < bindparam("below")]
    asked = select(*_RANKED).where(*where).order_by(*order).limit(bindparam("most"))
    return union_all(*(select(asked.where(*_in_place(n)).subquery()) for n in range(places)))


def _in_place(number: int) -> list[Any]:
    return [leads.c[name] == bindparam(f"{name}{number}") for name in ("owner", "zone", "tier")]


_TAKE = (
    select(*COLUMNS)
    .where(leads.c.id == bindparam("lead"), _MINE, _WORKING, _DUE, _FREE)
    .with_for_update(skip_locked=True)
)


def take(unit: Unit, lead_id: int, asker: Asker) -> Lead | None:
    """Give a lead, held until the unit ends; None when somebody else holds it or has taken it."""
    row = unit.execute(_TAKE, {"lead": lead_id, "now": asker.now, "me": asker.me}).first()
    return to_lead(row) if row else None


def wait_for(unit: Unit, lead_id: int) -> None:
    """Wait until who holds this lead is done with it."""
    unit.execute(select(leads.c.id).where(leads.c.id == lead_id).with_for_update())


def one_at_a_time(unit: Unit, slack_id: str) -> None:
    """Let one person's questions for a call wait for each other; SQLite has one writer anyway."""
    if unit.dialect == "postgresql":
        unit.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"next {slack_id}"))))


_RESERVED = select(*COLUMNS).where(
    leads.c.held_by != _EMPTY,
    leads.c.held_by == bindparam("me"),
    leads.c.held_until > bindparam("now"),
    leads.c.owner == bindparam("me"),
    _WORKING,
    _DUE,
)


def reserved(view: View, asker: Asker) -> list[Lead]:
    """Give the leads that were handed to this person and are still held for them (L1.4)."""
    rows = view.execute(_RESERVED, {"me": asker.me, "now": asker.now})
    return [to_lead(row) for row in rows]


def _first_zone(owner: Any, after: Any) -> Any:
    """Give the first zone abroad after another; one step in an index."""
    first = select(func.min(leads.c.zone)).where(
        _WORKING, _ABROAD, leads.c.owner == owner, leads.c.zone > after
    )
    return first.scalar_subquery()


def _zones() -> Any:
    """Step from zone to zone, for the person's leads and the pool's; then ask for the unknown."""
    owners = union_all(select(bindparam("me").label("owner")), select(_EMPTY)).subquery()
    first = select(owners.c.owner, _first_zone(owners.c.owner, _EMPTY).label("zone"))
    step = first.cte("step", recursive=True)
    then = select(step.c.owner, _first_zone(step.c.owner, step.c.zone))
    found = step.union_all(then.where(step.c.zone.is_not(None)))
    unknown = select(leads.c.zone).where(_UNPLACED, _MINE).limit(1).subquery()
    return (
        select(found.c.zone).where(found.c.zone.is_not(None)).distinct().union_all(select(unknown))
    )


_UNPLACED = and_(_WORKING, _ABROAD, leads.c.zone.is_(None))
_ZONES_ABROAD = _zones()


def zones_abroad(view: View, slack_id: str) -> list[str | None]:
    """Give the time zones, but for the team's, in which this person's leads and the pool's live.

    None stands for those whose zone was not looked up yet.
    """
    return list(view.execute(_ZONES_ABROAD, {"me": slack_id}).scalars())


def unplaced(view: View, slack_id: str) -> list[Lead]:
    """Give some leads of this person and the pool whose time zone was not looked up yet."""
    query = select(*COLUMNS).where(_UNPLACED, _MINE).limit(UNPLACED_AT_ONCE)
    return [to_lead(row) for row in view.execute(query, {"me": slack_id})]


def place(unit: Unit, placed: Iterable[Lead]) -> None:
    """Keep the time zones that were looked up."""
    known = {one.id: one.zone for one in placed}
    values = [{"lead": number, "found": zone} for number, zone in known.items()]
    unknown = leads.c.id == bindparam("lead"), leads.c.zone.is_(None)
    unit.execute(update(leads).where(*unknown).values(zone=bindparam("found")), values)
    marks.mark_leads(unit, known)


_COMING = (
    select(*COLUMNS)
    .where(_WORKING, leads.c.owner == bindparam("owner"), leads.c.next_at > bindparam("now"))
    .order_by(leads.c.next_at, leads.c.id)
    .limit(1)
)


def coming(view: View, asker: Asker, wave: Wave = NO_WAVE) -> Lead | None:
    """Give the lead of this person or the pool whose time comes next.

    Those that get no call for now, while there are more leads than hands, are left out (C1).
    """
    query = _COMING.where(is_called(wave), *Bounds.of(asker).where())
    given = {"now": asker.now} | _bounds(asker)
    asked = [given | {"owner": owner} for owner in (asker.me, "")]
    rows = [row for one in asked for row in view.execute(query, one)]
    found = [to_lead(row) for row in rows]
    return min(found, key=lambda one: (one.next_at, one.id), default=None)
