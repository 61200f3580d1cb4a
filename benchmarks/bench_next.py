"""A short form of `python -m benchmarks.next`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.next import MOMENTS, on_sqlite, table

SIZES = (10_000, 100_000)


@pytest.mark.benchmark
def test_the_next_lead_among_few_and_many(tmp_path: Path) -> None:
    found = on_sqlite(tmp_path, asks=100, sizes=SIZES)
    print(f"\n{table(found, sizes=SIZES)}")
    assert [one.ratio > 0 for one in found] == [True] * len(MOMENTS)
    assert [one.handed > 0 for one in found] == [True, True, False]
