"""Which backups are kept: of each of the last days, weeks and months the newest (C5)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.backups import DAILY, FRESH, MONTHLY, WEEKLY, moment_of, name_of, outdated

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is beside it
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
folders = st.lists(moments, min_size=1, max_size=60).map(lambda all_: {name_of(at) for at in all_})


def kept(names: set[str]) -> set[str]:
    return names - set(outdated(names))


class TestAName:
    @given(moments)
    def test_says_its_moment(self, at: datetime):
        assert moment_of(name_of(at)) == at

    def test_is_of_utc_whatever_the_zone(self):
        there = NOON.astimezone(timezone(timedelta(hours=9)))
        assert name_of(there) == name_of(NOON) == "lead-desk-20261115T120000Z.backup"

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "leads.db",
            "before-restore-20261115T120000Z.backup",
            "lead-desk-20261115T120000Z.backup.gz",
            "my lead-desk-20261115T120000Z.backup",
            "lead-desk-20261315T120000Z.backup",
            "lead-desk-20260230T120000Z.backup",
            "lead-desk-20261115T120000Z.backup\n",
        ],
    )
    def test_of_something_else_says_nothing(self, name: str):
        assert moment_of(name) is None


class TestRotation:
    def test_of_two_years_leaves_7_days_4_weeks_and_12_months(self):
        names = {name_of(NOON - DAY * n) for n in range(730)}
        days = {name_of(NOON - DAY * n) for n in range(DAILY)}
        weeks = {name_of(NOON - DAY * 7 * n) for n in range(WEEKLY)}  # the 15th is a Sunday
        ends = [datetime(2026, n, 1, 12, tzinfo=UTC) - DAY for n in range(1, 12)]
        months = {name_of(NOON), *map(name_of, ends)}
        assert kept(names) == days | weeks | months
        assert [len(days), len(weeks), len(months)] == [DAILY, WEEKLY, MONTHLY]

    def test_keeps_all_of_the_newest_ones_last_day(self):
        names = {name_of(NOON - timedelta(hours=n)) for n in range(24)}
        assert outdated(names) == []
        newer = {name_of(NOON + timedelta(hours=n)) for n in (20, 40)}
        assert outdated(names | newer) != []

    def test_keeps_the_days_that_there_are_when_the_bot_was_off_for_long(self):
        names = {name_of(NOON - DAY * 100 - DAY * n) for n in range(DAILY)} | {name_of(NOON)}
        assert outdated(names) == [name_of(NOON - DAY * 106)]

    def test_never_names_a_file_of_somebody_else(self):
        others = {"leads.db", ".part-1", "before-restore-20200101T000000Z.backup"}
        assert outdated(others) == []
        assert not others & set(outdated(others | {name_of(NOON - DAY * n) for n in range(99)}))

    @given(folders)
    def test_never_gives_up_the_newest(self, names: set[str]):
        assert max(names) not in outdated(names)

    @given(folders)
    def test_gives_up_nothing_more_when_it_is_done(self, names: set[str]):
        assert outdated(kept(names)) == []

    @given(folders)
    def test_keeps_no_more_than_it_says_beside_the_last_day(self, names: set[str]):
        last = moment_of(max(names)) or NOON
        older = {one for one in kept(names) if last - (moment_of(one) or NOON) >= FRESH}
        assert len(older) <= DAILY + WEEKLY + MONTHLY

    @given(folders)
    def test_of_fewer_than_a_week_of_days_keeps_the_newest_of_each(self, names: set[str]):
        newest = {one[:18]: one for one in sorted(names)}
        assert {*sorted(newest.values())[-DAILY:]} <= kept(names)

    @given(folders, moments)
    def test_is_the_same_whatever_the_order_and_adds_nothing(self, names: set[str], at: datetime):
        assert outdated(sorted(names)) == outdated(sorted(names, reverse=True))
        assert set(outdated(names)) <= names
