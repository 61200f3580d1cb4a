"""The work on files that were dropped: looked at, imported, let go where nobody chose (C2)."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path, PurePath

from bot import drop_folder, drop_run, drops, imports
from bot.desk import Desk
from bot.drop_run import Elsewhere
from bot.drops import ASKS, DONE, FAILED, MOST_BYTES, NEW, REJECTS, STOPPED, Dropped
from bot.orders import DeliveryFailed
from bot.sheets import mapping_of, open_sheet
from rules.drops import SendRejects
from rules.headers import guess_mapping
from rules.refusals import BUSY, Refused
from rules.reports import PostImport
from storage import inbox, outbox
from storage.unit import Unit

PATIENCE = timedelta(days=1)
MOST_EXAMPLE = 60
"""Letters of a cell that is shown."""
GONE = frozenset({"file_not_found", "file_deleted", "missing_scope", "not_authed"})
SEEN = 100

Fetch = Callable[[str, Path, int], None]
"""Brings a file of Slack's by its id into a path; raises DeliveryFailed, Refused where too big."""


def work(desk: Desk, fetch: Fetch, folder: Path) -> bool:
    """Do what waits to be done with files that were dropped; says whether there was any.

    One that can't be fetched or read, or meets a busy database, is tried again for a day while
    others go on: its fault is raised at the end, DeliveryFailed where Slack can't be reached.
    What is over, or long asked about, does not stay in the folder.
    """
    found, faults, now = drops.living(desk), list[Exception](), desk.clock()
    drop_folder.tidy(folder, {one.file for one in found if one.needs_file(now)})
    due = [one for one in found if one.is_due]
    for drop in due:
        path = folder / f"{drop.file}{PurePath(drop.name).suffix[:8]}"
        fault = _tried_one(desk, drop, fetch, path)
        if isinstance(fault, Refused) and fault.key != BUSY:
            _refused(desk, drop, path, fault)
        elif fault is not None:
            faults.append(fault)
            if now - drop.due_since > PATIENCE:
                _refused(desk, drop, path, Refused("drop.gone", file=drop.name))
    _let_go(desk, found)
    if faults:
        raise faults[0]
    return bool(due)


def _tried_one(desk: Desk, drop: Dropped, fetch: Fetch, path: Path) -> Exception | None:
    """Do what waits with one file; gives what went wrong, whatever it is: the others go on."""
    try:
        _fetch(fetch, drop, path)
        _look(desk, drop, path) if drop.state == NEW else _import(desk, drop, path)
    except Elsewhere:
        return None
    except Exception as fault:  # noqa: BLE001 - see above
        return fault
    return None


def _let_go(desk: Desk, found: list[Dropped]) -> None:
    """Ask no longer about files whose columns nobody chose."""
    for drop in found:
        if drop.state == ASKS and desk.clock() - drop.since > drops.ASKS_FOR:
            days = str(drops.ASKS_FOR.days)
            _end(desk, drop, FAILED, fault="drop.expired", params={"file": drop.name, "days": days})


def _refused(desk: Desk, drop: Dropped, path: Path, refused: Refused) -> None:
    params = {name: str(value) for name, value in refused.params.items()}
    params |= {"file": drop.name} if "file" in params else {}
    _end(desk, _now(desk, drop), FAILED, fault=refused.key, params=params)
    _clear(path)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _clear(path: Path) -> None:
    """Keep nothing of a file that is over."""
    for one in (path, _part(path)):
        drop_folder.remove(one)


def _fetch(fetch: Fetch, drop: Dropped, path: Path) -> None:
    if path.exists():
        return
    part = _part(path)
    try:
        fetch(drop.file, part, MOST_BYTES)
    except DeliveryFailed as failed:
        if failed.failure.code in GONE:
            raise Refused("drop.gone", file=drop.name) from None
        raise
    part.rename(path)


def _now(desk: Desk, drop: Dropped) -> Dropped:
    return next((one for one in drops.living(desk) if one.file == drop.file), drop)


def _look(desk: Desk, drop: Dropped, path: Path) -> None:
    """Guess the columns and try the first rows, then ask."""
    region = desk.settings.default_region
    with open_sheet(path, mapping=_by_place(path)) as sheet:
        mapping = guess_mapping(sheet.columns, sheet.sample, region=region)
        if _reaches(mapping):
            mapping_of(sheet, mapping, file=drop.name, region=region)  # a header that is shifted
        first = [row for row, _ in islice(sheet.rows, SEEN)]
        columns, size = sheet.columns, sheet.size
    asks = replace(drop, state=ASKS, columns=columns, mapping=mapping, size=size)
    example = next(iter(first), {})
    tried = _tried(desk, asks, first) if _reaches(mapping) else {}
    cells = {name: cell[:MOST_EXAMPLE] for name, cell in example.items() if name and cell}
    if _asked(desk, drop, replace(asks, examples=cells, tried=tried)) == STOPPED:
        _clear(path)


def _asked(desk: Desk, drop: Dropped, asks: Dropped) -> str:
    """Ask, unless somebody stopped it meanwhile; gives how it stands."""
    with desk.store.unit() as unit:
        if not drops.held(unit, drop):
            raise Elsewhere
        state = STOPPED if drops.is_stopped(unit, drop) else ASKS
        drops.save(unit, replace(asks, state=state), now=desk.clock())
        unit.commit()
    return state


def _by_place(path: Path) -> dict[str, str]:
    """Give what names the columns of a file without a header by their places, else nothing."""
    try:
        with open_sheet(path):
            return {}
    except Refused as refused:
        if refused.key != "import.no_header":
            raise
    return {"1": ""}


def _reaches(mapping: Mapping[str, str]) -> bool:
    return bool({"phone", "email"} & set(mapping.values()))


def _tried(desk: Desk, drop: Dropped, rows: list[dict[str, str]]) -> dict[str, int]:
    results = imports.import_rows(
        desk,
        rows,
        defaults=drop_run.defaults_of(desk, drop),
        mapping=drop.mapping,
        post=False,
        dry_run=True,
    )
    return dict(Counter(one.status for one in results))


def _import(desk: Desk, drop: Dropped, path: Path) -> None:
    """Take the rows in, from where it stopped when the process ended."""
    run, stopped = drop_run.import_all(desk, drop, path)
    _end(desk, run.drop, STOPPED if stopped else DONE, rejects=run.rejects)
    _clear(path)


def _end(
    desk: Desk,
    drop: Dropped,
    state: str,
    *,
    fault: str = "",
    params: dict[str, str] | None = None,
    rejects: str = "",
) -> None:
    """Sum it up: shown to who dropped it, with the rejects as a file, and once in the channel.

    Nothing of it where somebody else had the file meanwhile.
    """
    now, counts = desk.clock(), Counter(drop.counts)
    with desk.store.unit() as unit:
        if not drops.held(unit, drop):
            return
        over = replace(drop, state=state, fault=fault, params=params or {}, examples={})
        drops.save(unit, over, now=now)
        if counts["rejected"] and rejects:
            _keep_rejects(unit, drop, rejects.encode(), now=now)
        if counts["created"] and not drop.post:
            became = (counts[one] for one in ("created", "merged", "rejected"))
            outbox.add(unit, (PostImport(now.isoformat(), drop.name, *became),), now=now)
        unit.commit()


def _keep_rejects(unit: Unit, drop: Dropped, table: bytes, *, now: datetime) -> None:
    key, kind = f"{drop.file}:{drop.asked}", "text/csv"
    kept = inbox.keep(unit, source=REJECTS, body=table, content_type=kind, once_key=key, at=now)
    inbox.settle(unit, kept or 0, state="kept", lead_id=None)
    outbox.add(unit, (SendRejects(drop.file, drop.rep, drop.asked),), now=now)
