"""A short form of `python -m benchmarks.importing`, for `make bench`."""

from pathlib import Path

import pytest

from benchmarks.importing import measure, table


@pytest.mark.benchmark
def test_an_import_against_its_floor(tmp_path: Path) -> None:
    found = measure(tmp_path, 2_000)
    print(f"\n{table([found])}")
    assert found.ours[0] > found.floor[0] > 0
