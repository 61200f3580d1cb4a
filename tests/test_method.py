"""docs/method.md: every rule stands there, with a function and a test that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RULES = [
    *(f"K{number}" for number in range(1, 6)),
    *(f"L1.{number}" for number in range(1, 6)),
    *(f"L2.{number}" for number in range(1, 6)),
    *(f"L3.{number}" for number in range(1, 4)),
    *(f"L4.{number}" for number in range(1, 6)),
    *(f"L5.{number}" for number in range(1, 6)),
    *(f"L6.{number}" for number in range(1, 10)),
    *(f"S{number}" for number in range(1, 4)),
    *(f"C{number}" for number in range(1, 6)),
]
SPAN = re.compile(r"`([^`]+)`")
ROW = re.compile(r"\| ([KLSC]\d(?:\.\d)?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
FUNCTION = re.compile(r"[a-z_/]+\.py:[\w.]+")
TEST = re.compile(r"tests/[a-z_/]+\.py::\w+")


@cache
def text() -> str:
    return (ROOT / "docs/method.md").read_text("utf-8")


def rows() -> list[tuple[str, ...]]:
    return [match.groups() for match in map(ROW.fullmatch, text().splitlines()) if match]


@cache
def names(path: str) -> frozenset[str]:
    """Give what a file defines: functions, classes, 'Class.method', and what is named by '='."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    outer = [node for node in tree.body if isinstance(node, kinds)]
    inner = {
        f"{node.name}.{one.name}"
        for node in outer
        if isinstance(node, ast.ClassDef)
        for one in node.body
        if isinstance(one, kinds)
    }
    named = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return frozenset(inner | named | {node.name for node in outer})


def exists(mark: str) -> bool:
    path, _, name = mark.replace("::", ":").partition(":")
    return (ROOT / path).is_file() and name in names(path)


class TestTheMethodsTable:
    def test_has_every_rule_once_and_in_order(self):
        found = [rule for rule, *_ in rows()]
        assert [rule for rule in found if rule in RULES] == RULES
        assert len(found) == len(set(found))

    def test_is_read_whole(self):
        lines = [line for line in text().splitlines() if line.startswith("|")]
        assert len(lines) == len(rows()) + 2

    @pytest.mark.parametrize(("rule", "says", "functions", "tests"), rows())
    def test_names_functions_and_tests_that_exist(self, rule, says, functions, tests):
        assert "`" not in says
        for column, form in ((functions, FUNCTION), (tests, TEST)):
            marks = SPAN.findall(column)
            assert column == ", ".join(f"`{mark}`" for mark in marks), rule
            assert [mark for mark in marks if not form.fullmatch(mark)] == []
            assert [mark for mark in marks if not exists(mark)] == []

    def test_has_nothing_else_in_its_text_that_is_gone(self):
        marks = [mark for mark in SPAN.findall(text()) if FUNCTION.fullmatch(mark)]
        assert [mark for mark in marks if not exists(mark)] == []
        files = [mark for mark in SPAN.findall(text()) if mark.endswith((".py", ".toml"))]
        assert [mark for mark in files if not (ROOT / mark).is_file()] == []
