"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import FakeClock, Room, a_desk

pytest_plugins = ["tests.databases"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock) as made:
        yield made
