"""The page's words and templates: the same in both languages, all there, all used."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jinja2 import UndefinedError

from sandbox.face.draw.dates import ago_table
from sandbox.face.frames import HERE, LOCALES, frame, sayer, texts
from sandbox.face.guide import Step
from sandbox.face.panes import WORDS
from sandbox.face.parts import GOALS
from sandbox.face.seat import PARTS, TABS
from sandbox.phone_carrier import FOLLOWING
from sandbox.story import rates

HEBREW = re.compile("[\u05d0-\u05ea]")
# A plural may need a form that the other language has no use for.
PLURAL = re.compile(r"draw\.ago\.\w+\.\w+\.2")
# What a date is made of is given to every pattern; each language takes what it says.
DATES = re.compile(r"draw\.date\.\w+")
DATE_PARTS = {"day", "nth", "month", "month_short", "weekday", "year", "date", "time"}
STEPS = ("noanswer", "form", "followup", "next", "drop", "near", "meta", "digest")
OUTCOMES = ("answered", "wrong_number", *rates.MISSED_AS)
STATES = {*FOLLOWING, *FOLLOWING.values(), "receiving", "received", "failed"}
# Keys that are put together when they are said, by what may stand in the gap.
FAMILIES = {
    "bar.{}": GOALS,
    "bottom.{}": PARTS,
    "composer.{}": WORDS,
    "form.{}": ("name", "phone", "email", "created", "merged", "quarantined", "duplicate"),
    "form.kind_{}": ("warm", "referral", "incoming", "cold"),
    "guide.{}": STEPS,
    "guide.{}_button": tuple(one for one in STEPS if one != "next"),
    "guide.{}_text": STEPS,
    "head.{}": ("home", "messages"),
    "phone.answered_{}": ("eager", "busy"),
    "phone.hint_{}": ("answered", "noanswer", "other"),
    "phone.{}": (*OUTCOMES, *STATES),
    "refused.{}": ("command", "thread", "input", "modal", "place"),
    "side.{}": TABS,
}


def _flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@cache
def everything(locale: str) -> dict[str, Any]:
    """Give every text, also those of what Slack draws, by its dotted key."""
    content = tomllib.loads((HERE / "texts" / f"{locale}.toml").read_text("utf-8"))
    return dict(_flat(content))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def made_keys() -> set[str]:
    return {family.format(one) for family, names in FAMILIES.items() for one in names}


def written_keys() -> dict[str, str]:
    """Give the keys that stand in templates and Python as they are, with their file."""
    found: dict[str, str] = {}
    for name, code in templates().items():
        found |= dict.fromkeys(re.findall(r"\bt\('([a-z_.]+)'[,)]", code), name)
    for name, key in _said():
        if isinstance(key, ast.Constant):
            found[str(key.value)] = name
    return found


def put_together() -> set[str]:
    """Give the patterns of keys that templates and Python put together."""
    found = set()
    for code in templates().values():
        found |= {f"{start}{{}}" for start in re.findall(r"\bt\('([a-z_.]+)' ~", code)}
    return found | {_pattern(key) for _, key in _said() if isinstance(key, ast.JoinedStr)}


def templates() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in (HERE / "templates").glob("*.html")}


def _said() -> Iterator[tuple[str, ast.expr]]:
    """Give what every call of a sayer is given for a key, each way of a choice by itself."""
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _is_sayer(node.func):
                key = node.args[0]
                ways = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
                yield from ((path.name, one) for one in ways)


def _is_sayer(made: ast.expr) -> bool:
    if isinstance(made, ast.Call):
        return getattr(made.func, "id", "") == "sayer"
    return getattr(made, "id", "") == "say"


def _pattern(key: ast.JoinedStr) -> str:
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in key.values)


def is_latin(text: object) -> bool:
    bare = re.sub("{[a-z_]+}", "", str(text))
    return bool(re.search("[A-Za-z]", bare)) and not HEBREW.search(bare)


class TestTheTexts:
    def test_are_there_in_both_languages(self):
        assert {path.stem for path in (HERE / "texts").glob("*.toml")} == set(LOCALES)
        differ = set(everything("en")) ^ set(everything("he"))
        assert [key for key in differ if not PLURAL.fullmatch(key)] == []

    @pytest.mark.parametrize("key", sorted(set(everything("en")) & set(everything("he"))))
    def test_hold_the_same_places_in_both_languages(self, key: str):
        english, hebrew = everything("en")[key], everything("he")[key]
        if isinstance(english, list):
            assert len(english) == len(hebrew)
        elif DATES.fullmatch(key):
            assert placeholders(hebrew) <= DATE_PARTS
            assert placeholders(english) <= DATE_PARTS
        else:
            assert placeholders(english) == placeholders(hebrew)

    def test_are_hebrew_in_hebrew_and_english_in_english(self):
        latin = [key for key, text in everything("he").items() if is_latin(text)]
        assert latin == ["places.app"]
        assert [key for key, text in everything("en").items() if HEBREW.search(str(text))] == []

    def test_close_what_they_isolate_and_do_not_shout(self):
        for locale in LOCALES:
            for key, text in everything(locale).items():
                assert str(text).count("\u2068") == str(text).count("\u2069"), (locale, key)
                assert "!" not in str(text), (locale, key)

    def test_tell_running_times_for_every_number(self):
        for locale in LOCALES:
            for step in ago_table(locale)["steps"]:
                assert "n" in step["past"]
                assert "n" in step["future"]


class TestEveryKey:
    def test_that_is_written_out_exists(self):
        missing = {key: path for key, path in written_keys().items() if key not in texts("en")}
        assert missing == {}

    def test_that_is_put_together_exists(self):
        assert made_keys() - set(texts("en")) == set()

    def test_that_is_put_together_is_of_a_known_family(self):
        assert put_together() <= set(FAMILIES)

    def test_is_used(self):
        known = {key for key in texts("en") if not key.startswith("draw.")}
        assert known - made_keys() - set(written_keys()) == set()

    def test_of_what_slack_draws_is_used(self):
        code = "".join(path.read_text("utf-8") for path in (HERE / "draw").glob("*.py"))
        unused = [
            key
            for key in tomllib.loads((HERE / "texts/en.toml").read_text("utf-8"))["draw"]
            if f'"{key}"' not in code and f'"{key}.' not in code
        ]
        assert unused == []


ROW = {"do": "mail", "key": "k", "value": "v", "name": "<b>&", "last": "<i>", "news": True}
STEP = Step(title="<b>", text="<b>", done=True, code="/lead <b>", buttons=(("tab", "<b>", "<b>"),))
LINE = {"how": "out", "text": "<b>", "state": "<b>", "at": "<b>"}
GIVEN: dict[str, list[dict[str, Any]]] = {
    "bottom": [{"shown": "place", "news": {"places": True, "place": False, "side": True}}],
    "clock": [{"moment": "<b>", "goals": GOALS, "hurries": hurries} for hurries in (True, False)],
    "day": [{"day": "<b>"}],
    "empty": [{"words": "<b>"}],
    "form": [
        {"given": {"name": "<b>", "phone": '"', "email": "<b>"}, "campaigns": ("<b>",),
         "products": ("<b>",), "answer": answer}
        for answer in (None, {"words": "<b>", "json": "<b>"})
    ],
    "guide": [{"steps": [STEP, Step(title="", text="", done=False)]}],
    "head": [
        {"back": True, "mark": "#", "name": "<b>", "tabs": tabs, "here": "h", "members": "<b>"}
        for tabs in ([], [("<b>", "<b>")])
    ],
    "heading": [{"title": "<b>"}],
    "mail": [
        {"address": "<b>", "subject": "<b>", "sender": "<b>", "at": "<b>", "page": page,
         "text": "<b>", "answerable": bool(page), "leaves": bool(page), "number": 0}
        for page in ("", '<b>"')
    ],
    "mails": [{"title": "<b>", "address": one, "rows": [ROW] * bool(one)} for one in ("", "<b>")],
    "more": [{}],
    "notice": [{"words": "<b>"}],
    "phone": [
        {"key": "<b>", "name": "<b>", "number": number, "mail": number, "mails": 2,
         "lines": [LINE] if number else [], "replies": ["<b>"]}
        for number in ("", "<b>")
    ],
    "phones": [{"people": people} for people in ([], [ROW])],
    "place": [
        {"id": "<b>", "mark": "#", "name": "<b>", "here": here, "unread": 3, "count": 2 * here}
        for here in (True, False)
    ],
    "reply": [{"ts": '"'}],
    "tabs": [{"ids": TABS, "here": "mail", "news": dict.fromkeys(TABS, True)}],
    "tools": [
        {"on": True, "people": [{"id": "<b>", "real_name": "<b>"}], "me": "<b>", "manager": "<b>"}
    ],
}  # fmt: skip
CASES = [(name, given) for name, rows in GIVEN.items() for given in rows]


class TestEveryTemplate:
    def test_is_drawn_here(self):
        assert set(templates()) == set(GIVEN)

    def test_is_used(self):
        code = "".join(path.read_text("utf-8") for path in HERE.glob("*.py"))
        drawn = set(re.findall(r'frame\(\s*"(\w+)"', code))
        assert drawn == set(GIVEN)

    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize(("name", "given"), CASES, ids=range(len(CASES)))
    def test_renders_and_escapes_what_it_is_given(
        self, name: str, given: dict[str, Any], locale: str
    ):
        drawn = frame(name, locale=locale, **given)
        assert drawn.strip()
        assert "<b>" not in drawn
        assert "<i>" not in drawn
        assert '""' not in drawn.replace('=""', "")

    @pytest.mark.parametrize("name", [name for name, rows in GIVEN.items() if rows[0]])
    def test_refuses_to_be_drawn_without_what_it_needs(self, name: str):
        with pytest.raises(UndefinedError):
            frame(name, locale="en")


class TestASayer:
    def test_fills_what_it_is_given_and_reads_no_places_in_it(self):
        assert sayer("en")("phone.talk", name="{name} {0}") == "Messages with {name} {0}"

    def test_does_not_know_what_is_not_there(self):
        with pytest.raises(KeyError):
            sayer("en")("phone.nothing")
