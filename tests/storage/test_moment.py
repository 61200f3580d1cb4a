"""Moments: aware, UTC, the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from storage.store import Store
from storage.tables import seen

EAST = timezone(timedelta(hours=3))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda part: timezone(timedelta(minutes=part)))
MOMENTS = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=ZONES,
)


class TestMoment:
    def test_refuses_a_naive_moment(self, store: Store):
        naive = datetime(2026, 11, 22, 12)  # noqa: DTZ001
        with pytest.raises(StatementError, match="without a time zone"), store.unit() as unit:
            unit.execute(seen.insert(), {"key": "a", "at": naive})

    def test_refuses_a_naive_moment_in_a_question(self, store: Store):
        naive = datetime(2026, 11, 22, 12)  # noqa: DTZ001
        with pytest.raises(StatementError, match="without a time zone"), store.view() as view:
            view.execute(select(seen.c.key).where(seen.c.at < naive))

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(moment=MOMENTS)
    def test_comes_back_as_the_same_moment_in_utc(self, store: Store, moment: datetime):
        with store.unit() as unit:
            unit.execute(seen.insert(), {"key": "a", "at": moment})
            found = unit.execute(select(seen.c.at)).scalar_one()
        assert found == moment
        assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)

    def test_keeps_its_zone_through_a_minimum(self, store: Store):
        moment = datetime(2026, 11, 22, 12, tzinfo=EAST)
        with store.unit() as unit:
            unit.execute(seen.insert(), {"key": "a", "at": moment})
            assert unit.execute(select(func.min(seen.c.at))).scalar_one().tzinfo is not None

    def test_is_ordered_by_the_moment_and_not_by_the_wall_clock(self, store: Store):
        later = datetime(2026, 11, 22, 12, tzinfo=UTC)
        sooner = datetime(2026, 11, 22, 14, tzinfo=EAST)
        with store.unit() as unit:
            unit.execute(
                seen.insert(), [{"key": "later", "at": later}, {"key": "sooner", "at": sooner}]
            )
            found = unit.execute(select(seen.c.key).order_by(seen.c.at)).scalars().all()
        assert found == ["sooner", "later"]

    def test_compares_whole_seconds_with_parts_of_seconds(self, store: Store):
        whole = datetime(2026, 11, 22, 12, tzinfo=UTC)
        part = whole + timedelta(microseconds=1)
        with store.unit() as unit:
            unit.execute(seen.insert(), [{"key": "a", "at": whole}, {"key": "b", "at": part}])
            found = unit.execute(select(seen.c.key).where(seen.c.at < part)).scalars().all()
        assert found == ["a"]
