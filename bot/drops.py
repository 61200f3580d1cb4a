"""A file of leads dropped on the bot: kept until it is imported, stopped or no use (C2)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.team import allowed
from rules.cleaning import clean_text
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
REJECTS = "import:rejects"
"""The source under which the rows that were rejected are kept."""
ASKS_FOR = timedelta(days=7)
LIES_FOR = timedelta(hours=1)
"""So long its columns are asked for, and so long it lies here meanwhile."""
_OPEN, _OVER, _STOP, _PLACE = "drop:", "dropped:", "drop_stop:", "drop_at:"
FORGOTTEN = (_OVER, _STOP, _PLACE)
"""How the names begin of what is of no use once a file is long over."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that somebody dropped, and how far it came.

    `asked` is the ISO moment, `wanted` that at which its columns were chosen; `examples` is a
    row's cells by column; `tried` is what the first rows would become. `rows` were taken in,
    `counts` says how; `read` of `size` was read. `fault` is a refusal's key.
    """

    file: str
    name: str
    rep: str
    asked: str
    wanted: str = ""
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

    @property
    def since(self) -> datetime:
        """When it was dropped."""
        return datetime.fromisoformat(self.asked)

    @property
    def due_since(self) -> datetime:
        """When it began to wait for what is done next: when it was dropped, or was wanted."""
        return datetime.fromisoformat(self.wanted or self.asked)

    @property
    def is_due(self) -> bool:
        """Whether it waits to be looked at or imported."""
        return self.state in {NEW, WANTED}

    def needs_file(self, now: datetime) -> bool:
        """Say whether the file itself is to lie here; `now` is UTC."""
        return self.is_due or now - self.since < LIES_FOR


@dataclass(frozen=True, slots=True)
class Taken:
    """The names of files that somebody dropped: looked at, too big, and past the most at once.

    Those that `run` are being imported already.
    """

    names: list[str]
    big: list[str]
    left: list[str]
    run: list[str] = field(default_factory=list)


def take(desk: Desk, files: Sequence[Mapping[str, Any]], *, by: str, key: str) -> Taken:
    """Keep what a manager dropped, to be looked at; gives the files' names.

    The same message again, known by its `key`, changes nothing, nor does a file that is being
    imported. Raises Refused for everybody else, and where every file is too big.
    """
    big = [_name(one) for one in files if _is_big(one)]
    good = [(str(one["id"]), _name(one)) for one in files if not _is_big(one)]
    some, left = good[:MOST_FILES], good[MOST_FILES:]
    now, run = desk.clock(), dict[str, str]()
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE, refusal="drop.managers_only")
        if big and not good:
            raise Refused("drop.too_big", file=", ".join(big))
        for file, name in some if inbox.first_time(unit, key, at=now) else ():
            if _runs(unit, file):
                run[file] = name
            else:
                _begin(unit, Dropped(file, name, by, now.isoformat()), now=now)
                audit.write(desk, unit, by, "drop", "import")
        unit.commit()
    names = [name for file, name in some if file not in run]
    return Taken(names, big, [name for _, name in left], [*run.values()])


def _begin(unit: Unit, drop: Dropped, *, now: datetime) -> None:
    """Keep a file to be looked at, with nothing of the time before."""
    kept.forget(unit, f"{_STOP}{drop.file}")
    kept.forget(unit, f"{_PLACE}{drop.file}")
    kept.put(unit, f"{_OPEN}{drop.file}", asdict(drop), at=now)


def _runs(unit: Unit, file: str) -> bool:
    """Say whether a file is being imported and nobody stopped it, held until the unit ends."""
    value = kept.get(unit, f"{_OPEN}{file}", lock=True)
    return bool(value and value["state"] == WANTED and not kept.get(unit, f"{_STOP}{file}"))


def _name(file: Mapping[str, Any]) -> str:
    return clean_text(str(file.get("name") or "")) or str(file["id"])


def _is_big(file: Mapping[str, Any]) -> bool:
    return int(file.get("size") or 0) > MOST_BYTES


def load(view: View, file: str) -> Dropped | None:
    """Give a file that was dropped, or None."""
    found = kept.some(view, [f"{_OPEN}{file}", f"{_OVER}{file}"])
    value = found.get(f"{_OPEN}{file}") or found.get(f"{_OVER}{file}")
    return Dropped(**value) if value else None


def living(desk: Desk) -> list[Dropped]:
    """Give the files that are not over, the first dropped first."""
    with desk.store.view() as view:
        found = [Dropped(**value) for value in kept.starting(view, _OPEN)]
    return sorted(found, key=lambda one: one.asked)


def held(unit: Unit, drop: Dropped) -> bool:
    """Hold a file until the unit ends; says whether it stands as here, so nobody else had it."""
    value = kept.get(unit, f"{_OPEN}{drop.file}", lock=True)
    return value is not None and Dropped(**value) == drop


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
    now = desk.clock()
    drop = replace(
        found,
        state=WANTED,
        wanted=now.isoformat(),
        mapping=found.mapping | mapping,
        kind=wanted.kind,
        campaign=wanted.campaign,
        vendor=wanted.vendor,
        cost=wanted.cost,
        post=wanted.post,
    )
    with desk.store.unit() as unit:
        if not held(unit, found):
            raise Refused("drop.over")
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
        kept.get(unit, f"{_OPEN}{file}", lock=True)  # so that it is not asked about meanwhile
        found = load(unit, file)
        if found is None or found.state not in LIVING:
            raise Refused("drop.over")
        kept.put(unit, f"{_STOP}{file}", value=True, at=now)
        if found.state == ASKS:
            save(unit, replace(found, state=STOPPED), now=now)
        audit.write(desk, unit, by, "stop", "import")
        unit.commit()
    return found
