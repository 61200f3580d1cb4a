"""Which line of a table names its columns, and which fields its columns hold (C2)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from rules.cells import read_number, tidy
from rules.fields import field_name
from rules.guesses import names_id
from rules.phones import read_email

_SURE = 2
_MOSTLY = 0.6
_NUMBER = re.compile(r"[\s(+]*\d[\d\s()+./-]{5,20}\d")
_EDGES = " \t\r\n\u00a0\ufeff"
_AGAIN = re.compile(r" \(\d+\)$")

Known = Callable[[str], bool]
Row = Mapping[str, str]


def known_names(mapping: Mapping[str, str]) -> Known:
    """Make the question whether a cell names a column: a known name or one of the mapping's."""
    said = {name for name in mapping if not name.isdecimal()}
    return lambda cell: cell.strip() in said or field_name(cell) is not None


def find_header(rows: Sequence[Sequence[str]], known: Known) -> int | None:
    """Give the place of the line that names the columns among a table's first lines, or None.

    Titles may stand above it. A line with two known names settles it, unless one above it that
    has a known name is as wide. A line with a number or an address in it is none.
    """
    counts = [0 if has_values(row) else sum(1 for cell in row if known(cell)) for row in rows]
    widths = [sum(1 for cell in row if cell.strip()) for row in rows]
    named = [place for place, count in enumerate(counts) if count]
    sure = next((place for place in named if counts[place] >= _SURE), None)
    if sure is None:
        return named[0] if named else None
    return next(place for place in named if place == sure or widths[place] >= widths[sure])


def has_values(row: Sequence[str]) -> bool:
    """Say whether a line holds a number or an address where names should stand."""
    return any(_NUMBER.fullmatch(cell.strip()) or read_email(cell) for cell in row)


def each_once(names: Sequence[str]) -> list[str]:
    """Give names stripped and each once: 'Phone', 'Phone (2)'; a column without one is '(3)'."""
    given: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        wanted = base = name.strip(_EDGES) or f"({place})"
        count = 1
        while wanted in given:
            count += 1
            wanted = f"{base} ({count})"
        given[wanted] = None
    return list(given)


def guess_mapping(
    columns: Sequence[str], sample: Sequence[Row] = (), *, region: str = ""
) -> dict[str, str]:
    """Give the field that each column seems to hold; columns that hold none are left out.

    Names decide. Where none says phone or email, and a `sample` of rows is given, so does what
    most of its cells look like, numbers read in `region` (ISO 3166), but for an id's or an order's:
    show that guess to somebody.
    """
    named = {column: field_name(_AGAIN.sub("", column)) for column in columns}
    mapping = {column: field for column, field in named.items() if field}
    for field in ("phone", "email"):
        if field not in mapping.values():
            rest = [one for one in columns if one not in mapping]
            may = [one for one in rest if field == "email" or not names_id(one)]
            found = next((one for one in may if _holds(field, one, sample, region)), None)
            mapping |= {found: field} if found else {}
    return mapping


def completed(columns: Iterable[str], given: Row) -> dict[str, str]:
    """Give each column's field: as `given`, else by its name where that field is still free."""
    named = guess_mapping(list(columns))
    free = {column: field for column, field in named.items() if field not in given.values()}
    return free | dict(given)


def shifted(columns: Sequence[str], mapping: Row, sample: Sequence[Row], *, region: str) -> str:
    """Give a column whose name stands over other values while its neighbour has them, or ''.

    That is so where a name is missing in a header: 17 names over 18 cells.
    """
    for here, after in zip(columns, [*columns[1:], ""], strict=True):
        field = mapping.get(here, "")
        if field in {"phone", "email"} and _holds(field, after, sample, region):
            return "" if _holds(field, here, sample, region) else here
    return ""


def _holds(field: str, column: str, sample: Sequence[Row], region: str) -> bool:
    cells = [cell for row in sample if (cell := tidy(row.get(column, "")))]
    if field == "email":
        fits = [bool(read_email(cell)) for cell in cells]
    else:
        fits = [read_number(cell, region=region).valid for cell in cells]
    return bool(fits) and sum(fits) / len(fits) >= _MOSTLY
