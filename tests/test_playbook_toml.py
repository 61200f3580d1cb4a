"""The playbook that is shipped: the defaults, each written out with where it comes from."""

import re
import tomllib
from pathlib import Path

import pytest

from rules.playbook import Playbook
from rules.playbook_file import read_playbook
from rules.playbook_keys import KEYS, LISTS

SHIPPED = Path(__file__).parents[1] / "playbook.toml"
TEXT = SHIPPED.read_text("utf-8")
EXAMPLES = re.sub("(?m)^# ", "", TEXT[TEXT.index("[[source]]") :])


class TestTheShippedPlaybook:
    def test_says_the_defaults_but_for_its_source(self):
        book = read_playbook(tomllib.loads(TEXT), file=SHIPPED.name)
        assert [one.name for one in book.sources] == ["website"]
        assert book == Playbook(sources=book.sources)

    @pytest.mark.parametrize("section", KEYS)
    def test_names_every_key_of_a_section(self, section: str):
        assert list(tomllib.loads(TEXT)[section]) == list(KEYS[section])

    @pytest.mark.parametrize("name", LISTS)
    def test_shows_every_key_of_a_list(self, name: str):
        example = EXAMPLES[EXAMPLES.index(f"[[{name}]]") :].split("\n\n")[0]
        written = re.findall(r"(?m)^(\w+) = ", example)
        assert sorted(written) == sorted(LISTS[name].keys)

    def test_has_examples_that_can_be_read(self):
        book = read_playbook(tomllib.loads(EXAMPLES), file="examples")
        lists = (book.products, book.duties, book.campaigns, book.templates)
        assert [len(one) for one in lists] == [1, 1, 1, 1]

    def test_says_something_of_every_value(self):
        values = re.findall(r"(?m)^(?:\w+ = )(?:[^#\n]*)(.*)$", TEXT[: TEXT.index("[[source]]")])
        commented = sum(bool(comment) for comment in values)
        assert commented >= len(values) * 0.8
