"""Files of leads, however they are written: CSV, TSV, a spreadsheet, told by their content (C2).

`open_sheet` opens one, `mapping_of` says which column holds what (`rules.headers.guess_mapping`
guesses by the cells too), `bot.imports.import_rows` takes its rows in by some hundreds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from bot.sheet_excel import check_excel, excel_records
from bot.sheet_text import (
    LOOKED_AT,
    MOST_COLUMNS,
    SAMPLE,
    Records,
    form_of,
    split_again,
    text_records,
)
from rules.headers import (
    completed,
    each_once,
    find_header,
    has_values,
    known_names,
    shifted,
)
from rules.refusals import Refused

SAMPLED = 50
SHOWN = 12
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"%PDF", b"BZh", b"\xfd7zXZ", b"{\\rtf", b"\x89PNG")
_DATA = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)?[\[{]\s*[\"{\[]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file opened for reading: its columns, each named once, and its rows.

    Each row comes with how much was read so far, of `size` in the same unit; a `size` of 0 is not
    known. What a row has past its columns stands under ''. The `sample` is the first rows.
    """

    columns: list[str]
    size: int
    rows: Iterator[tuple[dict[str, str], int]]
    sample: list[dict[str, str]]


@contextmanager
def open_sheet(
    path: Path, *, sheet: str = "", mapping: Mapping[str, str] | None = None
) -> Iterator[Sheet]:
    """Open a file of leads; of a workbook the `sheet` of this name, else the first with rows.

    The header is found among the first lines by names that are known or stand in `mapping`. Where
    there is none and `mapping` names columns by their place ('1'), all lines are rows.
    Raises Refused for a file that is missing, empty, of another kind or not made of rows; the
    rows raise it too, where the file breaks further on.
    """
    head = _head(path)
    if head[:2] == b"PK":
        size, sign = check_excel(path), ","
        records = excel_records(path, sheet=sheet)
    else:
        form = form_of(path, head, known_names(mapping or {}))
        records, size, sign = text_records(path, form), path.stat().st_size, form.between
    with closing(records):
        yield _sheet(path, records, size, sign, mapping or {})


def _head(path: Path) -> bytes:
    if not path.is_file():
        raise Refused("import.no_file", file=str(path))
    with path.open("rb") as opened:
        head = opened.read(SAMPLE)
    if head.startswith(_OLD_EXCEL):
        raise Refused("import.old_excel", file=path.name)
    if head.startswith(_PACKED) or _DATA.match(head):
        raise Refused("import.not_text", file=path.name)
    if not head.strip():
        raise Refused("import.empty", file=path.name)
    return head


def _sheet(path: Path, records: Records, size: int, sign: str, mapping: Mapping[str, str]) -> Sheet:
    filled = ((cells, read) for cells, read in records if any(cell.strip() for cell in cells))
    first = list(islice(filled, LOOKED_AT))
    if not first:
        raise Refused("import.empty", file=path.name)
    lines = [split_again(cells, sign) for cells, _ in first]
    columns, at = _columns(path, lines, mapping)
    rows = _rows(chain(first[at:], filled), columns, sign)
    sampled = list(islice(rows, SAMPLED))
    return Sheet(columns, size, chain(sampled, rows), [row for row, _ in sampled])


def _columns(
    path: Path, lines: list[list[str]], mapping: Mapping[str, str]
) -> tuple[list[str], int]:
    """Give the columns' names, and the place of the first row below them."""
    at = find_header(lines, known_names(mapping))
    if at is None and any(name.isdecimal() for name in mapping):
        return [str(place + 1) for place in range(max(map(len, lines)))], 0
    if at is None and has_values(lines[0]):
        raise Refused("import.no_header", file=path.name)
    names = lines[at or 0]
    width = max((place for place, name in enumerate(names, start=1) if name.strip()), default=1)
    names = names[:width]
    if width > MOST_COLUMNS:
        raise Refused("import.too_wide", file=path.name)
    return each_once(names), (at or 0) + 1


def _rows(
    records: Iterable[tuple[list[str], int]], columns: list[str], sign: str
) -> Iterator[tuple[dict[str, str], int]]:
    width = len(columns)
    for cells, read in records:
        if len(cells) == 1 < width and len(again := split_again(cells, sign)) == width:
            cells = again  # noqa: PLW2901 - the same row, parted
        row = dict(zip(columns, cells, strict=False))
        if surplus := [cell for cell in cells[width:] if cell.strip()]:
            row[""] = ", ".join(surplus)
        yield row, read


def mapping_of(sheet: Sheet, given: Mapping[str, str], *, file: str, region: str) -> dict[str, str]:
    """Give the field of each column that has one: as `given` (by name or place), else by its name.

    Raises Refused for a column that is not there, for a header that does not fit its cells, and
    where nobody could be reached: no column is a phone or an email.
    """
    said = {_column(sheet, name): field for name, field in given.items()}
    mapping = completed(sheet.columns, said)
    wide = sheet.sample and all("" in row for row in sheet.sample)
    if wide and (wrong := shifted(sheet.columns, mapping, sheet.sample, region=region)):
        raise Refused("import.shifted", file=file, column=wrong, names=len(sheet.columns))
    if sheet.sample and {"phone", "email"}.isdisjoint(mapping.values()):
        raise Refused("import.no_way", file=file, columns=", ".join(sheet.columns[:SHOWN]))
    return mapping


def _column(sheet: Sheet, name: str) -> str:
    place = int(name) if name.isdecimal() else 0
    if name not in sheet.columns and not 0 < place <= len(sheet.columns):
        raise Refused("import.no_column", column=name, columns=", ".join(sheet.columns[:SHOWN]))
    return name if name in sheet.columns else sheet.columns[place - 1]
