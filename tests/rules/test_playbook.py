"""The method's numbers, read whole, every fault named (L1.2)."""

import tomllib
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import read_window
from rules.playbook import KEYS, LISTS, Playbook, PlaybookFaults, Product, Source, read_playbook
from rules.words import Kind

SHIPPED = Path(__file__).parents[2] / "playbook.toml"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.times(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "kind", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
SECTIONS = st.sampled_from([*KEYS, *LISTS, "colour"])
INNER = st.sampled_from([key for keys in KEYS.values() for key in keys])


def read(text):
    return read_playbook(tomllib.loads(text), file="p.toml")


def faults(text):
    with pytest.raises(PlaybookFaults) as raised:
        read(text)
    assert str(raised.value) == "\n".join(raised.value.faults)
    return raised.value.faults


class TestThePlaybook:
    def test_has_a_default_for_everything(self):
        assert read("") == Playbook()

    def test_that_is_shipped_says_what_the_defaults_say(self):
        shipped = read(SHIPPED.read_text(encoding="utf-8"))
        assert shipped.kind_of("website") is Kind.WARM
        assert shipped == Playbook(sources=shipped.sources)

    def test_has_the_defaults_of_the_contract(self):
        book = Playbook()
        assert (book.calling, book.quiet) == (
            read_window("09:00-20:00"),
            read_window("21:00-08:00"),
        )
        assert (book.nag_rep, book.nag_manager) == ((0, 10), 20)
        assert (book.unavailable_days, book.unavailable_tries) == (3, 3)
        assert (book.undo_seconds, book.first_call_minutes) == (30, 5)
        assert (book.digest_weekday, book.digest_at) == (6, time(9, 0))
        assert len(book.spacing) == 7

    def test_is_the_managers_to_change_l1_2(self):
        book = read("""
            [team]
            callback_phone = "03-6123456"
            sender_name = "Dana"
            [hours]
            calling = "10:00-19:00"
            quiet = "00:00-00:00"
            [plan]
            spacing = ["1h", "2d"]
            unavailable_days = 4
            unavailable_tries = 0
            [speed]
            first_call_minutes = 3
            [messages]
            undo_seconds = 60
            [nags]
            rep = [5, 15]
            manager = 15
            [digest]
            weekday = "mon"
            at = "08:30"
            [[source]]
            name = "list"
            kind = "cold"
            [[product]]
            name = "Sim"
            style = "one_call"
            margin = 0.4
            [[product]]
            name = "Flat"
        """)
        assert book == Playbook(
            callback_phone="03-6123456",
            sender_name="Dana",
            calling=read_window("10:00-19:00"),
            quiet=read_window("00:00-00:00"),
            spacing=(timedelta(hours=1), timedelta(days=2)),
            unavailable_days=4,
            unavailable_tries=0,
            first_call_minutes=3,
            undo_seconds=60,
            nag_rep=(5, 15),
            nag_manager=15,
            digest_weekday=0,
            digest_at=time(8, 30),
            sources=(Source("list", Kind.COLD),),
            products=(Product("Sim", "one_call", Decimal("0.4")), Product("Flat")),
        )

    @pytest.mark.parametrize(
        ("source", "kind"), [("list", Kind.COLD), ("site", Kind.WARM), ("unknown", Kind.WARM)]
    )
    def test_gives_the_kind_of_a_door(self, source, kind):
        book = read('[[source]]\nname = "list"\nkind = "cold"\n[[source]]\nname = "site"')
        assert book.kind_of(source) is kind

    def test_follows_a_product_as_a_relationship_unless_it_says_l4_1(self):
        assert Product("Flat").style == "relationship"


class TestAFault:
    @pytest.mark.parametrize(
        ("text", "allowed"),
        [
            ("[team]\nsender_name = 3", "team.sender_name must be a text in quotes"),
            ('[hours]\ncalling = "9-20"', 'hours.calling must be hours such as "09:00-20:00"'),
            ("[plan]\nspacing = []", 'plan.spacing must be a list of times such as ["30m"'),
            ('[plan]\nspacing = ["30m", "soon"]', "plan.spacing must be a list of times"),
            ('[plan]\nspacing = "30m"', "plan.spacing must be a list of times"),
            ("[plan]\nunavailable_days = -1", "plan.unavailable_days must be a whole number"),
            ("[plan]\nunavailable_days = 1.5", "plan.unavailable_days must be a whole number"),
            ("[plan]\nunavailable_tries = true", "plan.unavailable_tries must be a whole number"),
            ("[messages]\nundo_seconds = 100001", "messages.undo_seconds must be a whole number"),
            ("[nags]\nrep = [10, 0]", "nags.rep must be whole numbers that rise"),
            ("[nags]\nrep = [0, 0]", "nags.rep must be whole numbers that rise"),
            ("[nags]\nrep = []", "nags.rep must be a list of whole numbers"),
            ("[nags]\nmanager = 9", "nags.manager must not come before the last of nags.rep"),
            ('[digest]\nweekday = "sunday"', "digest.weekday must be one of mon, tue"),
            ('[digest]\nat = "25:00"', 'digest.at must be an hour such as "09:00"'),
            ("[speed]\nfast = 1", "speed.fast is not known here; there are: first_call_minutes"),
            ("[colour]", "colour is not known here; there are: team, hours"),
            ("digest = 5", "write digest as [digest]"),
            ("[source]", "write source as [[source]]"),
            ("source = [1]", "write source as [[source]]"),
            ('[[source]]\nkind = "cold"', "source 1 needs a name"),
            ('[[source]]\nname = "a"\nkind = "hot"', "source 1: kind must be one of cold, warm"),
            ('[[source]]\nname = "a"\ncolour = 1', "source 1: colour is not known here"),
            ('[[product]]\nname = "a"\nstyle = "x"', "product 1: style must be one of relation"),
            ('[[product]]\nname = "a"\nmargin = 1.1', "product 1: margin must be a part between"),
            ('[[product]]\nname = "a"\nmargin = nan', "product 1: margin must be a part between"),
            ('[[product]]\nname="a"\n[[product]]\nname="a"', "product a stands twice"),
        ],
    )
    def test_names_the_file_the_key_and_what_is_allowed(self, text, allowed):
        found = faults(text)
        assert len(found) == 1
        assert found[0].startswith(f"p.toml: {allowed}")

    def test_does_not_hide_another(self):
        assert len(faults("a = 1\n[plan]\nspacing = 1\nunavailable_days = -1\n[[source]]")) == 4

    @given(
        data=st.dictionaries(
            SECTIONS, VALUES | st.dictionaries(INNER, VALUES, max_size=4), max_size=4
        )
    )
    def test_is_the_only_way_a_playbook_is_refused(self, data):
        try:
            book = read_playbook(data, file="p.toml")
        except PlaybookFaults as refused:
            assert all(one.startswith("p.toml: ") for one in refused.faults)  # noqa: PT017
        else:
            assert book.nag_rep
            assert book.spacing
