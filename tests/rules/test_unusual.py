"""What is unlike the time before: chance alone is never told (L6)."""

from dataclasses import replace
from typing import Any

import pytest

from rules.report import Report
from rules.report_rest import FollowUpFigures
from rules.report_values import Share, Spread
from rules.unusual import unusual
from tests.bot.a_report import FACEBOOK, SEARCH, calls_share, leads_share, report


def keys(now: Report, before: Report | None) -> list[str]:
    return [one.key for one in unusual(replace(now, before=before))]


def with_total(**changed: Any) -> Report:
    found = report()
    return replace(found, total=replace(found.total, **changed))


def with_first_calls(median: float, of: int = 200) -> Report:
    found = report()
    took = Spread(of, median, median * 4, small=of < 30)
    return replace(found, response=replace(found.response, took=took))


def with_kept(kept: Share) -> Report:
    return replace(report(), followups=FollowUpFigures(kept.of, kept))


class TestWhatIsUnusual:
    def test_is_nothing_of_a_week_like_the_last(self):
        assert keys(report(), report()) == []

    def test_is_nothing_without_a_time_before(self):
        assert keys(report(), None) == []

    @pytest.mark.parametrize(
        ("now", "before", "told"),
        [
            (200, 60, ["leads_up"]),
            (60, 200, ["leads_down"]),
            (0, 40, ["leads_gone"]),
            (130, 100, []),
            (4, 1, []),
        ],
    )
    def test_is_a_number_of_leads_far_from_chance(self, now: int, before: int, told: list[str]):
        assert keys(with_total(leads=now), with_total(leads=before)) == told

    @pytest.mark.parametrize(
        ("now", "before", "told"),
        [
            ((500, 1000), (300, 1000), ["answered_up"]),
            ((300, 1000), (500, 1000), ["answered_down"]),
            ((310, 1000), (300, 1000), []),
            ((40, 50), (5, 50), []),
        ],
    )
    def test_is_a_rate_whose_intervals_do_not_touch(
        self, now: tuple[int, int], before: tuple[int, int], told: list[str]
    ):
        found = with_total(calls=calls_share(*now)), with_total(calls=calls_share(*before))
        assert keys(*found) == told

    def test_is_a_first_call_that_takes_twice_as_long(self):
        assert keys(with_first_calls(600), with_first_calls(240)) == ["response_up"]
        assert keys(with_first_calls(240), with_first_calls(600)) == ["response_down"]
        assert keys(with_first_calls(300), with_first_calls(240)) == []
        assert keys(with_first_calls(600, of=3), with_first_calls(240)) == []

    def test_is_fewer_follow_ups_kept(self):
        found = with_kept(leads_share(40, 100)), with_kept(leads_share(90, 100))
        assert keys(*found) == ["kept_down"]

    def test_is_a_campaign_that_stopped(self):
        now, before = report(SEARCH), report(SEARCH, FACEBOOK)
        [odd] = unusual(replace(now, before=replace(before, total=now.total)))
        assert (odd.key, odd.name, odd.before) == ("campaign_gone", "פייסבוק־מרץ", 86)
