"""What every test may ask for."""

import os
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys of real processes, one a worker: they wait, and nobody for them."""
    long = [one for one in items if "e2e" in one.path.parts]
    rest = [one for one in items if "e2e" not in one.path.parts]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    size = -(-len(rest) // workers)
    shares = (
        [*long[number::workers], *rest[number * size : (number + 1) * size]]
        for number in range(workers)
    )
    items[:] = [one for share in shares for one in share]
