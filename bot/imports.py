"""Leads from a file: rows read with their columns, taken in by the hundred."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bot import audit
from bot.assign import Rotation
from bot.desk import Desk
from bot.intake import take_in
from bot.sources import Batch, fingerprint
from rules.effects import PostImport
from rules.fields import Defaults, Draft, field_name, read_draft, renamed
from rules.refusals import Refused
from storage import inbox, outbox
from storage.unit import Unit

AT_ONCE = 100
BREATH = 0.01
SOURCE = "import"
_SAMPLE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file opened for reading: its columns, how many bytes it has, its rows."""

    columns: list[str]
    size: int
    rows: Iterator[tuple[dict[str, str], int]]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: created, merged or rejected with a reason."""

    status: str
    row: dict[str, str]
    reason: str = ""


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """Open a CSV or TSV file; each row comes with how many bytes were read so far.

    Raises Refused for a file that is missing, empty, of another format or not made of rows.
    """
    encoding, delimiter = _form(path)
    with (
        path.open("rb") as binary,
        io.TextIOWrapper(binary, encoding=encoding, errors="replace", newline="") as stream,
    ):
        reader = csv.reader(_without_nul(stream), delimiter=delimiter)
        try:
            columns = [name.strip() for name in next(reader, [])]
            yield Sheet(columns, path.stat().st_size, _rows(reader, columns, binary))
        except csv.Error:
            raise Refused("import.too_wide", file=path.name) from None


def _form(path: Path) -> tuple[str, str]:
    """Find out a file's encoding and what stands between its cells."""
    if not path.is_file():
        raise Refused("import.no_file", file=str(path))
    with path.open("rb") as opened:
        head = opened.read(_SAMPLE)
    if head[:2] == b"PK":
        raise Refused("import.not_text", file=path.name)
    if not head.strip():
        raise Refused("import.empty", file=path.name)
    encoding = _encoding(path, head)
    return encoding, _delimiter(head, encoding)


def _encoding(path: Path, head: bytes) -> str:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for _ in iter(lambda: stream.read(_SAMPLE), ""):
                pass
    except UnicodeDecodeError:
        return "cp1255"
    return "utf-8-sig"


def _delimiter(head: bytes, encoding: str) -> str:
    line = next(iter(head.decode(encoding, errors="replace").lstrip().splitlines()), "")
    return max(",;\t|", key=line.count)


def _without_nul(stream: io.TextIOWrapper) -> Iterator[str]:
    for line in stream:
        yield line.replace("\0", "")


def _rows(
    reader: Iterator[list[str]], columns: list[str], stream: BinaryIO
) -> Iterator[tuple[dict[str, str], int]]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            named = _named(columns, cells)
            surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
            yield named | ({"": ", ".join(surplus)} if surplus else {}), stream.tell()


def _named(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Put cells under their columns; of two columns of one name the first that is filled counts."""
    named: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not named.get(column):
            named[column] = cell
    return named


def check_kind(sheet: Sheet, mapping: Mapping[str, str], kind: str | None) -> None:
    """Refuse a file that says neither in a column nor by option which kind its leads are."""
    fields = {mapping.get(name) or field_name(name) for name in sheet.columns}
    if kind is None and "kind" not in fields:
        raise Refused("import.needs_kind")


def import_rows(
    desk: Desk,
    rows: list[dict[str, str]],
    *,
    defaults: Defaults,
    mapping: Mapping[str, str],
    post: bool,
    dry_run: bool,
) -> list[RowResult]:
    """Take in rows in one commit; `mapping` gives fields for column names.

    A dry run does all of it and keeps nothing.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        rotation = Rotation(desk, unit, now=now)
        results = []
        for row in rows:
            draft = read_draft(renamed(row, mapping), defaults=defaults)
            results.append(_take_row(desk, unit, row, draft, rotation, post=post, now=now))
        if not dry_run:
            became = Counter(one.status for one in results)
            audit.write(desk, unit, "", "import", SOURCE, after=became)
            unit.commit()
    return results


def _take_row(
    desk: Desk,
    unit: Unit,
    row: dict[str, str],
    draft: Draft,
    rotation: Rotation,
    *,
    post: bool,
    now: datetime,
) -> RowResult:
    if not draft.reachable:
        return RowResult("rejected", row, "no_way_to_reach")
    body = json.dumps(row, ensure_ascii=False).encode("utf-8", errors="replace")
    kept = inbox.keep(
        unit,
        source=SOURCE,
        body=body,
        content_type="application/json",
        once_key=fingerprint(
            {"row": row, "of": [draft.campaign, draft.vendor, draft.kind, draft.cost]}
        ),
        at=now,
    )
    if kept is None:
        return RowResult("merged", row)
    batch = Batch(SOURCE, post=post, imported=True)
    status, lead = take_in(desk, unit, draft, rotation, batch, intake_id=kept, now=now)
    inbox.settle(unit, kept, state=status, lead_id=lead.id)
    return RowResult(status, row)


def post_summary(desk: Desk, *, file: str, created: int, merged: int, rejected: int) -> None:
    """Post one summary of an imported file in the leads channel (contract: Assignment)."""
    now = desk.clock()
    summary = PostImport(now.isoformat(), file, created, merged, rejected)
    with desk.store.unit() as unit:
        outbox.add(unit, (summary,), now=now)
        unit.commit()
