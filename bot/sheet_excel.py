"""Tables of a spreadsheet program: read row by row, refused before a bomb unfolds (C2)."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sheet_text import SAMPLE, Records
from rules.refusals import Refused

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

MOST_BYTES = 256 * 1024**2
MOST_OTHER = 64 * 1024**2
MOST_AT_ONCE = 2 * 1024**2
LONGEST_ROW = 8 * 1024**2
MOST_FOLDED = 200
MOST_PARTS = 5000
MOST_ROWS = 1024**2
MOST_CELLS = 16 * 1024
"""The cells that a row can have in a spreadsheet program."""
_EXTENT = re.compile(rb'<dimension ref="[A-Z]{1,3}\d+:[A-Z]{1,3}(\d{1,7})"')
_HEAD = 4096
_SMALL = 64 * 1024
_EXACT = 10**15
_SHEETS = "xl/worksheets/"
_STREAMED = ("xl/worksheets/", "xl/sharedStrings.xml")
_WHOLE = (".xml", ".rels")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_LONGEST_MARK = 16
_FORMULA = (b"<f>", b"<f ")


def check_excel(path: Path) -> int:
    """Look at what an archive says of itself, before any of it is unfolded.

    Gives how many rows its longest sheet says to have, 0 where none says it. Raises Refused for
    what is no workbook, or unfolds to more than a list of leads can be.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_parts(path, parts)
            heads = [_head_of(archive, one) for one in parts if _SHEETS in one.filename]
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - zipfile raises many kinds for what is not its format
        raise Refused("import.not_text", file=path.name) from None
    return max((int(found[1]) for head in heads if (found := _EXTENT.search(head))), default=0)


def _check_parts(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    if "xl/workbook.xml" not in {one.filename for one in parts}:
        raise Refused("import.not_text", file=path.name)
    whole = sum(one.file_size for one in parts)
    other = sum(one.file_size for one in parts if _SHEETS not in one.filename)
    bomb = any(_is_bomb(one) for one in parts)
    if bomb or whole > MOST_BYTES or other > MOST_OTHER or len(parts) > MOST_PARTS:
        raise Refused("import.too_large", file=path.name)


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    """Say whether a part unfolds to far more than it is, or is a large one that is read at once.

    So does one that is packed as no spreadsheet program does: it would unfold by the megabyte.
    """
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return True
    at_once = part.filename.endswith(_WHOLE) and not part.filename.startswith(_STREAMED)
    folded = part.file_size > max(_SMALL, part.compress_size) * MOST_FOLDED
    return folded or (at_once and part.file_size > MOST_AT_ONCE)


def _head_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as opened:
        return opened.read(_HEAD)


def excel_records(path: Path, *, sheet: str = "") -> Records:
    """Give the cells of each row of a sheet as text, and how many rows were read so far.

    Without its name the first sheet that has rows and is not hidden is taken. A formula counts by
    what it last came to, and where it never did by its own text. Raises Refused for a workbook
    that is broken.
    """
    try:
        with ExitStack() as stack:
            yield from _rows(path, sheet, stack)
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises many kinds for what is not its format
        raise Refused("import.broken", file=path.name) from None


def _rows(path: Path, sheet: str, stack: ExitStack) -> Records:
    has_formulas = _has_formulas(path)  # also refuses what no program may read whole, and so first
    book = _open(path, stack, values=True)
    names = [one.title for one in book.worksheets]
    if sheet and sheet not in names:
        raise Refused("import.no_sheet", file=path.name, sheet=sheet, sheets=", ".join(names))
    formulas = _open(path, stack, values=False) if has_formulas else None
    shown = [one.title for one in book.worksheets if one.sheet_state == "visible"]
    for name in [sheet] if sheet else shown:
        found = False
        for number, cells in enumerate(_cells(book, formulas, name), start=1):
            if number > MOST_ROWS:
                raise Refused("import.too_large", file=path.name)
            if any(cells):
                found = True
                yield cells, number
        if found:
            return


def _open(path: Path, stack: ExitStack, *, values: bool) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415 - few imports are of a workbook

    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    opened = stack.enter_context(path.open("rb"))
    book = load_workbook(opened, read_only=True, data_only=values, keep_links=False)
    return stack.enter_context(closing(book))


def _has_formulas(path: Path) -> bool:
    """Say whether a workbook has formulas; raises Refused where a row is longer than any can be."""
    with zipfile.ZipFile(path) as archive:
        sheets = [one for one in archive.namelist() if _SHEETS in one]
        each = [_mentions(archive, one, path.name) for one in sheets]
    return any(each)


def _mentions(archive: zipfile.ZipFile, part: str, file: str) -> bool:
    found, tail, long, cells = False, b"", 0, 0
    with archive.open(part) as opened:
        while piece := opened.read(SAMPLE):
            text = tail + piece
            found = found or any(mark in text for mark in _FORMULA)
            row = max((one.end() for one in _ROW.finditer(text)), default=0)
            long = len(text) - row if row else long + len(piece)
            cells = 0 if row else cells + len(_CELL.findall(piece))
            if long > LONGEST_ROW or cells > MOST_CELLS:
                raise Refused("import.too_large", file=file)
            tail = piece[-_LONGEST_MARK:]
    return found


def _cells(book: "Workbook", formulas: "Workbook | None", name: str) -> Iterator[list[str]]:
    values = _values(book, name)
    if formulas is None:
        yield from ([_text(one) for one in row] for row in values)
        return
    for row, written in zip(values, _values(formulas, name), strict=False):
        pairs = zip_longest(row, written)
        yield [_text(own if one is None else one) for one, own in pairs]


def _values(book: "Workbook", name: str) -> Iterator[tuple[Any, ...]]:
    sheet: Any = book[name]
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(values_only=True))


def _text(value: object) -> str:
    """Write a cell's value as a person would type it: a whole number without its '.0'."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
