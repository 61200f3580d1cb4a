"""What a rep wrote, told apart: notes, objections, promises (C4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.said import Said, heard, joined, split
from tests.rules.builders import act

MARKS = ["objection:", "Objections:", "promise:", "promised:", "התנגדות:", "הבטחתי:", "הובטח:"]
words = st.text(st.characters(exclude_characters=":;"), min_size=1).filter(
    lambda text: len(text.split()) == 1
)


def together(some: list[str]) -> str:
    return " ".join(" ".join(some).split())


class TestSplitting:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", Said()),
            ("likes blue", Said("likes blue")),
            ("objection: too dear", Said(objection="too dear")),
            ("promise: a call", Said(promise="a call")),
            ("Promised : a call", Said(promise="a call")),
            (
                "likes blue objection: too dear promise: a call on Sunday",
                Said("likes blue", "too dear", "a call on Sunday"),
            ),
            ("objection: dear objection: far", Said(objection="dear; far")),
            ("רוצה כחול התנגדות: יקר הבטחתי: הנחה", Said("רוצה כחול", "יקר", "הנחה")),
            ("הובטח: לחזור", Said(promise="לחזור")),
        ],
    )
    def test_tells_notes_objections_and_promises_apart(self, text: str, said: Said):
        assert split(text) == said

    def test_ends_a_mark_with_its_line(self):
        assert split("objection: too dear\nlikes blue") == Said("likes blue", "too dear")

    def test_finds_what_stands_under_a_mark(self):
        assert split("objection:\ntoo dear\nlikes blue") == Said("likes blue", "too dear")

    @pytest.mark.parametrize("text", ["objection:", "no objection", "preobjection: x", "at 16:00"])
    def test_leaves_other_words_alone(self, text: str):
        assert split(text) == Said(text)

    def test_keeps_a_mark_with_nothing_behind_it_as_a_word(self):
        assert split("objection: promise: a call") == Said("objection:", "", "a call")

    @given(st.lists(st.one_of(words, st.sampled_from(MARKS), st.just("\n"))))
    def test_loses_no_word(self, parts: list[str]):
        text = " ".join(parts)
        said = split(text)
        kept = f"{said.note} {said.objection} {said.promise}".replace(";", "").split()
        marks = {part for part in parts if part in MARKS}
        assert sorted(one for one in kept if one not in marks) == sorted(
            word for part in parts for word in part.split() if word not in marks
        )

    @given(st.text())
    def test_of_any_text_ends(self, text: str):
        said = split(text)
        assert len(said.note + said.objection + said.promise) <= len(text)

    @given(st.text(st.characters(exclude_characters=":")))
    def test_without_a_mark_changes_nothing(self, text: str):
        assert split(text) == Said(text.strip())


class TestOneText:
    @given(*[st.lists(words, max_size=3).map(together)] * 3)
    def test_is_told_apart_again(self, note: str, objection: str, promise: str):
        said = Said(note, objection, promise)
        assert split(joined(said)) == said

    def test_has_a_line_for_each(self):
        assert joined(Said("blue", "far\naway")) == "blue\nobjection: far away"


class TestAnOutcome:
    def test_has_what_its_note_says_in_its_own_places(self):
        told = heard(act("followup", note="blue objection: dear promise: a call"))
        assert (told.note, told.objection, told.promise) == ("blue", "dear", "a call")

    def test_has_what_its_reason_says_in_its_own_places(self):
        told = heard(act("lost", reason="bought another objection: dear"))
        assert (told.reason, told.objection) == ("bought another", "dear")

    def test_keeps_what_was_given_beside_it(self):
        told = heard(act("lost", reason="objection: dear", objection="far", promise="a call"))
        assert (told.reason, told.objection, told.promise) == ("", "far; dear", "a call")

    def test_without_a_mark_stays_as_it_is(self):
        plain = act("noanswer", note="rang twice")
        assert heard(plain) is plain


class TestALineOfHistory:
    @pytest.mark.parametrize(
        ("said", "data"),
        [
            (Said("a note"), {}),
            (Said("", "dear"), {"objection": "dear"}),
            (Said("", "dear", "a call"), {"objection": "dear", "promise": "a call"}),
        ],
    )
    def test_keeps_only_what_was_said(self, said: Said, data: dict[str, str]):
        assert said.data == data
