from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.texts import LOCALES
from demo.opening import hints
from rules.acts import Command, Help
from rules.commands import VERBS, parse_command

NOW = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
ARGUMENTS = {
    "followup": "7 high 16:00",
    "notnow": "7 16:00",
    "sold": "7 1290",
    "note": "7 likes blue",
    "assign": "7 <@U01NOA|noa>",
    "stage": "7 sql",
    "phone": "7 054-234-5678",
    "merge": "7 8",
    "next": "",
    "mine": "",
    "undo": "",
    "away": "16:00",
    "back": "",
    "team": "",
    "help": "next",
}
STARTS = [
    (locale, hint.verb, start)
    for locale in LOCALES
    for hint in hints(locale)
    for start in hint.starts
]


def parsed(text: str) -> Command:
    return parse_command(text, now=NOW, zone=ZoneInfo("Asia/Jerusalem"), currency="ILS")


def carried(verb: str, *, locale: str = "en") -> str:
    """Give a verb's command as its hint begins it and a rep would end it."""
    [insert] = [hint.insert for hint in hints(locale) if hint.verb == verb]
    rest = ARGUMENTS.get(verb, "7")
    return f"{insert}{rest}" if insert.endswith(" ") else insert


@pytest.mark.parametrize("locale", LOCALES)
class TestTheHints:
    def test_are_one_for_each_command_in_the_helps_order(self, locale: str):
        assert [hint.verb for hint in hints(locale)] == list(VERBS)

    def test_show_how_a_command_is_typed_and_what_it_does(self, locale: str):
        for hint in hints(locale):
            assert hint.usage.startswith(f"/lead {hint.verb}"), hint
            assert hint.words, hint
            assert not set("`*_") & set(hint.usage + hint.words), hint

    def test_close_what_they_isolate(self, locale: str):
        for hint in hints(locale):
            for text in (hint.usage, hint.words):
                assert text.count("\u2068") == text.count("\u2069"), hint
                assert not text.startswith("\u2069"), hint

    def test_go_on_after_a_space_where_a_command_needs_more(self, locale: str):
        needy = {hint.verb for hint in hints(locale) if hint.insert.endswith(" ")}
        alone = {"next", "mine", "playbook", "undo", "back", "team", "help"}
        assert needy - {"help"} == set(VERBS) - alone

    def test_begin_with_every_name_of_the_command(self, locale: str):
        for hint in hints(locale):
            names = (hint.verb, *VERBS[hint.verb].aliases)
            assert hint.starts == tuple(f"/lead {name}" for name in names)

    @pytest.mark.parametrize("verb", VERBS)
    def test_insert_what_the_bot_reads(self, locale: str, verb: str):
        command = parsed(carried(verb, locale=locale))
        assert isinstance(command, Help) == (verb == "help")


class TestEveryStart:
    @pytest.mark.parametrize(("locale", "verb", "start"), STARTS, ids=range(len(STARTS)))
    def test_is_read_as_its_command(self, locale: str, verb: str, start: str):
        rest = ARGUMENTS.get(verb, "7")
        assert parsed(f"{start} {rest}") == parsed(f"/lead {verb} {rest}")
