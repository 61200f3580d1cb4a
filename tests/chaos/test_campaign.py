"""The campaign in a few blows: the whole of it is `make chaos`."""

from pathlib import Path

import pytest

from tests.chaos.__main__ import Measure, clock, crash, disk, encrypted, kill, postgresql

FEW = Measure(kills=3, crashes=3, leaps=3, full=1, seconds=3, backups=0, hurried=True)
SEED = 11


@pytest.mark.parametrize("part", [kill, encrypted, postgresql, crash, clock, disk])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, part):
    rows = list(part(tmp_path, FEW, SEED))
    assert rows
    for row in rows:
        assert row.holds, (row.faults, row.strange)
        assert row.promised or row.struck == "not tried"
