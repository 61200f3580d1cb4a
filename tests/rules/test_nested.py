"""Forms whose fields stand inside others (C2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.nested import lifted

JSON = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=5)),
    lambda one: st.one_of(
        st.lists(one, max_size=3), st.dictionaries(st.text(max_size=5), one, max_size=3)
    ),
    max_leaves=10,
)
FLAT = st.dictionaries(st.from_regex(r"[a-z ]{1,8}", fullmatch=True), st.text(max_size=9))


class TestLifted:
    @pytest.mark.parametrize(
        ("data", "flat"),
        [
            ({"a": 1, "b": [1, 2], "c": {"x": 1}}, {"a": 1, "b": [1, 2], "c": {"x": 1}}),
            ({"data": {"phone": "05"}}, {"phone": "05"}),
            ({"data": {"lead": {"phone": "05"}}}, {"phone": "05"}),
            ({"agent": {"phone": "05"}}, {"agent": {"phone": "05"}}),
            ({"phone": "1", "data": {"phone": "2"}}, {"phone": "1", "data.phone": "2"}),
            ({"x": [{"name": "Tel", "value": "05"}]}, {"Tel": "05"}),
            ({"x": [{"question": "Tel?", "answer": "05"}]}, {"Tel?": "05"}),
            ({"x": [{"name": "tel", "values": ["05"]}]}, {"tel": "05"}),
            ({"x": [{"name": "tel", "values": ["05", "06"]}]}, {"tel": ["05", "06"]}),
            ({"x": [{"name": "D", "email": "e"}]}, {"x": [{"name": "D", "email": "e"}]}),
            ({"x": {"tel": {"title": "Tel", "value": "05"}}}, {"Tel": "05"}),
            ({"x": {"tel": {"value": "05"}}}, {"tel": "05"}),
            ({"x[tel]": "05", "x[y][z]": "1"}, {"x": {"tel": "05", "y": {"z": "1"}}}),
            ({"data[tel]": "05"}, {"tel": "05"}),
            ({"a[]": "1", "[b]": "2"}, {"a[]": "1", "[b]": "2"}),
        ],
    )  # fmt: skip
    def test_gives_fields_by_their_own_names(self, data: Any, flat: Any):
        assert lifted(data, {}) == flat

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"who": {"tel": "05"}}, "who.tel"),
            ({"who": [{"tel": "05"}]}, "who.0.tel"),
            ({"a": {"b": {"c": "05"}}}, "a.b.c"),
            ({"data": {"tel": "05"}}, "data.tel"),
        ],
    )
    def test_reaches_where_a_map_names_it(self, data: Any, path: str):
        assert lifted(data, {path: "phone"})[path] == "05"

    def test_reads_typeforms_answers_by_their_questions(self):
        field = {"id": "q1", "type": "short_text"}
        form = {
            "definition": {"fields": [{"id": "q1", "title": "Your name?"}]},
            "answers": [
                {"type": "text", "text": "Dana", "field": field},
                {"type": "email", "email": "a@b.co", "field": {"id": "q2"}},
                {"type": "choice", "choice": {"label": "blue"}, "field": {"ref": "color"}},
            ],
        }
        assert lifted({"form_response": form}, {}) == {
            "Your name?": "Dana",
            "email": "a@b.co",
            "color": "blue",
        }

    @given(FLAT)
    def test_leaves_flat_forms_as_they_are(self, data: dict[str, str]):
        assert lifted(data, {}) == data

    @given(st.dictionaries(st.text(max_size=8), JSON), st.dictionaries(st.text(), st.text()))
    def test_never_raises(self, data: dict[str, Any], names: dict[str, str]):
        assert isinstance(lifted(data, names), dict)
