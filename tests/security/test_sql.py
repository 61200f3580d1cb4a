"""SQL knows people's words as bound parameters alone (C5)."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from storage.engine import make_engine
from storage.rows import is_just
from storage.tables import leads

ROOT = Path(__file__).parents[2]
TAKES_SQL = {"text", "exec_driver_sql", "literal_column", "execute", "executescript"}
MADE = {
    "storage/tables.py": "the steps of a closed list, in an index",
    "storage/backup_postgres.py": "names of the database's own tables and counters",
    "storage/backup_sqlite.py": "names of the database's own tables",
    "storage/bulk.py": "names of a table's own columns",
    "storage/figures.py": "the bounds of the times, which are numbers in the source",
    "storage/rows.py": "one plain word, as a partial index needs it; others are refused",
    "storage/migrations": "run once, over names that stand in the file",
}
"""Where SQL is put together, and of what."""


def made_of_values(path: Path) -> list[int]:
    """Give the lines on which SQL is an f-string, a sum or a format, or ruff was told so."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    told = [at for at, line in enumerate(source.splitlines(), 1) if "noqa: S608" in line]
    calls = (one for one in ast.walk(tree) if isinstance(one, ast.Call) and one.args)
    made = (one for one in calls if _name(one) in TAKES_SQL and _is_made(one.args[0]))
    return [*told, *(one.lineno for one in made)]


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_made(given: ast.expr) -> bool:
    if isinstance(given, ast.JoinedStr):
        return any(isinstance(one, ast.FormattedValue) for one in given.values)
    if isinstance(given, ast.BinOp):
        strings = (one for one in ast.walk(given) if isinstance(one, ast.Constant | ast.JoinedStr))
        return any(isinstance(getattr(one, "value", ""), str) for one in strings)
    return isinstance(given, ast.Call) and _name(given) in {"format", "join", "replace"}


def sources() -> list[Path]:
    return sorted(
        path
        for room in ("bot", "handlers", "storage")
        for path in (ROOT / room).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class TestSql:
    @pytest.mark.parametrize("path", sources(), ids=place)
    def test_is_not_made_of_values(self, path: Path):
        if not place(path).startswith(tuple(MADE)):
            assert made_of_values(path) == []

    def test_that_is_made_has_its_reason_and_is_there(self):
        files = [place(one) for one in sources() if made_of_values(one)]
        assert {name for name in MADE if any(one.startswith(name) for one in files)} == set(MADE)

    @pytest.mark.parametrize("word", ["' OR 1=1 --", "a'b", "a b", "\\", '"', "\u05d0"])
    def test_that_holds_a_word_takes_no_other_than_a_plain_one(self, word: str):
        with pytest.raises(ValueError, match="no plain word"):
            is_just(leads.c.owner, word)

    @pytest.mark.parametrize(
        "line",
        [
            'unit.execute(text(f"SELECT 1 WHERE name = {name}"))',
            'unit.execute("SELECT " + name)',
            'connection.exec_driver_sql("SELECT {}".format(name))',
            'text("SELECT %s" % name)',
        ],
    )
    def test_made_of_a_value_would_be_found(self, tmp_path: Path, line: str):
        (tmp_path / "one.py").write_text(line, "utf-8")
        assert made_of_values(tmp_path / "one.py") == [1]

    def test_faults_do_not_tell_the_values(self, tmp_path: Path):
        engine = make_engine(f"sqlite:///{tmp_path}/leads.db")
        with pytest.raises(exc.OperationalError) as caught, engine.connect() as connection:
            connection.execute(text("SELECT * FROM nothing WHERE name = :name"), {"name": "Dana"})
        engine.dispose()
        assert "Dana" not in str(caught.value)
