"""Who was given which lead and why; turns in pools; how often each rep closed (C3)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, delete, func, insert, literal, or_, select

from rules.lead import Lead
from rules.matching import Closing, Closings
from rules.pools import Pool
from rules.routing import Considered
from rules.skips import Counts
from rules.words import LIVING, Kind, Stage, Step, Tier
from storage.bulk import insert_columns
from storage.kept import get
from storage.rows import put
from storage.tables import given, kept, leads, reps
from storage.tables import turns as turns_table
from storage.unit import Unit, View

MOST, IN_LINE = 30, 10
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
CLOSERS = "closers"


@dataclass(frozen=True, slots=True)
class Given:
    """Whom a lead was given to at a moment (UTC), how (a pool's way, or the history's word).

    `considered` are the first of those who were looked at, `more` counts the rest.
    """

    rep: str
    at: datetime
    how: str
    pool: str = ""
    route: str = ""
    considered: tuple[Considered, ...] = ()
    more: int = 0


_ADD = insert(given)
_HOW = ("at", "rep", "pool", "route", "how")
_TOLD = [one.name for one in fields(Considered)]


def add(unit: Unit, lead: Lead, one: Given) -> None:
    """Write down who was given a lead and who was considered: thirty, and how many more (C3).

    Of those in line the first ten come before those who were skipped.
    """
    considered = [*map(_row, _first(one.considered)), *_more(one.considered)]
    names = {name: getattr(one, name) for name in _HOW}
    unit.execute(_ADD, {"lead_id": lead.id, "tier": lead.tier, "considered": considered, **names})


def add_many(unit: Unit, found: Sequence[tuple[int, Tier, Given]]) -> None:
    """Write down of many leads, by number and tier, what `add` writes of one."""
    written = dict[int, str]()
    columns: dict[str, list[Any]] = {
        "lead_id": [number for number, _, _ in found],
        "tier": [tier.value for _, tier, _ in found],
        "considered": [_written(one.considered, written) for *_, one in found],
        **{name: [getattr(one, name) for *_, one in found] for name in _HOW},
    }
    insert_columns(unit, given, columns, as_text={"considered"})


def _written(considered: Sequence[Considered], written: dict[int, str]) -> str:
    """Write who was considered as JSON; from lead to lead nearly all stand as they stood."""
    first = _first(considered)
    for one in [one for one in first if id(one) not in written]:
        written[id(one)] = json.dumps(_row(one))
    told = [*map(written.__getitem__, map(id, first)), *map(json.dumps, _more(considered))]
    return f"[{', '.join(told)}]"


def _first(considered: Sequence[Considered]) -> Sequence[Considered]:
    skipped = [found for found in considered if found.skip]
    if not skipped:
        return considered[:MOST]
    line = [found for found in considered if not found.skip]
    return [*line[:IN_LINE], *skipped, *line[IN_LINE:]][:MOST]


def _more(considered: Sequence[Considered]) -> list[dict[str, Any]]:
    left = len(considered) - MOST
    return [{"more": left}] if left > 0 else []


def _row(found: Considered) -> dict[str, Any]:
    return {name: value for name in _TOLD if (value := getattr(found, name))}


_NEWEST = (
    select(*(given.c[one] for one in ("rep", "at", "how", "pool", "route", "considered")))
    .where(given.c.lead_id == bindparam("lead"))
    .order_by(given.c.id.desc())
    .limit(1)
)


def newest(view: View, lead_id: int) -> Given | None:
    """Give to whom a lead was given last, None where it never was (C3)."""
    row = view.execute(_NEWEST, {"lead": lead_id}).first()
    if row is None:
        return None
    rep, at, how, pool, route, rows = row
    found = tuple(_considered(one) for one in rows if "rep" in one)
    return Given(rep, at, how, pool, route, found, sum(one.get("more", 0) for one in rows))


def _considered(row: dict[str, Any]) -> Considered:
    return Considered(**row | {"why": tuple(row.get("why", ()))})


def _within(span: str, most: str) -> Any:
    """Count what a rep was given since a moment, no further than to a pool's cap."""
    rows = select(literal(1)).where(given.c.rep == reps.c.slack_id, given.c.at > bindparam(span))
    found = rows.limit(bindparam(most, type_=Integer)).correlate(reps).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


_COUNTS = select(
    reps.c.slack_id,
    _within("hour", "per_hour"),
    _within("day", "per_day"),
    _within("week", "per_week"),
).where(reps.c.slack_id.in_(bindparam("team", expanding=True)))


def counts(view: View, team: Iterable[str], pool: Pool, *, now: datetime) -> dict[str, Counts]:
    """Count what each of these was given in the last hour, day and week before `now` (UTC) (C3).

    Nobody's leads are counted further than to the pool's caps, and for no span without one.
    """
    caps = {"per_hour": pool.per_hour, "per_day": pool.per_day, "per_week": pool.per_week}
    since = {"hour": now - HOUR, "day": now - DAY, "week": now - WEEK}
    rows = view.execute(_COUNTS, {"team": list(team), **caps, **since})
    return {rep: Counts(*found) for rep, *found in rows}


_TURNS = select(turns_table.c.rep, turns_table.c.turn).where(turns_table.c.pool == bindparam("of"))


def turns(view: View, pool: str) -> dict[str, float]:
    """Give where each rep's next turn begins in a pool's rotation; editing it changes none."""
    return {str(rep): float(turn) for rep, turn in view.execute(_TURNS, {"of": pool})}


def move_turns(unit: Unit, pool: str, moved: Mapping[str, float]) -> None:
    """Keep where the next turns of reps begin in a pool's rotation."""
    rows = [{"pool": pool, "rep": rep, "turn": turn} for rep, turn in moved.items()]
    unit.execute(put(unit, turns_table, "turn"), rows)


def count_closings(
    view: View, *, since: datetime, mature: datetime
) -> dict[tuple[Kind, str], dict[str, Closing]]:
    """Count each rep's leads received since a moment that are old enough, and those that closed.

    By kind and product; old enough are those received before `mature`, and earlier ones that live
    no more or are on the mailing list. Moments are UTC (C3).
    """
    judged = or_(
        leads.c.received_at < mature,
        leads.c.stage.not_in(sorted(LIVING)),
        leads.c.next_what == Step.MAILING_LIST,
    )
    group = leads.c.kind, leads.c.product, leads.c.owner
    closed = func.sum(case((leads.c.stage == Stage.WON, 1), else_=0))
    query = select(*group, func.count(), closed).where(leads.c.owner > "", judged)
    rows = view.execute(query.where(leads.c.received_at >= since).group_by(*group))
    found: dict[tuple[Kind, str], dict[str, Closing]] = {}
    for kind, product, owner, count, won in rows:
        found.setdefault((Kind(kind), product), {})[owner] = Closing(count, int(won))
    return found


def keep_closings(
    unit: Unit, found: dict[tuple[Kind, str], dict[str, Closing]], *, at: datetime
) -> None:
    """Put what was counted in the place of what was kept; `at` is now, UTC."""
    unit.execute(delete(kept).where(kept.c.key.like(f"{CLOSERS}:%")))
    rows = [
        {"key": _key(kind, product), "value": closings, "at": at}
        for (kind, product), closings in found.items()
    ]
    if rows:
        unit.execute(insert(kept), rows)


def closings(view: View, lead: Lead) -> Closings:
    """Give what was counted last of leads of this lead's kind and product, by rep."""
    found = get(view, _key(lead.kind, lead.product)) or {}
    return {rep: Closing(*counted) for rep, counted in found.items()}


def _key(kind: Kind, product: str) -> str:
    return f"{CLOSERS}:{kind}:{product}"
