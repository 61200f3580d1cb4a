"""A short form of `python -m benchmarks.digest`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.digest import on_sqlite, table


@pytest.mark.benchmark
def test_a_week_of_the_digest_against_a_range_scan(tmp_path: Path) -> None:
    found = on_sqlite(tmp_path, people=5_000, calls=50_000)
    print(f"\n{table(found)}")
    assert [one.ratio > 0 for one in found] == [True, True]
