"""docs/runbook.md: every alarm has a section, and every section is about something that exists."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from bot.doctor import Finding
from bot.texts import LOCALES, load
from handlers.terminal import tell_findings
from rules.commands import VERBS
from tests import alarms
from tests.desk import FakeClock, a_desk
from tests.pages import (
    ROOT,
    SPAN,
    Section,
    commands,
    inline,
    links,
    page,
    plain,
    quoted,
    sections,
    wrong_with,
)

PAGE = "runbook.md"
HEARD = re.compile(r"^\*\*Heard as:\*\* (.*)$", re.MULTILINE)
MANUAL = {"How commands are typed here"}
"""Sections that are of no alarm."""
WELL = {"all there", "the file is whole"}
"""What the doctor says where nothing is amiss."""
QUIET = {
    "lead_desk_build_info",
    "lead_desk_delivery_seconds",
    "lead_desk_intake_seconds",
    "lead_desk_intake_total",
    "lead_desk_outbox_due",
    "lead_desk_outbox_waiting",
    "lead_desk_slack_request_seconds",
}
"""Families that by themselves say of no fault."""
WORDS = {
    "left": ["leaver.left"],
    "loose_ends": ["chairs.night"],
    "refunds": ["refunds.weekly"],
    "refunds_again": ["refunds.sent_again"],
    "refunds_closing": ["refunds.closing"],
    "refunds_reached": ["refunds.sent_reached"],
    "reps_week": ["digest.reps_title"],
    "set_aside": ["aside.notice"],
    "silent": ["speed.silent"],
    "wave": ["wave.asked"],
    "wave_over": ["wave.passed", "wave.free"],
}
"""The texts of notices that have none under their own name."""
REFUSED = ("refusal.cipher.", "refusal.backup.")
ALSO_REFUSED = {f"refusal.desk.{name}" for name in ("busy", "unexpected", "not_opened")}


def heard(section: Section) -> list[str]:
    found = HEARD.search(section.text)
    return SPAN.findall(found[1]) if found else []


def of_kind(kind: str, given: Iterable[Section]) -> list[str]:
    """Give what the sections say they are about, of one kind."""
    marks = [mark for one in given for mark in heard(one)]
    return [mark.removeprefix(f"{kind}: ") for mark in marks if mark.startswith(f"{kind}: ")]


@cache
def found() -> list[Section]:
    return sections(page(PAGE))


def without(section: set[str], named: Iterable[str]) -> list[str]:
    """Give what has no section."""
    return sorted(section - set(named))


def refusals() -> set[str]:
    return {key for key in load("en") if key.startswith(REFUSED)} | ALSO_REFUSED


def texts_of(mark: str) -> list[str]:
    """Give the keys of the texts that a person reads of an alarm."""
    kind, _, name = mark.partition(": ")
    if mark.startswith("refusal."):
        return [mark]
    if kind != "managers":
        return []
    own = [key for key in load("en") if key.startswith("notice.")]
    return WORDS.get(name) or [key for key in own if alarms.notice_of(key) == name]


def unquoted(section: Section) -> Iterator[str]:
    for mark in heard(section):
        keys = texts_of(mark)
        for locale in LOCALES:
            words = [load(locale)[key] for key in keys]
            if keys and not any(quoted(one, text) for one in section.quotes for text in words):
                yield f"{section.title}: {mark} in {locale}"


def logged() -> set[str]:
    return {plain(re.sub(r"%[\d.]*[a-z]", "…", line)) for line in alarms.logged()}


def constants() -> set[str]:
    """Give every text that is written out where the database is opened."""
    trees = [
        ast.parse((ROOT / one).read_text("utf-8")) for one in ("wiring.py", "storage/upgrade.py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def checks() -> set[str]:
    """Give what `app.py check` looks at: what a check is of that broke by itself."""
    tree = ast.parse((ROOT / "app.py").read_text("utf-8"))
    pairs = [node for node in ast.walk(tree) if isinstance(node, ast.Tuple)]
    names = [
        one.elts[0] for one in pairs if len(one.elts) == 2 and isinstance(one.elts[1], ast.Lambda)
    ]
    return {str(one.value) for one in names if isinstance(one, ast.Constant)}


def doors() -> set[str]:
    """Give the pages of the web server's own."""
    web = (ROOT / "handlers/web.py").read_text("utf-8")
    return {f"GET {path}" for path in re.findall(r'@web\.get\("(/[a-z]+)"\)', web)}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The families of `/metrics`."""
    with a_desk(tmp_path_factory.mktemp("desk"), FakeClock()) as room:
        return set(alarms.families(room.desk))


@pytest.fixture(scope="module")
def known(metrics: set[str]) -> dict[str, set[str]]:
    """Everything that a section may be about, by its kind."""
    written, said = constants(), of_kind("says", found())
    return {
        "": metrics | refusals() | doors(),
        "managers": alarms.told(),
        "check": {what for what, _ in alarms.findings()} | checks(),
        "log": logged(),
        "says": {words for words in said if any(words in one for one in written)},
    }


class TestEveryAlarm:
    def test_that_managers_are_told_has_a_section(self):
        assert without(alarms.told(), of_kind("managers", found())) == []

    def test_of_the_doctor_has_a_section(self):
        assert without({what for what, _ in alarms.findings()}, of_kind("check", found())) == []

    def test_of_the_doctor_stands_there_in_its_words(self):
        whole = plain(" ".join(page(PAGE).split()))
        said = {plain(text).strip(" ,;:()") for _, text in alarms.findings()} - WELL
        assert sorted(one for one in said if one not in whole) == []

    def test_of_the_metrics_has_a_section(self, metrics: set[str]):
        assert metrics >= QUIET
        named = [mark for one in found() for mark in heard(one)]
        assert without(metrics - QUIET, named) == []

    def test_that_is_a_refusal_of_keys_or_backups_has_a_section(self):
        named = [mark for one in found() for mark in heard(one)]
        assert without(refusals(), named) == []

    def test_of_the_log_has_a_section(self):
        assert without(logged(), of_kind("log", found())) == []

    def test_that_is_new_is_missed(self, monkeypatch: pytest.MonkeyPatch):
        """A new notice, finding, metric, refusal or line of the log is seen without this page."""
        planted = ast.parse(
            'TellManagers("planted", 0)\n'
            "def look():\n"
            '    log.error("planted %s", 1)\n'
            '    return Finding("planted", good=None, text="planted words of a finding")\n'
        )
        monkeypatch.setitem(load("en"), "notice.planted_text", "Planted")
        monkeypatch.setitem(load("en"), "refusal.backup.planted", "Planted")
        monkeypatch.setattr(alarms, "trees", lambda: {"planted.py": planted})
        named = [mark for one in found() for mark in heard(one)]
        told = without(alarms.told(), of_kind("managers", found()))
        assert told == ["planted", "planted_text"]
        assert without(refusals(), named) == ["refusal.backup.planted"]
        assert without(logged(), of_kind("log", found())) == ["planted …"]
        assert alarms.findings() == {("planted", "planted words of a finding")}
        assert without({"planted"}, of_kind("check", found())) == ["planted"]


@pytest.mark.parametrize("section", found(), ids=lambda one: one.anchor)
class TestEverySection:
    def test_is_about_something_that_exists(self, section: Section, known: dict[str, set[str]]):
        for mark in heard(section):
            kind, _, name = mark.partition(": ")
            assert mark in known[""] or name in known.get(kind, ()), mark
        assert bool(heard(section)) == (section.title not in MANUAL)

    def test_quotes_what_is_read_in_each_language(self, section: Section):
        assert list(unquoted(section)) == []

    def test_quotes_nothing_that_nobody_says(self, section: Section):
        texts = [text for locale in LOCALES for text in load(locale).values()]
        quotes = [one for one in section.quotes if one.strip(" >")]
        assert [one for one in quotes if not any(quoted(one, text) for text in texts)] == []

    def test_says_what_to_do_and_when_it_is_over(self, section: Section):
        if section.title not in MANUAL:
            assert "**Now.**" in section.text
            assert "**Over** " in section.text

    def test_gives_commands_that_can_be_typed(self, section: Section):
        given = [*commands(section.text), *inline(section.text)]
        assert [fault for one in given if (fault := wrong_with(one))] == []
        typed = re.findall(r"`/lead ([a-z]+)", section.text)
        assert [verb for verb in typed if verb not in VERBS] == []

    def test_leads_somewhere(self, section: Section):
        for file, anchor in links(section.text):
            path = ROOT / "docs" / (file or PAGE)
            there = [one.anchor for one in sections(path.read_text("utf-8"))]
            assert not anchor or anchor in there, f"{file}#{anchor}"


class TestEveryMetric:
    @pytest.mark.parametrize("name", [PAGE, "metrics.md", "upgrading.md"])
    def test_that_a_page_names_exists(self, name: str, metrics: set[str]):
        named = set(re.findall(r"lead_desk_[a-z]\w*", page(name)))
        assert named
        assert named <= metrics


class TestEveryLink:
    @pytest.mark.parametrize("name", ["metrics.md", "backups.md", "encryption.md", "upgrading.md"])
    def test_of_a_page_beside_it_leads_to_a_section(self, name: str):
        there = {one.anchor for one in found()}
        asked = [anchor for file, anchor in links(page(name)) if file == PAGE]
        assert [one for one in asked if one and one not in there] == []


class TestTheCheck:
    def test_names_the_page_where_something_is_amiss(self, capsys: pytest.CaptureFixture[str]):
        tell_findings([Finding("disk", good=None, text="make room")])
        assert capsys.readouterr().out.endswith(f"docs/{PAGE}\n")

    def test_names_no_page_where_all_is_well(self, capsys: pytest.CaptureFixture[str]):
        tell_findings([Finding("disk", good=True, text="enough")])
        assert PAGE not in capsys.readouterr().out

    def test_looks_at_nothing_that_has_no_section(self):
        assert without(checks(), of_kind("check", found())) == []


class TestTheUnit:
    def test_names_the_page(self):
        text = (ROOT / "deploy/leads.service").read_text("utf-8")
        assert f"Documentation=file:/opt/leads/docs/{PAGE}\n" in text
        assert f"`docs/{PAGE}`" in (ROOT / "README.md").read_text("utf-8")


class TestACommandOfAPage:
    @pytest.mark.parametrize(
        "wrong",
        [
            "python app.py backups",
            "python app.py restore",
            "python app.py restore FILE --no-such",
            "python app.py hooks replay --since yesterday",
            "docker compose run --rm bot chekc",
            "docker compose stop robot",
            "systemctl restart leed",
            "make tset",
            "rmdir data",
        ],
    )
    def test_that_is_mistyped_is_found(self, wrong: str):
        assert wrong_with(wrong) != ""
