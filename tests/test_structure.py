"""The shape of the source: tables without holes, words in both languages, small pieces."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

import wiring
from bot import outgoing
from bot.orders import Order
from bot.settings import Settings, names
from bot.texts import LOCALES, load
from bot.views import modals
from bot.views.blocks import ActionId, ViewId
from handlers import actions, commands, submits
from rules import outcomes
from rules.acts import Command
from rules.allowed import SENTENCES
from rules.commands import VERBS
from rules.effect import Effect
from rules.effects import EFFECTS
from rules.playbook_keys import TOGETHER
from rules.words import CHANNELS, Importance, Kind, Layer, Outcome, Queue, Stage, Step
from tests.desk import FakeClock, a_desk

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "demo", "handlers", "rules", "storage", "sandbox", "simulation")
LONGEST_FILE, LONGEST_FUNCTION = 300, 30
# A table is as long as it is, and a migration is made by a machine.
LONG_FILES = {"storage/tables.py"}
# What a person types or a vendor sends is read by these; nothing of it is shown.
READS_HEBREW = {
    "rules/areas.py",
    "rules/arguments.py",
    "rules/cells.py",
    "rules/commands.py",
    "rules/digest_asks.py",
    "rules/fields.py",
    "rules/guesses.py",
    "rules/languages.py",
    "rules/lead_text.py",
    "rules/letters.py",
    "rules/mail_fields.py",
    "rules/money.py",
    "rules/questions.py",
    "rules/replies.py",
    "rules/said.py",
    "rules/stage_words.py",
    "rules/stopping.py",
    "rules/when.py",
}
HEBREW = re.compile("[\u05d0-\u05ea]")
N = TypeVar("N", bound=ast.AST)
KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")


@cache
def sources(*rooms: str) -> dict[str, str]:
    """Give every source file of these rooms, and app.py, by its path."""
    inside = (one for room in rooms for one in (ROOT / room).rglob("*.py"))
    files = [ROOT / "app.py", ROOT / "wiring.py", *inside]
    kept = [one for one in files if "versions" not in one.parts]
    return {str(one.relative_to(ROOT)): one.read_text("utf-8") for one in kept}


@cache
def trees(*rooms: str) -> dict[str, ast.Module]:
    return {path: _parsed(text) for path, text in sources(*rooms).items()}


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def functions(*rooms: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, tree in trees(*rooms).items():
        for node in _walked(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


class TestEveryButton:
    def test_has_a_handler(self):
        assert set(actions._CLICKS) == set(ActionId)  # noqa: SLF001 - the table itself

    def test_is_put_on_some_message_or_modal(self):
        text = "".join(
            code for path, code in sources("bot").items() if path.startswith("bot/views/")
        )
        assert [one.name for one in ActionId if f"ActionId.{one.name}" not in text] == []

    def test_is_named_once(self):
        assert len(set(ActionId)) == len(ActionId.__members__)


class TestEveryModal:
    def test_has_a_handler(self):
        assert set(submits._SUBMITS) == set(ViewId)  # noqa: SLF001 - the table itself

    def test_is_made_somewhere(self):
        text = "".join(
            code for path, code in sources("bot").items() if path.startswith("bot/views/")
        )
        assert [one.name for one in ViewId if f"ViewId.{one.name}" not in text] == []


class TestEveryCommand:
    def test_has_an_answer(self):
        assert set(commands._ANSWERS) == set(Command.__args__)  # noqa: SLF001 - the table itself

    def test_that_logs_is_an_outcome(self):
        assert set(Outcome) <= set(VERBS)


class TestEveryEffect:
    def test_stands_in_the_table_by_its_kind(self):
        made = {one.__name__ for one in Effect.__subclasses__()}
        assert {one.__name__ for one in EFFECTS.values()} == made
        assert all(kind == effect.kind for kind, effect in EFFECTS.items())

    def test_is_prepared_for_leaving(self):
        assert set(outgoing._PREPARE) == set(EFFECTS.values())  # noqa: SLF001 - the table itself

    def test_leaves_under_a_key(self):
        """Else a decision that is made twice would send twice."""
        for effect in EFFECTS.values():
            keys = {name for name in ("once_key", "collapse_key") if name in vars(effect)}
            assert len(keys) == 1, effect


class TestEveryOrder:
    def test_has_a_sender(self):
        settings = Settings.from_env({"SMTP_URL": "smtp://x", "MAIL_FROM": "a@example.com"})
        made = wiring.make_senders(settings, None)
        assert set(made) == set(Order.__args__)
        assert all(callable(one.send) for one in made.values())


class TestEveryOutcome:
    def test_has_a_rule(self):
        assert set(outcomes._RULES) == set(Outcome)  # noqa: SLF001 - the table itself

    @pytest.mark.parametrize("locale", LOCALES)
    def test_has_its_words(self, locale: str):
        for outcome in Outcome:
            assert f"outcome.{outcome}" in load(locale)
            assert f"help.{outcome}" in load(locale)

    def test_can_be_chosen_in_a_modal(self):
        assert set(modals.EVERY) == {*Outcome, modals.NOTE}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class TestTheTexts:
    def test_are_the_same_in_both_languages(self):
        assert set(load("en")) == set(load("he"))

    @pytest.mark.parametrize("key", sorted(load("en")))
    def test_hold_the_same_places_in_both_languages(self, key: str):
        assert placeholders(load("en")[key]) == placeholders(load("he")[key])

    def test_are_hebrew_in_hebrew_and_english_in_english(self):
        latin_only = [
            key
            for key, text in load("he").items()
            if not HEBREW.search(text) and re.search("[A-Za-z]{2}", re.sub("{[a-z_]+}", "", text))
        ]
        assert latin_only == ["channel.sms"]
        assert [key for key, text in load("en").items() if HEBREW.search(text)] == []

    def test_close_what_they_isolate(self):
        for locale in LOCALES:
            for key, text in load(locale).items():
                assert text.count("\u2068") == text.count("\u2069"), (locale, key)

    def test_shout_and_cheer_nowhere(self):
        for locale in LOCALES:
            for key, text in load(locale).items():
                assert "!" not in text, (locale, key)

    def test_named_in_the_source_exist(self):
        for path, key in _literal_keys():
            assert key in load("en"), f"{path}: {key}"

    def test_are_all_used(self):
        used = {key for _, key in _literal_keys()} | _made_keys()
        assert sorted(key for key in load("en") if key.removesuffix(".one") not in used) == []


def _literal_keys() -> Iterator[tuple[str, str]]:
    """Give the keys that are written out, with the file they stand in."""
    yield "bot/texts/__init__.py", "and"
    yield "bot/texts/__init__.py", "and_other"
    for path, tree in trees("bot", "handlers", "rules", "storage").items():
        inside = {id(part) for made in _nodes(tree, ast.JoinedStr) for part in ast.walk(made)}
        refused = {id(call.args[0]) for call in _calls(tree, "Refused")}
        said = {id(call.args[0]) for call in _calls(tree, "say")}
        for one in _nodes(tree, ast.Constant):
            text = str(one.value)
            if id(one) in inside or not KEY.fullmatch(text):
                continue
            if id(one) in refused:
                yield path, f"refusal.{text}"
            elif id(one) in said or text in load("en"):
                yield path, text
            elif f"refusal.{text}" in load("en"):
                yield path, f"refusal.{text}"


@cache
def _walked(tree: ast.AST) -> list[ast.AST]:
    return list(ast.walk(tree))


def _nodes(tree: ast.AST, kind: type[N]) -> list[N]:
    return [node for node in _walked(tree) if isinstance(node, kind)]


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        call
        for call in _nodes(tree, ast.Call)
        if call.args and getattr(call.func, "attr", getattr(call.func, "id", "")) == name
    ]


FILLS = {
    "step": [*Step, "closed", "won", "first_now", "first_later", "returned"],
    "kind": list(Kind),
    "stage": list(Stage),
    "channel": list(CHANNELS),
    "outcome": [*Outcome, modals.NOTE],
    "importance": list(Importance),
    "reason": list(Queue),
    "help": [*VERBS, "top", "end", "also"],
    "opening": list(Kind),
    "sms": list(Layer),
    "mail": list(Layer),
    "allowed": list(SENTENCES),
    "together": list(TOGETHER),
    "day": [*Importance, "call", Step.WAIT_FOR_PHONE, Step.EMAIL],
}


def _made_keys() -> set[str]:
    """Give the keys that f-strings make: every known key that fits one of their patterns."""
    patterns = [
        _pattern(made)
        for path, tree in trees("bot", "handlers").items()
        for made in _nodes(tree, ast.JoinedStr)
        if path != "bot/texts/__init__.py" and "." in _text(made.values[0])
    ]
    made = {key for key in load("en") if any(one.fullmatch(key) for one in patterns)}
    return {key for key in made if key.partition(".")[0] not in FILLS or _starts_with_one_of(key)}


def _pattern(made: ast.JoinedStr) -> re.Pattern[str]:
    parts = [re.escape(_text(one)) or "[a-z_]*" for one in made.values]
    return re.compile("".join(parts) + "(_[a-z]+|\\.due)*")


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _starts_with_one_of(key: str) -> bool:
    group, _, rest = key.partition(".")
    return any(rest == one or rest.startswith((f"{one}_", f"{one}.")) for one in FILLS[group])


class TestWordsForAPerson:
    def test_stand_in_the_texts_alone(self):
        found = {path for path, text in sources(*ROOMS).items() if HEBREW.search(text)}
        assert found <= READS_HEBREW


class TestTheExampleOfSettings:
    def given(self) -> dict[str, str]:
        lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
        pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
        return {name: value for name, _, value in pairs}

    def test_has_every_setting_in_its_order(self):
        assert list(self.given()) == names()

    def test_has_the_defaults(self):
        assert Settings.from_env(self.given()) == Settings.from_env({})


class TestPieces:
    def test_of_source_are_short_files(self):
        long = {
            path: count
            for path, text in sources(*ROOMS).items()
            if (count := text.count("\n")) > LONGEST_FILE and path not in LONG_FILES
        }
        assert long == {}

    def test_of_source_are_short_functions(self):
        long = {
            f"{path}:{node.name}": count
            for path, node in functions(*ROOMS)
            if (count := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
        }
        assert long == {}

    def test_have_a_word_on_what_they_are_for(self):
        bare = [
            path
            for path, tree in trees(*ROOMS).items()
            if tree.body and not ast.get_docstring(tree)
        ]
        assert bare == []


class TestADeskForTests:
    def test_is_opened_on_a_database_of_its_own(self, tmp_path: Path):
        with a_desk(tmp_path, FakeClock()) as room:
            assert room.lead().id == 1
