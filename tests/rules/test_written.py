"""The playbook written down again: data that reads back alike, lines that a person edits."""

import json
from datetime import date, time
from decimal import Decimal
from itertools import starmap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cadence import PARTS, Slot, plan_of
from rules.counting import Counting
from rules.hours import DayWindow, read_window
from rules.playbook import Campaign, Duty, Playbook, Product, Source, Speed, Wave
from rules.playbook_file import read_playbook
from rules.playbook_keys import KEYS
from rules.pools import Match, Pool, Route, Score, Way
from rules.rates import Costs, Rate
from rules.rest import RestRules
from rules.templates import Moment, Template
from rules.words import Kind, Layer, Tier
from rules.written import data_of, line_of, read_line, row_of

FULL = Playbook(
    callback_phone="03-555-1234",
    calling=read_window("08:30-24:00"),
    rest=RestRules(holidays="", also=(date(2026, 12, 25),)),
    plans={**Playbook().plans, Tier.D: plan_of("now", "next noon", "45m", "day 9 evening")},
    advertising=(Layer.MAIL_FIRST,),
    digest_weekday=0,
    digest_at=time(8, 30),
    digest_every=200,
    sources=(Source("list", Kind.COLD, {"Teléfono": "phone"}), Source("site")),
    products=(Product("Sim", "one_call", Decimal("0.4")), Product("Flat", meetings=0)),
    speed=Speed((3,), 0, 15, ("nag",), 30, 2),
    wave=Wave(1.5, 0.5, 12, 2, hold=(Tier.D,), shorten=(Tier.C, Tier.D)),
    duties=(Duty("evenings", ("U01DANA", "U01NOA"), "Sun-Thu 18:00-21:00"),),
    pools=(Pool("north", ("U01DANA",), Way.BEST_MATCH, 2, 9, 30, (Tier.A,), owed=True),),
    routes=(Route("hot", "north", ("tier in A, B", "age >= 40")), Route("rest", "north")),
    scores=(Score("rich", 30, ("extra.budget > 1000",)),),
    match=Match(0, 1, 2, 3, 4),
    counting=Counting(50, 30, 365, "USD"),
    costs=Costs(Decimal(90), Decimal("0.1"), currency="ILS", minute={"IL": Decimal("0.05")}),
    rates=(Rate("ILS", date(2026, 11, 1), Decimal("0.27")),),
    campaigns=(Campaign("Web", Decimal("12.5"), "ILS", "Meta", ("a", "b"), Tier.A), Campaign("x")),
    templates=(
        Template(Moment.SMS_FIRST, "{name}, call {phone}", "he", "warm"),
        Template(Moment.MAIL_FIRST, "Hello {name}", subject="Hello"),
    ),
)
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def _on_day(day: int, part: str) -> Slot:
    return Slot(day=day, part=part)


BOOKS = st.builds(
    Playbook,
    sender_name=st.text(max_size=30),
    calling=st.builds(DayWindow, MINUTES, MINUTES).filter(lambda one: one.start != one.end),
    per_day=st.integers(1, 5),
    hold_minutes=st.integers(0, 100),
    rest=st.builds(
        RestRules,
        latitude=st.floats(-65, 65),
        also=st.lists(st.dates(), max_size=3).map(tuple),
    ),
    plans=st.fixed_dictionaries(
        {
            tier: st.lists(
                st.tuples(st.integers(1, 365), st.sampled_from(["", *PARTS])),
                max_size=5,
                unique_by=lambda one: one[0],
            ).map(lambda days: (*plan_of("now", "next noon"), *starmap(_on_day, sorted(days))))
            for tier in Tier
        }
    ),
    campaigns=st.lists(
        st.builds(
            Campaign,
            st.text(min_size=1, max_size=20),
            st.none() | st.integers(0, 10_000).map(lambda n: Decimal(n) / 100),
            tier=st.none() | st.sampled_from(Tier),
        ),
        max_size=3,
        unique_by=lambda one: one.name,
    ).map(tuple),
)


class TestThePlaybookAsData:
    @pytest.mark.parametrize("book", [Playbook(), FULL], ids=["defaults", "full"])
    def test_reads_back_alike(self, book: Playbook):
        assert read_playbook(json.loads(json.dumps(data_of(book))), file="x") == book

    @given(book=BOOKS)
    def test_of_any_values_reads_back_alike(self, book: Playbook):
        assert read_playbook(json.loads(json.dumps(data_of(book))), file="x") == book

    def test_has_every_key_of_every_section(self):
        data = data_of(Playbook())
        assert {name: list(data[name]) for name in KEYS} == {
            name: list(keys) for name, keys in KEYS.items()
        }

    def test_leaves_out_what_an_entry_does_not_say(self):
        assert row_of("campaign", Campaign("Web", vendor="Meta")) == {
            "name": "Web",
            "vendor": "Meta",
        }


class TestALine:
    @pytest.mark.parametrize(
        ("value", "line"),
        [
            ("09:00-20:00", "09:00-20:00"),
            (30, "30"),
            (0.15, "0.15"),
            (["now", "30m", "day 3"], "now, 30m, day 3"),
            ([0, 10], "0, 10"),
            ([], ""),
            ({"cold": 0.5, "warm": 1.0}, "cold = 0.5, warm = 1.0"),
            ({"cold": "required"}, "cold = required"),
        ],
    )
    def test_is_written_and_read_alike(self, value: Any, line: str):
        assert line_of(value) == line
        assert read_line(line, like=value) == value

    @pytest.mark.parametrize(
        ("line", "like", "value"),
        [
            ('["now", "30m"]', ["now"], ["now", "30m"]),
            (" now ,30m,\n next morning", ["now"], ["now", "30m", "next morning"]),
            ('{ cold = "required" }', {"cold": "assumed"}, {"cold": "required"}),
            ('"IL"', "", "IL"),
            ("2", 0.5, 2),
            ("2026-12-25", [], ["2026-12-25"]),
        ],
    )
    def test_may_be_written_as_in_the_file(self, line: str, like: Any, value: Any):
        assert read_line(line, like=like) == value

    @pytest.mark.parametrize(
        ("line", "like"), [("many", 3), ("1.5", 3), ("a lot", 0.5), ("warm", {"warm": 1.0})]
    )
    def test_that_can_not_be_read_stays_a_text(self, line: str, like: Any):
        assert read_line(line, like=like) == line

    @pytest.mark.parametrize("section", KEYS)
    def test_of_every_key_reads_back_alike(self, section: str):
        for key, value in data_of(FULL)[section].items():
            again = read_line(line_of(value), like=value)
            assert KEYS[section][key].read(again) == KEYS[section][key].read(value)

    @given(line=st.text(max_size=40), like=st.sampled_from([3, 0.5, "", [], [1], {"cold": 1.0}]))
    def test_of_anything_is_read_without_a_fault(self, line: str, like: Any):
        json.dumps(read_line(line, like=like))
