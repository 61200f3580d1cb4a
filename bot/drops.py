"""A file of leads dropped on the bot: kept until it is imported, stopped or no use (C2)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.team import allowed
from rules.drops import ShowDrop
from rules.fields import FIELDS
from rules.money import read_money
from rules.permissions import Act
from rules.refusals import Refused
from rules.words import Kind
from storage import inbox, kept, outbox
from storage.unit import Unit, View

NEW, ASKS, WANTED = "new", "asks", "wanted"
DONE, STOPPED, FAILED = "done", "stopped", "failed"
LIVING = frozenset({NEW, ASKS, WANTED})
MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 3
_OPEN, _OVER, _STOP, _PLACE = "drop:", "dropped:", "drop_stop:", "drop_at:"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that somebody dropped, and how far it came.

    `asked` is the ISO moment; `examples` is a row's cells by column; `tried` is what the first
    rows would become. `rows` were taken in, `counts` says how; `read` of `size` was read. `fault`
    is a refusal's key.
    """

    file: str
    name: str
    rep: str
    asked: str
    state: str = NEW
    columns: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    kind: str = ""
    campaign: str = ""
    vendor: str = ""
    cost: str = ""
    post: bool = False
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    read: int = 0
    size: int = 0
    fault: str = ""
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """The names of files that somebody dropped: looked at, too big, and past the most at once."""

    names: list[str]
    big: list[str]
    left: list[str]


def take(desk: Desk, files: Sequence[Mapping[str, Any]], *, by: str, key: str) -> Taken:
    """Keep what a manager dropped, to be looked at; gives the files' names.

    The same message again, known by its `key`, changes nothing. Raises Refused for everybody
    else, and where every file is too big.
    """
    big = [_name(one) for one in files if _is_big(one)]
    good = [(str(one["id"]), _name(one)) for one in files if not _is_big(one)]
    some, left = good[:MOST_FILES], good[MOST_FILES:]
    now = desk.clock()
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE, refusal="drop.managers_only")
        if big and not good:
            raise Refused("drop.too_big", file=", ".join(big))
        for file, name in some if inbox.first_time(unit, key, at=now) else ():
            kept.forget(unit, f"{_STOP}{file}")
            kept.forget(unit, f"{_PLACE}{file}")
            kept.put(
                unit, f"{_OPEN}{file}", asdict(Dropped(file, name, by, now.isoformat())), at=now
            )
            audit.write(desk, unit, by, "drop", "import")
        unit.commit()
    return Taken([name for _, name in some], big, [name for _, name in left])


def _name(file: Mapping[str, Any]) -> str:
    return str(file.get("name") or file["id"])


def _is_big(file: Mapping[str, Any]) -> bool:
    return int(file.get("size") or 0) > MOST_BYTES


def load(view: View, file: str) -> Dropped | None:
    """Give a file that was dropped, or None."""
    found = kept.some(view, [f"{_OPEN}{file}", f"{_OVER}{file}"])
    value = found.get(f"{_OPEN}{file}") or found.get(f"{_OVER}{file}")
    return Dropped(**value) if value else None


def waiting(desk: Desk) -> list[Dropped]:
    """Give the files that wait to be looked at or imported, the first dropped first."""
    with desk.store.view() as view:
        found = [Dropped(**value) for value in kept.starting(view, _OPEN)]
    due = [one for one in found if one.state in {NEW, WANTED}]
    return sorted(due, key=lambda one: one.asked)


def save(unit: Unit, drop: Dropped, *, now: datetime, tell: bool = True) -> None:
    """Keep how a file stands, and show it where `tell` says so."""
    if drop.state in LIVING:
        kept.put(unit, f"{_OPEN}{drop.file}", asdict(drop), at=now)
    else:
        kept.forget(unit, f"{_OPEN}{drop.file}")
        kept.put(unit, f"{_OVER}{drop.file}", asdict(drop), at=now)
    if tell:
        outbox.add(unit, (ShowDrop(drop.file, drop.rep),), now=now)


def is_stopped(view: View, drop: Dropped) -> bool:
    """Say whether somebody wants no more of it."""
    return bool(kept.get(view, f"{_STOP}{drop.file}"))


def place_of(view: View, file: str) -> tuple[str, str] | None:
    """Give the channel and the ts of the message that shows it, or None."""
    found = kept.get(view, f"{_PLACE}{file}")
    return (str(found[0]), str(found[1])) if found and found[1] else None


def put_place(unit: Unit, file: str, place: tuple[str, str], *, at: datetime) -> None:
    """Remember the message that shows it."""
    kept.put(unit, f"{_PLACE}{file}", list(place), at=at)


def to_map(desk: Desk, file: str, *, by: str) -> Dropped:
    """Give a file whose columns a manager is about to choose; raises Refused otherwise."""
    with desk.store.view() as view:
        allowed(desk, view, by, Act.MANAGE, refusal="drop.managers_only")
        found = load(view, file)
    if found is None or found.state != ASKS:
        raise Refused("drop.over")
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manager chose: each column's field ("" for none), and what the file does not say."""

    mapping: dict[str, str]
    kind: str = ""
    campaign: str = ""
    vendor: str = ""
    cost: str = ""
    post: bool = False


def start(desk: Desk, file: str, wanted: Wanted, *, by: str) -> Dropped:
    """Let a file be imported so; raises Refused for what is missing or can't be."""
    found = to_map(desk, file, by=by)
    _check(desk, wanted)
    mapping = {name: one for name, one in wanted.mapping.items() if one in FIELDS or not one}
    drop = replace(
        found,
        state=WANTED,
        mapping=found.mapping | mapping,
        kind=wanted.kind,
        campaign=wanted.campaign,
        vendor=wanted.vendor,
        cost=wanted.cost,
        post=wanted.post,
    )
    now = desk.clock()
    with desk.store.unit() as unit:
        save(unit, drop, now=now)
        audit.write(desk, unit, by, "import", "import", after={"columns": len(mapping)})
        unit.commit()
    return drop


def _check(desk: Desk, wanted: Wanted) -> None:
    fields = set(wanted.mapping.values())
    if {"phone", "email"}.isdisjoint(fields):
        raise Refused("drop.needs_way")
    if wanted.kind not in set(Kind) and "kind" not in fields:
        raise Refused("drop.needs_kind")
    cost = read_money(wanted.cost, currency=desk.settings.currency) if wanted.cost else None
    if wanted.cost and (cost is None or cost.minor < 0):
        raise Refused("drop.bad_cost")


def stop(desk: Desk, file: str, *, by: str) -> Dropped:
    """Want no more of a file; what is in stays. Raises Refused where it is over."""
    now = desk.clock()
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE, refusal="drop.managers_only")
        found = load(unit, file)
        if found is None or found.state not in LIVING:
            raise Refused("drop.over")
        kept.put(unit, f"{_STOP}{file}", value=True, at=now)
        if found.state == ASKS:
            save(unit, replace(found, state=STOPPED), now=now)
        audit.write(desk, unit, by, "stop", "import")
        unit.commit()
    return found
