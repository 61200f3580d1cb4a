from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.face.seat import WINDOW, Drawn, Hit, Seat, read_hit
from sandbox.records import Message

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
NAMES = ("do", "key", "value", "view", "act", "thread", "picked", "values", "fields")


class TestATouch:
    def test_is_read_as_the_script_tells_it(self):
        told = {
            "do": "act",
            "act": "lead_sold",
            "block": "b1",
            "key": "1.2",
            "view": "V1",
            "value": "123",
            "picked": ["a", "b"],
            "values": [["b1", "amount", "1290"], ["b2", "note", None]],
            "fields": {"text": "hello"},
        }
        assert read_hit(told) == Hit(
            do="act",
            act="lead_sold",
            key="1.2",
            view="V1",
            value="123",
            picked=["a", "b"],
            values=(("b1", "amount", "1290"), ("b2", "note", None)),
            fields={"text": "hello"},
        )

    def test_of_a_threads_link_opens_the_thread(self):
        assert read_hit({"thread": "1.2"}) == Hit(do="thread", value="1.2")

    @pytest.mark.parametrize(("picked", "on"), [(True, True), (False, False), ("on", False)])
    def test_of_a_switch_says_whether_it_is_on(self, picked: object, on: bool):
        assert read_hit({"do": "arrivals", "picked": picked}).on is on

    def test_without_a_word_does_nothing(self):
        assert read_hit({}) == Hit(do="")

    def test_holds_no_half_of_a_character(self):
        told = {"value": "hi \ud83d", "fields": {"text": "\ude00"}, "picked": ["\ud83d"]}
        hit = read_hit(told)
        assert (hit.value, hit.fields, hit.picked) == ("hi ?", {"text": "?"}, ["?"])

    @given(st.dictionaries(st.sampled_from(NAMES) | st.text(), anything, max_size=9))
    def test_is_read_whatever_was_sent(self, told: dict[str, Any]):
        hit = read_hit(told)
        given = [hit.do, hit.key, hit.value, hit.view, hit.act, *hit.fields, *hit.fields.values()]
        given += [word for block, act, _ in hit.values for word in (block, act)]
        chosen = [hit.picked, *(value for _, _, value in hit.values)]
        for one in chosen:
            given += one if isinstance(one, list) else [one or ""]
        assert all(isinstance(one, str) for one in given)
        assert "".join(given).encode().decode() == "".join(given)


class TestASeat:
    def test_that_goes_elsewhere_leaves_the_thread_and_all_it_drew(self):
        seat = Seat(me="U1", place="C1", thread="1.2", shown="places", window=5000)
        drawn = Drawn(message=Message(channel="C1", ts="1.2"), depends=(), html="")
        seat.drawn["1.2"] = drawn
        seat.go("C2")
        assert (seat.place, seat.thread, seat.shown) == ("C2", "", "place")
        assert (seat.window, seat.drawn) == (WINDOW, {})

    def test_that_opens_a_part_of_the_customers_side_shows_that_side(self):
        seat = Seat(me="U1", place="C1")
        seat.open_tab("mail")
        assert (seat.tab, seat.shown) == ("mail", "side")
