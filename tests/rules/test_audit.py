import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.audit import FIELDS, Line, as_kept, canonical, changed, sealed, seals
from rules.lead import Lead
from rules.words import Stage, Step
from tests.rules.builders import NOW, lead

TEXT = st.text(max_size=12)
VALUES = st.dictionaries(TEXT, TEXT | st.integers() | st.booleans() | st.lists(TEXT), max_size=3)
MOMENTS = st.datetimes(timezones=st.just(UTC))
LINES = st.builds(
    Line,
    at=MOMENTS,
    actor=TEXT,
    act=TEXT,
    subject=TEXT,
    origin=TEXT,
    before=VALUES,
    after=VALUES,
)
CHAINS = st.lists(LINES, min_size=1, max_size=6)
PERSONAL = {"name", "phone_raw", "phone_e164", "email", "referrer", "note", "consent_text", "city"}


def chained(lines: list[Line]) -> list[str]:
    digests = [""]
    for one in lines:
        digests.append(sealed(digests[-1], one))
    return digests[1:]


def told(value: object) -> str:
    """Write a value so that True is another than 1, in whatever order a mapping has its keys."""
    return repr(sorted(value.items())) if isinstance(value, dict) else repr(value)


def holds(lines: list[Line], digests: list[str]) -> bool:
    return len(lines) == len(digests) and chained(lines) == digests


class TestTheSeal:
    @given(CHAINS)
    def test_holds_where_nothing_changed(self, lines: list[Line]):
        assert holds(lines, chained(lines))

    @given(CHAINS, st.data())
    def test_finds_any_field_of_any_line_that_was_changed(self, lines: list[Line], data: Any):
        place = data.draw(st.integers(0, len(lines) - 1))
        name = data.draw(st.sampled_from([one.name for one in fields(Line)]))
        was, now = getattr(lines[place], name), getattr(data.draw(LINES), name)
        assume(told(was) != told(now))
        forged = replace(lines[place], **{name: now})
        assert not holds([*lines[:place], forged, *lines[place + 1 :]], chained(lines))

    @pytest.mark.parametrize("name", [one.name for one in fields(Line)])
    def test_is_another_for_another_value_of_each_field(self, name: str):
        line = Line(NOW, "U01", "note", "lead:1", "slack", {"n": 1}, {"n": 2})
        other = Line(NOW + timedelta(seconds=1), "U02", "pass", "lead:2", "mail", {}, {"n": 3})
        assert sealed("", replace(line, **{name: getattr(other, name)})) != sealed("", line)

    @given(CHAINS, st.data())
    def test_finds_any_byte_of_any_digest_that_was_changed(self, lines: list[Line], data: Any):
        digests = chained(lines)
        place = data.draw(st.integers(0, len(lines) - 1))
        byte = data.draw(st.integers(0, len(digests[place]) - 1))
        sign = "0" if digests[place][byte] != "0" else "1"
        digests[place] = digests[place][:byte] + sign + digests[place][byte + 1 :]
        assert not holds(lines, digests)

    @given(LINES, st.data())
    def test_finds_any_letter_of_a_text_that_was_changed(self, line: Line, data: Any):
        text = f"{line.actor}!"
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.characters().filter(lambda one: one != text[place]))
        forged = text[:place] + letter + text[place + 1 :]
        assert sealed("", replace(line, actor=text)) != sealed("", replace(line, actor=forged))

    @given(st.lists(LINES, min_size=2, max_size=6), st.data())
    def test_finds_a_line_that_was_taken_out_before_the_last(self, lines: list[Line], data: Any):
        digests = chained(lines)
        place = data.draw(st.integers(0, len(lines) - 2))
        left = [*lines[:place], *lines[place + 1 :]]
        assert not holds(left, [*digests[:place], *digests[place + 1 :]])

    @given(CHAINS, LINES)
    def test_finds_a_line_that_was_put_first(self, lines: list[Line], forged: Line):
        digests = chained(lines)
        assert not holds([forged, *lines], [sealed("", forged), *digests])

    def test_tells_two_texts_beside_each_other_apart(self):
        line = Line(NOW, "ab", "c", "", "", {}, {})
        assert canonical(line) != canonical(replace(line, actor="a", act="bc"))

    @given(st.lists(st.tuples(st.text(), VALUES, VALUES), max_size=5), st.text(max_size=3))
    def test_are_sealed_together_as_one_after_the_other(self, told, former: str):
        lines = [Line(NOW, one, "note", one, "slack", was, now) for one, was, now in told * 2]
        one_by_one = [former]
        for line in lines:
            one_by_one.append(sealed(one_by_one[-1], line))
        assert seals(former, lines) == one_by_one[1:]


class TestALine:
    @given(st.text(), VALUES)
    def test_is_written_as_plain_json(self, actor: str, values: dict[str, Any]):
        line = Line(NOW, actor, "note", "lead:1", "slack", {}, values)
        at = NOW.isoformat(timespec="microseconds")
        parts = [at, actor, "note", "lead:1", "slack", {}, as_kept(values)]
        assert canonical(line) == json.dumps(parts, sort_keys=True, separators=(",", ":"))

    def test_is_sealed_alike_in_every_zone(self):
        there = timezone(timedelta(hours=3))
        line = Line(NOW, "U01", "note", "lead:1", "slack", {}, {})
        assert canonical(line) == canonical(replace(line, at=NOW.astimezone(there)))

    @given(VALUES, VALUES)
    def test_is_sealed_alike_before_and_after_it_was_kept(
        self, before: dict[str, Any], after: dict[str, Any]
    ):
        line = Line(NOW, "U01", "note", "lead:1", "slack", before, after)
        kept = replace(line, before=as_kept(before), after=as_kept(after))
        assert canonical(line) == canonical(kept)

    def test_keeps_what_a_json_column_gives_back(self):
        values = {
            "stage": Stage.WON,
            "at": NOW,
            "agreed": ("sms", "email"),
            "open": frozenset({"b", "a"}),
            "pair": {"weight": 1.5},
            "none": None,
        }
        assert as_kept(values) == {
            "stage": "won",
            "at": "2026-07-07T09:00:00+00:00",
            "agreed": ["sms", "email"],
            "open": ["a", "b"],
            "pair": {"weight": 1.5},
            "none": None,
        }

    def test_refuses_what_has_no_place_in_it(self):
        with pytest.raises(TypeError, match="Lead"):
            as_kept({"lead": lead()})


class TestWhatChanged:
    def test_is_told_with_its_value_before_and_after(self):
        before = lead(owner="U01NOA", attempts=1)
        after = replace(before, owner="U01AVI", next_what=Step.CALL, attempts=2, name="Other")
        assert changed(before, after) == (
            {"owner": "U01NOA", "attempts": 1},
            {"owner": "U01AVI", "attempts": 2},
        )

    def test_is_nothing_where_nothing_is_another(self):
        assert changed(lead(), lead()) == ({}, {})

    def test_never_tells_of_a_person(self):
        assert not PERSONAL & set(FIELDS)

    def test_tells_of_what_a_lead_has(self):
        assert set(FIELDS) <= {one.name for one in fields(Lead)}


class TestAMoment:
    def test_keeps_its_microseconds_in_the_seal(self):
        line = Line(datetime(2026, 1, 1, tzinfo=UTC), "", "a", "", "", {}, {})
        later = replace(line, at=line.at + timedelta(microseconds=1))
        assert sealed("", line) != sealed("", later)
