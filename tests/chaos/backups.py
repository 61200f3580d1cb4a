"""Backups that are damaged in every way one can think of, and one that is put back."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import select

from storage.engine import make_engine
from storage.tables import metadata
from tests.chaos.desks import Progress
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import Reckoning
from tests.chaos.table import Row
from tests.e2e.world import Outside

KEY, OTHER = "correct horse battery", "another horse's battery"
NOTED = {"kept"}
"""That a backup was made is noted in the database that it was made of."""


@dataclass(frozen=True)
class Damage:
    """A way to damage a file's bytes."""

    name: str
    do: Callable[[bytes, Random], bytes]


def _flip(whole: bytes, dice: Random) -> bytes:
    place = dice.randrange(len(whole))
    return whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1 :]


def _cut(whole: bytes, dice: Random) -> bytes:
    return whole[: dice.randrange(len(whole))]


def _cut_middle(whole: bytes, dice: Random) -> bytes:
    first, second = sorted((dice.randrange(len(whole)), dice.randrange(len(whole))))
    return whole[:first] + whole[second + 1 :]


def _zeroes(whole: bytes, dice: Random) -> bytes:
    first = dice.randrange(len(whole))
    size = min(4096, len(whole) - first)
    zeroed = whole[:first] + b"\0" * size + whole[first + size :]
    return zeroed if zeroed != whole else whole[:first]


def _more(whole: bytes, dice: Random) -> bytes:
    return whole + dice.randbytes(dice.randint(1, 64))


def _twice(whole: bytes, dice: Random) -> bytes:
    return whole + whole[dice.randrange(len(whole)) :]


DAMAGES = (
    *(Damage("a bit turned", _flip), Damage("cut off", _cut), Damage("a piece out", _cut_middle)),
    *(Damage("a block of zeroes", _zeroes), Damage("bytes added", _more)),
    Damage("its end twice", _twice),
)


def rows_in(url: str) -> dict[str, list[str]]:
    """Give every row of every table, as text."""
    engine = make_engine(url)
    try:
        with closing(engine.connect()) as rows:
            return {
                name: sorted(repr(tuple(row)) for row in rows.execute(select(table)))
                for name, table in metadata.tables.items()
                if name not in NOTED
            }
    finally:
        engine.dispose()


def damaged_backups(outside: Outside, *, count: int, seed: int, tell: Progress) -> Row:
    """Damage backups with and without a key, try each, then put the whole one back."""
    row = Row.of("backups", outside.database, "", Ledger(), Reckoning())
    dice, tried = Random(seed), 0
    for key in ("", KEY):
        whole = _backup(outside, key)
        for name, damaged in _damaged(whole, dice, count // 2):
            tried += 1
            tell(f"{tried} damaged backups")
            row.faults += _refused(outside, damaged, key, name)
        if key:
            row.faults += _refused(outside, whole, OTHER, "another key")
            row.faults += _refused(outside, whole, "", "no key")
            tried += 2
        row.faults += _put_back(outside, whole, key)
    row.struck, row.lost = f"{tried} damaged", len(row.faults)
    row.remarks.append("each refused; the whole ones proved and put back, every row the same")
    row.remarks = row.remarks if row.holds else []
    return row


def _backup(outside: Outside, key: str) -> Path:
    folder = outside.folder / f"backups{len(key)}"
    done = outside.tried("backup", BACKUP_KEY=key, BACKUP_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    [made] = folder.glob("lead-desk-*.backup")
    return made


def _damaged(whole: Path, dice: Random, count: int) -> Iterator[tuple[str, Path]]:
    content = whole.read_bytes()
    for number in range(count):
        damage = DAMAGES[number % len(DAMAGES)]
        file = whole.with_name(f"damaged-{number}.backup")
        file.write_bytes(damage.do(content, dice))
        yield damage.name, file
        file.unlink()


def _refused(outside: Outside, file: Path, key: str, name: str) -> list[str]:
    """Try a file that can't be restored; name what was not refused in one line of words."""
    done = outside.tried("restore", "--verify", str(file), BACKUP_KEY=key)
    if done.returncode == 1 and done.stderr.strip() and "Traceback" not in done.stderr:
        return []
    return [f"{name}: exit {done.returncode}, {done.stderr[-200:]!r}"]


def _put_back(outside: Outside, file: Path, key: str) -> list[str]:
    """Prove a backup, put it in place of the database, and compare every row."""
    before = rows_in(outside.database)
    for args in (("restore", "--verify", str(file)), ("restore", "--yes", str(file))):
        done = outside.tried(*args, BACKUP_KEY=key)
        if done.returncode:
            return [f"{' '.join(args[:2])}: {done.stderr[-200:]!r}"]
    after = rows_in(outside.database)
    return [f"{name} is not what it was" for name in before if before[name] != after[name]]
