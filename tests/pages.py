"""The operator's pages read for their tests: sections, what they quote, the commands they give."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer

import app

ROOT = Path(__file__).parents[1]
PROGRAMS = frozenset(
    {
        "cd",
        "chown",
        "cp",
        "curl",
        "df",
        "diff",
        "docker",
        "du",
        "git",
        "install",
        "journalctl",
        "mv",
    }
    | {"pip", "psql", "python", "rm", "systemctl", "systemd-run", "tar", "timedatectl"}
)
"""What a line of a page may begin with, besides `make` and the product itself."""
TYPED = ("app.py ", "docker ", "make ", "systemctl ")
SERVICES = re.compile(r"^  ([a-z]+):$", re.MULTILINE)
TARGETS = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
MARKS = re.compile(r"[*`\u2066-\u2069]")


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    title: str
    text: str

    @property
    def anchor(self) -> str:
        """What a link to it ends with, as GitHub makes it."""
        return re.sub(r"[^\w\- ]", "", self.title.casefold()).replace(" ", "-")

    @property
    def quotes(self) -> list[str]:
        lines = self.text.splitlines()
        return [line.removeprefix("> ") for line in lines if line.startswith("> ")]


@cache
def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def sections(text: str) -> list[Section]:
    _, *rest = re.split(r"^##+ ", text, flags=re.MULTILINE)
    pairs = [one.partition("\n") for one in rest]
    return [Section(title.strip(), body) for title, _, body in pairs]


def commands(text: str) -> list[str]:
    """Give each command of the blocks of code, without its comment and its prompt."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    blocks = [block for language, block in fenced if language == "sh"]
    whole = "".join(blocks).replace("\\\n", " ")
    lines = [re.sub(r"\s+# .*|^# .*", "", line).strip() for line in whole.splitlines()]
    return [one.strip() for line in lines for one in re.split(r"&&|\|", line) if one.strip()]


def inline(text: str) -> list[str]:
    """Give each command that stands in a sentence."""
    found = [one.removeprefix("python ") for one in SPAN.findall(text)]
    return [one for one in found if one.startswith(TYPED)]


def wrong_with(command: str) -> str:
    """Say why a command can't be typed, "" where it can: by the real parser, or by its name."""
    words = shlex.split(command)
    if words[0] == "make":
        made = TARGETS.findall((ROOT / "Makefile").read_text("utf-8"))
        return "" if set(words[1:]) <= set(made) else f"no such target: {command}"
    own = [at for at, word in enumerate(words) if word.endswith("app.py")]
    if own:
        return _misread(words[own[0] + 1 :], command)
    if Path(words[0]).name not in PROGRAMS:
        return f"no such program: {command}"
    if words[:2] == ["docker", "compose"]:
        return _composed(words[2:], command)
    return _unit(words[2:], command) if words[0] == "systemctl" else ""


def _unit(named: list[str], command: str) -> str:
    known = {"postgresql", *(one.stem for one in (ROOT / "deploy").glob("*.service"))}
    return "" if set(named) <= known else f"no such unit: {command}"


def _composed(words: list[str], command: str) -> str:
    services = SERVICES.findall((ROOT / "compose.yaml").read_text("utf-8").split("\nvolumes:")[0])
    named = [one for one in words if one in services]
    if words[0] in {"build", "down", "ps", "up"}:
        return ""
    if not named:
        return f"no such service: {command}"
    after = words[words.index(named[0]) + 1 :]
    return _misread(after, command) if words[0] == "run" and named[0] == "bot" else ""


def _misread(words: list[str], command: str) -> str:
    found: Any = typer.main.get_command(app.cli)
    while hasattr(found, "commands"):
        if not words or words[0] not in found.commands:
            return f"no such command: {command}"
        found, words = found.commands[words[0]], words[1:]
    try:
        found.make_context("app.py", list(words))
    except Exception as fault:  # noqa: BLE001 - whatever the parser has against it
        return f"{command}: {fault}"
    return ""


def plain(text: str) -> str:
    """Give a text without Slack's marks, a "…" in the place of each value."""
    return MARKS.sub("", re.sub(r"\{[a-z_]+\}", "…", text))


def quoted(quote: str, text: str) -> bool:
    """Say whether a quote, cut at each "…", stands in a text of the product."""
    pieces = [one.strip() for one in plain(quote).split("…") if one.strip()]
    whole = plain(text)
    return bool(pieces) and all(one in whole for one in pieces)


def links(text: str) -> Iterator[tuple[str, str]]:
    """Give each link to a page of ours: the file ("" for the same), and its anchor."""
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = str(target).partition("#")
        if "://" not in file:
            yield file, anchor
