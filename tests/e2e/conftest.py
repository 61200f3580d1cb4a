from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import World


@pytest.fixture(params=["socket", "http"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, http=request.param == "http") as made:
        yield made


@pytest.fixture
def socket_world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, http=False) as made:
        yield made
