"""Everything by which the product says that something is wrong: read from its own source."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from prometheus_client.metrics_core import Metric

from bot import backups, refunds
from bot.alarms import ALARMS
from bot.desk import Desk
from bot.gauges import Stored
from bot.texts import load
from bot.views import notices
from storage import kept

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "storage")
ENDS = (".one", "_mail", "_alone")
TOLD_BY = {"error", "exception", "warning"}
LEAST = 8
"""Shorter pieces of a finding's text say nothing by themselves."""


@cache
def trees() -> dict[str, ast.Module]:
    files = [ROOT / "app.py", *(one for room in ROOMS for one in (ROOT / room).rglob("*.py"))]
    kept = [one for one in files if "versions" not in one.parts]
    return {str(one.relative_to(ROOT)): ast.parse(one.read_text("utf-8")) for one in kept}


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called == name and (node.args or node.keywords):
                yield node


def notice_of(key: str) -> str:
    """Give the notice that a text is of: one for a lead, for many and for none are the same."""
    name = key.removeprefix("notice.")
    for end in ENDS:
        name = name.removesuffix(end)
    return name


def told() -> set[str]:
    """Give the name of everything that managers are told without having asked."""
    own = vars(notices)["_OWN"]
    named = {notice_of(key) for key in load("en") if key.startswith("notice.")}
    return named | set(own) | ALARMS | refunds.NOTICES | _raised()


def _raised() -> set[str]:
    found = set()
    for tree in trees().values():
        names = _constants(tree)
        for call in _calls(tree, "TellManagers"):
            first = call.args[0] if call.args else call.keywords[0].value
            found |= _strings(first) | {names[one] for one in _names(first) if one in names}
    return found


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
            into, given = node.targets[0], node.value
            pairs = (
                zip(into.elts, given.elts, strict=False)
                if isinstance(into, ast.Tuple) and isinstance(given, ast.Tuple)
                else [(into, given)]
            )
            for name, value in pairs:
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                    found[name.id] = str(value.value)
    return found


def _names(node: ast.expr) -> set[str]:
    return {node.id} if isinstance(node, ast.Name) else set()


def _strings(node: ast.expr) -> set[str]:
    """Give the texts that an expression may be, where it is written out."""
    if isinstance(node, ast.IfExp):
        return _strings(node.body) | _strings(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def findings() -> set[tuple[str, str]]:
    """Give what the doctor may say is amiss: what it is of, and the longest piece of its text."""
    return {pair for tree in trees().values() for pair in _findings(tree)}


def _findings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in _calls(function, "Finding"):
            given: dict[str, Any] = {one.arg or "": one.value for one in call.keywords}
            good = given.get("good")
            [what] = _strings(call.args[0]) or [""]
            if isinstance(good, ast.Constant) and good.value is True:
                continue
            for piece in _pieces(given["text"], function):
                yield what, piece


def _pieces(node: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    if isinstance(node, ast.Name):
        for one in ast.walk(function):
            if isinstance(one, ast.Assign | ast.AugAssign) and _puts(one, node.id):
                yield from _pieces(one.value, function)
        return
    if isinstance(node, ast.BoolOp | ast.IfExp):
        parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        for part in parts:
            yield from _pieces(part, function)
        return
    inside = node.values if isinstance(node, ast.JoinedStr) else [node]
    pieces = [text.strip() for one in inside for text in _strings(one)]
    yield from [max(pieces, key=len)] if pieces and len(max(pieces, key=len)) >= LEAST else []


def _puts(node: ast.Assign | ast.AugAssign, name: str) -> bool:
    into = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(one, ast.Name) and one.id == name for one in into)


def logged() -> set[str]:
    """Give every line that the log has of a fault, as it stands in the source."""
    return {
        str(call.args[0].value)
        for tree in trees().values()
        for kind in TOLD_BY
        for call in _calls(tree, kind)
        if getattr(getattr(call.func, "value", None), "id", "") == "log"
        if call.args and isinstance(call.args[0], ast.Constant)
    }


def families(desk: Desk) -> dict[str, Metric]:
    """Give every family of `/metrics` that is the desk's own, by its name on the page."""
    now = desk.clock()
    one = {"at": now.isoformat(), "file": "x", "size": 1, "rows": 1}
    with desk.store.unit() as unit:
        kept.put(unit, backups.STATE, {"proved": one}, at=now)
        unit.commit()
    found = [*desk.meters.registry.collect(), *Stored(desk).collect()]
    named = {f"{one.name}{'_total' if one.type == 'counter' else ''}": one for one in found}
    return {name: one for name, one in named.items() if name.startswith("lead_desk_")}
