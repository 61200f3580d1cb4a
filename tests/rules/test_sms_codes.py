"""Twilio's error codes and states, as a table (L2.4, L5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.retries import PERMANENT
from rules.sms_codes import (
    DELIVERED,
    FAILED,
    LASTING,
    MEANINGS,
    SENT,
    Meaning,
    is_news,
    meaning_of,
    state_of,
)


class TestACode:
    @pytest.mark.parametrize(
        ("code", "meaning"),
        [
            ("21614", Meaning.LANDLINE),
            ("30006", Meaning.LANDLINE),
            ("21211", Meaning.INVALID),
            ("30005", Meaning.INVALID),
            ("21610", Meaning.OPTED_OUT),
            ("20429", Meaning.RETRY),
            ("30001", Meaning.RETRY),
            ("30022", Meaning.RETRY),
            ("21408", Meaning.REGION),
            ("30004", Meaning.FILTERED),
            ("30007", Meaning.FILTERED),
            ("30003", Meaning.UNREACHABLE),
            ("30008", Meaning.UNKNOWN),
            ("99999", Meaning.UNKNOWN),
            ("unknown_if_sent", Meaning.UNKNOWN),
            ("", Meaning.UNKNOWN),
        ],
    )
    def test_means_what_the_table_says(self, code, meaning):
        assert meaning_of(code) is meaning

    def test_is_a_number_of_five_digits(self):
        assert all(code.isdigit() and len(code) == 5 for code in MEANINGS)

    def test_stands_under_every_meaning_but_the_unknown(self):
        assert set(MEANINGS.values()) == set(Meaning) - {Meaning.UNKNOWN}

    def test_that_lasts_is_not_tried_again(self):
        assert LASTING <= PERMANENT

    @pytest.mark.parametrize("code", ["20429", "30001", "30003", "30022"])
    def test_that_passes_is_tried_again(self, code):
        assert code not in PERMANENT


class TestAState:
    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("accepted", SENT),
            ("scheduled", SENT),
            ("queued", SENT),
            ("sending", SENT),
            ("sent", SENT),
            ("delivered", DELIVERED),
            ("read", DELIVERED),
            ("undelivered", FAILED),
            ("failed", FAILED),
            ("canceled", FAILED),
            ("Delivered", DELIVERED),
            ("received", ""),
            ("", ""),
        ],
    )
    def test_is_read_from_twilios_word(self, status, state):
        assert state_of(status) == state

    @pytest.mark.parametrize(
        ("before", "state", "news"),
        [
            (SENT, DELIVERED, True),
            (SENT, FAILED, True),
            (SENT, SENT, False),
            (DELIVERED, SENT, False),
            (DELIVERED, DELIVERED, False),
            (DELIVERED, FAILED, False),
            (FAILED, FAILED, False),
            (FAILED, SENT, False),
        ],
    )
    def test_is_changed_by_its_first_end_alone(self, before, state, news):
        assert is_news(before, state) is news

    @given(reports=st.lists(st.sampled_from((SENT, DELIVERED, FAILED))))
    def test_is_the_same_in_whatever_order_what_is_no_end_comes(self, reports):
        ends = [one for one in reports if one != SENT]
        assert told(reports) == told(ends)


def told(reports):
    state = SENT
    for report in reports:
        state = report if is_news(state, report) else state
    return state
