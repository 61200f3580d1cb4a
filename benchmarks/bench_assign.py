"""A short form of `python -m benchmarks.assign`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.assign import FEW, MANY, measure, table


@pytest.mark.benchmark
def test_giving_a_lead_among_few_and_many(tmp_path: Path) -> None:
    found = measure(tmp_path, sizes=(1_000, 10_000), teams=(FEW, MANY))
    print(f"\n{table(found)}")
    assert [one.micros > one.floor > 0 for one in found] == [True] * 8
