"""Tables written as text: their encoding, what stands between their cells, their lines (C2)."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rules.headers import Known
from rules.refusals import Refused

Records = Generator[tuple[list[str], int]]

SAMPLE = 64 * 1024
LOOKED_AT = 10
LONGEST_LINE = 1_000_000
MOST_LINES = 1000
MOST_COLUMNS = 200
_BETWEEN = ",;\t|"
_END = "\0"
_WRONG = "\ufffd"
_FEW = 0.05
_WIDE = 0.1
_PAGE = re.compile(
    r"\s*(?:MIME-Version:|<.*?\b(?:html|head|body|table)\b)", re.IGNORECASE | re.DOTALL
)
_LETTERS = re.compile(rb"[\xc0-\xff]+")
_MIXED = re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]|[\x80-\x9a]{3,}")
_SPACED = re.compile(r"[,;\t|] +\"(?!\")")
_INNER = re.compile(r'(?<=\w)"(?=\w)')


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written: its encoding, and what stands between its cells.

    Where it is `spaced`, blanks stand between that and a cell's quotes.
    """

    encoding: str
    between: str
    spaced: bool = False


def form_of(path: Path, head: bytes, known: Known) -> Form:
    """Find out how a table is written; `known` tells names of columns.

    Raises Refused for a web page, and for letters that can't be told.
    """
    encoding = _encoding(path, head)
    text = head.decode(encoding, errors="replace").replace("\0", "")
    if _PAGE.match(text[:2000]):
        raise Refused("import.is_page", file=path.name)
    if not text.strip():
        raise Refused("import.empty", file=path.name)
    return Form(encoding, _between(text, known), spaced=bool(_SPACED.search(text)))


def _encoding(path: Path, head: bytes) -> str:
    if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    if wide := _unmarked_utf16(head):
        return wide
    if _is_utf8(path):
        return "utf-8-sig"
    if _is_latin(path):
        raise Refused("import.letters", file=path.name)
    return "cp1255"


def _unmarked_utf16(head: bytes) -> str:
    """Tell UTF-16 without a mark by its zeros, which stand in every second place."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < _WIDE * len(head) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(path: Path) -> bool:
    """Say whether a file is UTF-8, a few broken letters aside."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    wrong = wide = 0
    for piece in _pieces(path):
        text = decoder.decode(piece)
        if not text.isascii():
            wrong += text.count(_WRONG)
            wide += len(piece) - len(text)
    return wrong <= _FEW * wide


def _is_latin(path: Path) -> bool:
    """Say whether letters past ASCII are Latin, or Hebrew of DOS: in words as they never stand."""
    words = mixed = 0
    for piece in _pieces(path):
        words += len(_LETTERS.findall(piece))
        mixed += len(_MIXED.findall(piece))
    return mixed * 2 > words


def _pieces(path: Path) -> Generator[bytes]:
    with path.open("rb") as opened:
        yield from iter(lambda: opened.read(SAMPLE), b"")


def _between(text: str, known: Known) -> str:
    lines = [line for line in text.splitlines() if line.strip()][:LOOKED_AT]
    return max(_BETWEEN, key=lambda sign: _fit(lines, sign, known))


def _fit(lines: list[str], sign: str, known: Known) -> tuple[int, int]:
    """Tell how well a sign parts these lines: by the names it brings out, then by its cells."""
    rows = [split_again(_split(line, sign), sign)[:MOST_COLUMNS] for line in lines]
    names = max((sum(1 for cell in row if known(cell)) for row in rows), default=0)
    return names, len(rows[0]) if rows else 0


def _split(line: str, sign: str, *, quoted: bool = True) -> list[str]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=sign, quoting=quoting), [])
    except csv.Error:
        return []


def split_again(cells: list[str], sign: str) -> list[str]:
    """Split a line that stood whole within one pair of quotes; give others as they are."""
    return _split(cells[0], sign) if len(cells) == 1 and sign in cells[0] else cells


def text_records(path: Path, form: Form) -> Records:
    """Give the cells of each line, and how many bytes were read so far; memory stays bounded.

    A quote that nobody closed does not swallow the lines after it. Raises Refused for lines that
    are too long.
    """
    with (
        path.open("rb") as binary,
        io.TextIOWrapper(binary, form.encoding, errors="replace", newline="") as stream,
    ):
        try:
            yield from _records(stream, binary.tell, form)
        except csv.Error:
            raise Refused("import.too_wide", file=path.name) from None


def _records(stream: io.TextIOWrapper, tell: Callable[[], int], form: Form) -> Records:
    held: list[str] = []
    sign = form.between
    reader = csv.reader(_lines(stream, held, form), delimiter=sign)
    for cells in reader:
        if cells == [_END]:
            return
        for row in _mended(cells, held, sign, at=reader.line_num):
            yield row, tell()
        held.clear()


def _lines(stream: io.TextIOWrapper, held: list[str], form: Form) -> Generator[str]:
    """Give the lines one by one and hold those of the present row; then a mark of the end."""
    gap = re.compile(f'{re.escape(form.between)} +"')
    while line := stream.readline(LONGEST_LINE):
        if len(line) + sum(map(len, held)) >= LONGEST_LINE or len(held) >= MOST_LINES:
            raise csv.Error
        plain = line.replace(_END, "")
        if form.spaced:
            plain = gap.sub(f'{form.between}"', plain)
        held.append(plain)
        yield plain
    yield _END


def _mended(cells: list[str], held: list[str], sign: str, *, at: int) -> list[list[str]]:
    if cells and _END in cells[-1]:
        return _unquoted(held, sign) or _open_quote(at - len(held))
    if len(held) > 1 and _is_broken(held, sign):
        return _unquoted(held, sign) or [cells]
    return [_doubled(held, sign) or cells]


def _doubled(held: list[str], sign: str) -> list[str]:
    """Split a line in whose quoted cells stand quotes within words that nobody doubled, else none.

    So Hebrew writes its abbreviations.
    """
    if len(held) != 1 or '"' not in held[0]:
        return []
    if not _INNER.search(held[0]) or not _is_broken(held, sign):
        return []
    again = _INNER.sub('""', held[0])
    return [] if _is_broken([again], sign) else _split(again, sign)


def _is_broken(held: list[str], sign: str) -> bool:
    try:
        return len(list(csv.reader(held, delimiter=sign, strict=True))) != 1
    except csv.Error:
        return True


def _unquoted(held: list[str], sign: str) -> list[list[str]]:
    """Give each line as a row of its own where all are as wide, else nothing."""
    rows = [_split(line, sign, quoted=False) for line in held if line.strip()]
    return rows if len({len(row) for row in rows}) == 1 and len(rows[0]) > 1 else []


def _open_quote(line: int) -> list[list[str]]:
    raise Refused("import.open_quote", line=max(line, 1))
