"""docs/upgrading.md: what each migration adds, and commands and refusals that are so."""

import re
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import inspect

from bot.settings import names
from rules.playbook_file import PlaybookFaults, read_playbook
from storage import upgrade as upgrading
from storage.engine import make_engine
from storage.upgrade import migrate, versions
from tests.pages import ROOT, SPAN, commands, inline, links, page, sections, wrong_with

PAGE = "upgrading.md"
ROW = re.compile(r"^\| (\d{4}) \| (.+) \|$", re.MULTILINE)
GONE_KEY = re.compile(r"^\| `\[(\w+)\] (\w+)`", re.MULTILINE)
Shape = dict[str, set[str]]


@cache
def text() -> str:
    return page(PAGE)


def rows() -> dict[str, list[str]]:
    """Give what the page says that each migration adds: tables, and columns as `table.column`."""
    return {number: SPAN.findall(told) for number, told in ROW.findall(text())}


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shape]:
    """The tables and their columns at each version."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('up')}/leads.db")
    found: dict[str, Shape] = {"": {}}
    with engine.connect() as connection:
        for number in versions():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection, number)
            connection.exec_driver_sql("COMMIT")
            look = inspect(connection)
            tables = [one for one in look.get_table_names() if one != "alembic_version"]
            found[number] = {
                name: {str(one["name"]) for one in look.get_columns(name)} for name in tables
            }
    engine.dispose()
    return found


def added(before: Shape, after: Shape) -> tuple[set[str], set[str]]:
    """Give the tables that are new, and the new columns of those that were there."""
    columns = {
        f"{name}.{column}"
        for name in before.keys() & after.keys()
        for column in after[name] - before[name]
    }
    return after.keys() - before.keys(), columns


class TestEveryMigration:
    def test_stands_in_the_table_and_no_other(self):
        assert list(rows()) == versions()

    def test_that_is_new_is_missed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        (tmp_path / "versions").mkdir()
        for number in (*versions(), "9999"):
            (tmp_path / "versions" / f"{number}_planted.py").touch()
        monkeypatch.setattr(upgrading, "_FOLDER", tmp_path)
        assert set(versions()) - set(rows()) == {"9999"}

    def test_is_named_with_what_it_adds(self, shapes: dict[str, Shape]):
        for before, number in zip(["", *versions()], versions(), strict=False):
            tables, columns = added(shapes[before], shapes[number])
            told = set(rows()[number])
            assert {one for one in told if "." not in one} == tables, number
            assert {one for one in told if "." in one} <= columns, number
            assert told, number


class TestEveryCommand:
    def test_can_be_typed(self):
        given = [*commands(text()), *inline(text())]
        assert [fault for one in given if (fault := wrong_with(one))] == []

    def test_leads_somewhere(self):
        for file, anchor in links(text()):
            path = ROOT / "docs" / (file or PAGE)
            assert path.is_file()
            assert not anchor or anchor in [one.anchor for one in sections(path.read_text("utf-8"))]


class TestWhatIsNoMore:
    def test_is_refused_in_a_playbook(self):
        gone = GONE_KEY.findall(text())
        assert gone
        for part, key in gone:
            with pytest.raises(PlaybookFaults, match=f"{part}.{key} is not known here"):
                read_playbook({part: {key: ["1d"]}}, file="playbook.toml")

    def test_is_no_setting(self):
        [line] = [one for one in text().splitlines() if one.startswith("Settings that are read no")]
        gone, now = SPAN.findall(line)
        assert gone not in names()
        assert now in names()


class TestTheRefusal:
    def test_stands_there_in_its_words(self):
        source = (ROOT / "storage/upgrade.py").read_text("utf-8")
        wiring = (ROOT / "wiring.py").read_text("utf-8")
        first, second = "the database was made by a later version", "run the version that made it"
        assert f"{first}; {second}" in text()
        assert first in source
        assert second in wiring
