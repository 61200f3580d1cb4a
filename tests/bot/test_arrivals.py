"""Leads of a long time, read once for periods that overlap (L6)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.arrivals import Past, read_past
from rules.lifetimes import Month, months_of
from rules.money import Money
from rules.rates import Exchange
from rules.report import ALL, Window
from rules.sums import NEVER, Grown
from rules.words import Kind, Outcome, Stage
from storage import lead_work
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import NOON, add_attempt, add_lead

DAY = timedelta(days=1)
WINDOW = Window(NOON - 50 * DAY, NOON - 30 * DAY, NOON, 30, 20, 180)
BEFORE = replace(
    WINDOW,
    since=WINDOW.since - 7 * DAY,
    judged_until=WINDOW.judged_until - 7 * DAY,
    until=WINDOW.until - 7 * DAY,
)
ZONE = ZoneInfo("Asia/Jerusalem")


def alike(leads: int, *, judged: bool) -> Grown:
    return Grown("a", "", Kind.WARM, judged=judged, leads=leads)


def read(unit: Unit, *windows: Window, months: Sequence[Month] = ()) -> Past:
    exchange = Exchange("ILS", ZONE)
    return read_past(unit, windows, months=months, until=NOON, exchange=exchange, only=ALL)


def sum_all(unit: Unit) -> None:
    while lead_work.work_off(unit, zone=ZONE) is not None:
        pass
    while lead_work.sum_past(unit, zone=ZONE, at=NOON) is not None:
        pass


def day_of(at: datetime) -> date:
    return at.astimezone(ZONE).date()


@pytest.mark.parametrize("summed", [False, True], ids=["not_summed", "summed"])
class TestTheWindowsLeads:
    def test_are_judged_when_they_had_time(self, store: Store, summed: bool):
        with store.unit() as unit:
            for days in (51, 50, 31, 30, 1, 0):
                add_lead(unit, campaign="a", received_at=NOON - days * DAY)
            if summed:
                sum_all(unit)
            past = read(unit, WINDOW)
        assert past.grown(WINDOW) == [alike(2, judged=True), alike(2, judged=False)]
        found = past.grouped(WINDOW)
        assert (found.judged, found.stages) == ({(NEVER, Kind.WARM): 2}, {Stage.LEAD: 4})

    def test_are_those_of_each_of_two_windows_that_overlap(self, store: Store, summed: bool):
        came = [NOON - days * DAY for days in (57, 51, 37, 31, 8, 7)]
        with store.unit() as unit:
            for at in came:
                add_lead(unit, campaign="a", received_at=at)
            if summed:
                sum_all(unit)
            past = read(unit, WINDOW, BEFORE)
        for window, judged, inside in ((WINDOW, 2, came[2:]), (BEFORE, 2, came[:5])):
            assert sum(one.leads for one in past.grown(window) if one.judged) == judged
            assert past.came(window) == Counter(("a", day_of(at)) for at in inside)


class TestWhatAMonthsLeadsEarned:
    MONTHS = months_of(until=NOON, horizon_days=60, zone=ZONE)

    def test_is_gathered_of_what_is_alike(self, store: Store):
        came = self.MONTHS[0].since
        with store.unit() as unit:
            leads = [
                add_lead(unit, campaign="a", received_at=at) for at in (came, came, came - DAY)
            ]
            for lead in leads:
                for days, minor in ((3, 100), (31, 100), (32, -40)):
                    money, at = Money(minor, "ILS"), came + days * DAY
                    add_attempt(unit, lead, outcome=Outcome.SOLD, at=at, amount=money)
            found = read(unit, WINDOW, months=self.MONTHS).earned
        told = sorted((one.month, one.age, one.amount.minor, one.count) for one in found)
        assert told == [(0, 0, 100, 2), (0, 1, -40, 2), (0, 1, 100, 2)]

    def test_is_of_as_many_leads_as_came_in_each(self, store: Store):
        with store.unit() as unit:
            for at in (NOON - DAY, NOON, self.MONTHS[-2].since, self.MONTHS[0].since - DAY):
                add_lead(unit, campaign="a", received_at=at)
            past = read(unit, WINDOW, months=self.MONTHS)
        assert [one["a"] for one in past.came_by(self.MONTHS, WINDOW)] == [0, 0, 0, 0, 1, 1]
