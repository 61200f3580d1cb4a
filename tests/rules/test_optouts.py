"""What an opt-out closes, and what becomes of the lead (contract: Consent)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.optouts import closed_to, in_order, opened_to, still_open, targets
from rules.words import CALLS, CHANNELS, Channel, Importance, Kind, Stage, Step
from tests.rules.builders import NOW, PLAYBOOK, lead, won

SMS, EMAIL = Channel.SMS, Channel.EMAIL
NUMBER, ADDRESS = "+972522345678", "noa@example.com"
AGREED = lead(agreed=(EMAIL,))
channels = st.sets(st.sampled_from(CHANNELS))


def closed(before, *asked):
    return closed_to(before, asked, now=NOW, playbook=PLAYBOOK)


class TestWhatIsClosed:
    @pytest.mark.parametrize(
        ("asked", "number", "address"),
        [
            ((SMS,), (SMS,), None),
            ((CALLS,), (CALLS,), None),
            ((SMS, CALLS), (SMS, CALLS), None),
            ((EMAIL,), None, (EMAIL,)),
            ((SMS, EMAIL), (SMS, EMAIL), (SMS, EMAIL)),
            ((EMAIL, CALLS), (EMAIL, CALLS), (EMAIL, CALLS)),
            (CHANNELS, CHANNELS, CHANNELS),
        ],
    )
    def test_is_of_the_number_the_address_or_the_person(self, asked, number, address):
        found = targets(lead(), asked)
        assert (found.get(NUMBER), found.get(ADDRESS)) == (number, address)

    def test_is_of_the_one_address_that_was_asked_from(self):
        assert targets(lead(), (EMAIL,), address="Old@Example.com") == {"old@example.com": (EMAIL,)}

    def test_is_of_the_person_too_where_everything_was_asked_from_an_address(self):
        assert set(targets(lead(), CHANNELS, address="old@example.com")) == {
            "old@example.com",
            NUMBER,
            ADDRESS,
        }

    def test_may_be_of_a_number_that_no_lead_has(self):
        assert targets(None, (SMS, EMAIL), address=NUMBER) == {NUMBER: (SMS, EMAIL)}

    def test_is_nothing_where_there_is_neither_number_nor_address(self):
        assert targets(lead(phone_e164="", email=""), CHANNELS) == {}
        assert targets(lead(email=""), (EMAIL,)) == {}


class TestALeadThatClosesChannels:
    @pytest.mark.parametrize("asked", [(SMS,), (EMAIL,), (SMS, EMAIL)])
    def test_is_called_as_before_while_calls_are_open(self, asked):
        after = closed(lead(), *asked)
        assert (after.next_what, after.next_at, after.working) == (Step.CALL, NOW, True)
        assert after.opted_out == asked

    def test_goes_to_the_mailing_list_where_mail_may_be_written(self):
        after = closed(AGREED, CALLS)
        assert (after.stage, after.next_what) == (Stage.LEAD, Step.MAILING_LIST)
        assert after.next_at > NOW
        assert not after.working

    def test_keeps_its_turn_on_the_mailing_list(self):
        listed = lead(agreed=(EMAIL,), next_what=Step.MAILING_LIST)
        assert closed(listed, CALLS).next_at == listed.next_at

    @pytest.mark.parametrize(
        "before", [lead(), lead(agreed=(EMAIL,), email=""), lead(agreed=(EMAIL,), email_ok=False)]
    )
    def test_is_disqualified_where_nobody_may_call_or_write(self, before):
        after = closed(before, CALLS)
        assert (after.stage, after.next_what, after.next_at) == (
            Stage.DISQUALIFIED,
            Step.NONE,
            None,
        )
        assert after.closed_at == NOW

    def test_is_disqualified_when_the_last_way_is_closed(self):
        listed = closed(AGREED, CALLS)
        assert closed(listed, EMAIL).stage is Stage.DISQUALIFIED

    def test_is_in_nobodys_hand_any_more(self):
        held = lead(
            held_by="UDANA",
            held_until=NOW,
            next_what=Step.FOLLOW_UP,
            importance=Importance.HIGH,
        )
        after = closed(held, CALLS)
        assert (after.held_by, after.held_until, after.importance) == ("", None, "")

    @pytest.mark.parametrize("before", [won(), lead(stage=Stage.LOST), lead(kind=Kind.COLD)])
    def test_says_so_and_stays_what_it_is_otherwise(self, before):
        after = closed(before, SMS, EMAIL)
        assert opened_to(after, (SMS, EMAIL)) == before

    @given(first=channels, second=channels)
    def test_never_opens_what_was_closed(self, first, second):
        after = closed(closed(AGREED, *first), *second)
        assert set(after.opted_out) == first | second
        assert set(still_open(after)) == set(CHANNELS) - first - second

    @given(asked=channels)
    def test_twice_is_closed_once(self, asked):
        once = closed(AGREED, *asked)
        assert closed(once, *asked) == once

    @given(first=channels, second=channels, agreed=st.booleans())
    def test_that_lives_always_has_a_next_step(self, first, second, agreed):
        before = AGREED if agreed else lead()
        after = closed(closed(before, *first), *second)
        assert not after.living or after.next_what is not Step.NONE
        assert not after.working or CALLS not in after.opted_out


class TestChannels:
    def test_are_named_once_and_always_in_the_same_order(self):
        assert in_order([CALLS, SMS, CALLS, EMAIL]) == (SMS, EMAIL, CALLS)
        assert in_order(["fax"]) == ()
