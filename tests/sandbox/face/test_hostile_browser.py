from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.face.acts import _ACTS, carry_out
from sandbox.face.seat import HOME, Seat, read_hit
from sandbox.face.stage import Show
from sandbox.mails import Mail
from sandbox.town import SALES, Town
from tests.sandbox.face.stages import (
    DIGEST,
    LEADS,
    MANAGERS,
    MIRI,
    MONDAY,
    NOA,
    a_customer,
    a_message,
    a_modal,
    a_show,
    a_stage,
    an_input,
    emptied,
    page_of,
)
from tests.sandbox.face.touching import ACTIONS, LETTER

words = st.text(st.characters(), max_size=8)
real = st.sampled_from(
    [LEADS, DIGEST, MANAGERS, HOME, NOA.id, MIRI.id, "c0001", "dana@example.com", SALES, "V1", "0",
     "1", "-1", "guide", "mail", "phone", "side", "1764000000.000001", "note_block", "note", "when",
     "more", "boxes", "one", "people", "acts", "lead_noanswer", "7", "a", "/lead next", "hello",
     "2025-11-24T16:30"]
)  # fmt: skip
text = real | words
choice = st.none() | st.booleans() | st.integers() | text | st.lists(text, max_size=3)
hits = st.fixed_dictionaries(
    # To stop the clock's hurry or to change the language is not a harm, but another test's matter.
    {"do": st.sampled_from(sorted({*_ACTS} - {"clock", "locale", "arrivals"}))},
    optional={
        "key": text, "value": text, "view": text, "act": text, "thread": text, "picked": choice,
        "values": st.lists(st.tuples(text, text, choice).map(list) | choice, max_size=3),
        "fields": st.dictionaries(st.just("text") | words, text, max_size=3),
    },
)  # fmt: skip


class TestAHostileBrowser:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(hits, min_size=1, max_size=6))
    def test_breaks_neither_an_act_nor_the_page(self, one_town: Town, told: list[dict[str, Any]]):
        show = _lived_in(one_town)
        stage, _ = a_stage(show)
        seat = Seat(me=NOA.id, place=LEADS)
        for one in told:
            carry_out(stage, seat, read_hit(one))
            assert page_of(stage, show, seat).encode()


def _lived_in(town: Town) -> Show:
    emptied(town)
    town.meet(address="http://127.0.0.1:9")
    town.customers.add(a_customer(), since=MONDAY - timedelta(hours=1))
    town.mailbox.restore([Mail(sender=SALES, recipients=("dana@example.com",), raw=LETTER)])
    a_message(town, ts="1764000000.000001", blocks=(ACTIONS,))
    a_modal(town, an_input("plain_text_input", "note"), an_input("datetimepicker", "when"), ACTIONS)
    return a_show(town)
