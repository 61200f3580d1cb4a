"""Rows that were rejected, as lines of a table that can be mended and imported again (C2)."""

from collections.abc import Iterable, Iterator, Sequence

from bot.imports import REASON, RowResult
from bot.texts import Words
from rules.cells import runs


def heads(columns: Sequence[str]) -> list[str]:
    """Give the first line: the columns of the file, then the reason."""
    return [*map(_tame, _kept(columns)), REASON]


def lines(
    columns: Sequence[str], results: Iterable[RowResult], words: Words
) -> Iterator[list[str]]:
    """Give each rejected row with its reason; cells past the columns stand after it."""
    for result in results:
        if result.status == "rejected":
            surplus = [_tame(result.row[""])] if "" in result.row else []
            cells = [_tame(result.row.get(name, "")) for name in _kept(columns)]
            yield [*cells, words.say(f"reject.{result.reason}"), *surplus]


def _kept(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name != REASON]


def _tame(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{cell}" if runs(cell) else cell
