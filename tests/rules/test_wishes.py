"""When a customer asks to be called (L3.3, L5.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import read_window
from rules.plan import Phoning
from rules.playbook import Playbook
from rules.rest import Rest, may_call, merged
from rules.wishes import NOTICE, WISHES, offered_times, wished_time

ZONE = ZoneInfo("Asia/Jerusalem")
SUNDAY = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
BOOK, NO_REST = Playbook(), Rest()


def wished(
    wish: str, *, now: datetime = SUNDAY, rest: Rest = NO_REST, book: Playbook = BOOK
) -> str:
    at = wished_time(wish, now=now, phoning=Phoning(book, rest, ZONE, {}))
    return f"{at.astimezone(ZONE):%a %H:%M}"


class TestAWish:
    @pytest.mark.parametrize(
        ("wish", "told"),
        [
            ("now", "Sun 10:00"),
            ("morning", "Sun 10:00"),
            ("noon", "Sun 12:00"),
            ("afternoon", "Sun 15:00"),
            ("evening", "Sun 18:00"),
            ("someday", "Sun 10:00"),
        ],
    )
    def test_is_the_soonest_such_time(self, wish: str, told: str):
        assert wished(wish) == told

    def test_of_a_part_that_is_over_is_tomorrow(self):
        assert wished("morning", now=SUNDAY + timedelta(hours=3)) == "Mon 09:00"

    def test_at_night_is_in_the_morning(self):
        assert wished("now", now=SUNDAY + timedelta(hours=13)) == "Mon 09:00"

    def test_in_rest_is_that_part_of_the_next_day(self):
        rest = merged([(SUNDAY, SUNDAY + timedelta(days=1))])
        assert wished("evening", rest=rest) == "Mon 18:00"

    def test_outside_calling_hours_is_as_soon_as_may_be(self):
        early = Playbook(calling=read_window("09:00-13:00"))
        assert wished("evening", book=early) == "Sun 10:00"

    @given(st.sampled_from(WISHES), st.integers(0, 400 * 24 * 60))
    def test_is_never_in_the_past_and_never_at_a_forbidden_hour(self, wish: str, minutes: int):
        now = SUNDAY + timedelta(minutes=minutes)
        at = wished_time(wish, now=now, phoning=Phoning(BOOK, NO_REST, ZONE, {}))
        assert at >= now
        assert may_call(BOOK.calling, NO_REST, at=at, zone=ZONE)


def offered(zone: str = "Asia/Jerusalem", **more: Any) -> list[datetime]:
    phoning = Phoning(BOOK, more.pop("rest", NO_REST), ZoneInfo(zone), {})
    found = offered_times(now=more.pop("now", SUNDAY), phoning=phoning)
    return [one.astimezone(phoning.zone) for one in found]


class TestTheHoursOnOfferL54:
    def test_are_full_hours_of_five_days_in_calling_hours(self):
        found = offered()
        assert {one.minute for one in found} == {0}
        assert [f"{one:%a}" for one in found if one.hour == 12] == [
            *("Sun", "Mon", "Tue", "Wed", "Thu"),
        ]

    def test_begin_half_an_hour_from_now(self):
        assert f"{offered()[0]:%a %H:%M}" == "Sun 11:00"
        assert f"{offered(now=SUNDAY + timedelta(minutes=31))[0]:%a %H:%M}" == "Sun 12:00"

    def test_leave_rest_out(self):
        rest = merged([(SUNDAY, SUNDAY + timedelta(days=1))])
        assert f"{offered(rest=rest)[0]:%a}" == "Mon"

    def test_are_the_customers_own_where_clocks_are_half_an_hour_apart(self):
        found = offered("Asia/Kolkata")
        assert {one.minute for one in found} == {0}
        assert found

    def test_are_none_where_rest_has_no_end(self):
        assert offered(rest=merged([(SUNDAY, SUNDAY + timedelta(days=400))])) == []

    @given(st.integers(0, 400 * 24 * 60))
    def test_may_all_be_called_at(self, minutes: int):
        now = SUNDAY + timedelta(minutes=minutes)
        for at in offered_times(now=now, phoning=Phoning(BOOK, NO_REST, ZONE, {})):
            assert at - now >= NOTICE
            assert may_call(BOOK.calling, NO_REST, at=at, zone=ZONE)
