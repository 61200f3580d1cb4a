"""A short form of `python -m benchmarks.outcomes`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.outcomes import measure, table


@pytest.mark.benchmark
def test_outcomes_against_their_floors(tmp_path: Path) -> None:
    found = measure(tmp_path, seconds=0.5, rounds=3)
    print(f"\n{table(found)}")
    assert all(one.ratio > 0 for one in found)
