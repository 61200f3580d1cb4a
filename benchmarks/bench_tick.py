"""A short form of `python -m benchmarks.tick`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.tick import on_sqlite


@pytest.mark.benchmark
def test_the_tick_among_few_and_many(tmp_path: Path) -> None:
    found = on_sqlite(tmp_path, sizes=(10_000, 100_000), due=100)
    print(f"\n{found}")
    assert "moved to another rep" in found
