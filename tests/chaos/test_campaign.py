"""The campaign in a few blows: the whole of it is `make chaos`."""

from pathlib import Path

import pytest

from tests.chaos.__main__ import Measure, clock, disk, kill
from tests.chaos.backups import DAMAGES

FEW = Measure(kills=4, leaps=4, full=2, seconds=3, backups=len(DAMAGES))
SEED = 11


@pytest.mark.parametrize("part", [kill, clock, disk])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, part):
    rows = list(part(tmp_path, FEW, SEED))
    assert rows
    for row in rows:
        assert row.holds, (row.faults, row.strange)
        assert row.promised or row.tried == "backups" or row.struck == "not tried"
