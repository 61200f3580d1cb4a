"""Leads of a long time, read once for periods that overlap (L6)."""

from dataclasses import replace
from datetime import timedelta

from bot.arrivals import read_past
from rules.report import ALL, Window
from rules.sums import NEVER, Grown
from rules.words import Kind, Stage
from storage.store import Store
from tests.storage.making import NOON, add_lead

DAY = timedelta(days=1)
WINDOW = Window(NOON - 50 * DAY, NOON - 30 * DAY, NOON, 30, 20, 180)
BEFORE = replace(
    WINDOW,
    since=WINDOW.since - 7 * DAY,
    judged_until=WINDOW.judged_until - 7 * DAY,
    until=WINDOW.until - 7 * DAY,
)


def alike(leads: int, *, judged: bool) -> Grown:
    return Grown("a", "", Kind.WARM, Stage.LEAD, NEVER, judged=judged, leads=leads)


class TestTheWindowsLeads:
    def test_are_judged_when_they_had_time(self, store: Store):
        with store.unit() as unit:
            for days in (51, 50, 31, 30, 1, 0):
                add_lead(unit, campaign="a", received_at=NOON - days * DAY)
            past = read_past(unit, [WINDOW], sold=(NOON, NOON), only=ALL)
        assert past.grown(WINDOW) == [alike(2, judged=True), alike(2, judged=False)]

    def test_are_those_of_each_of_two_windows_that_overlap(self, store: Store):
        with store.unit() as unit:
            numbers = [
                add_lead(unit, campaign="a", received_at=NOON - days * DAY).id
                for days in (57, 51, 37, 31, 8, 7)
            ]
            past = read_past(unit, [WINDOW, BEFORE], sold=(NOON, NOON), only=ALL)
        found = {}
        for window in (WINDOW, BEFORE):
            judged = [one.judged for one in past.grown(window) for _ in range(one.leads)]
            lived = [
                (number, window.until - timedelta(seconds=age))
                for _, who, ages in past.lived(window)
                for number, age in zip(who, ages, strict=True)
            ]
            found[window] = sum(judged), sorted(lived)
        came = [NOON - days * DAY for days in (57, 51, 37, 31, 8, 7)]
        both = list(zip(numbers, came, strict=True))
        assert found[WINDOW] == (2, both[2:])
        assert found[BEFORE] == (2, both[:5])
