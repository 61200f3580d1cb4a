"""A short form of `python -m benchmarks.memory`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.memory import measure, table

MOST = 40.0
"""Megabytes above the base, for files of 20,000 rows."""


@pytest.mark.benchmark
def test_files_of_leads_in_bounded_memory(tmp_path: Path) -> None:
    found = measure(tmp_path, 20_000)
    print(f"\n{table(found)}")
    assert all(one.rows == 20_000 and one.megabytes < MOST for one in found.values())
