"""What every test may ask for."""

import itertools
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
    """Begin with the journeys of real processes and the demo's files, dealt to the workers.

    They wait long, and nobody then waits for them; and none of them, being begun, is taken over
    by another worker, which would have to make its world again.
    """
    dealt: dict[object, list[pytest.Item]] = {}
    rest = []
    for item in items:
        folder = item.path.parent.name
        if folder in {"e2e", "demo"}:
            dealt.setdefault(item.path if folder == "demo" else item, []).append(item)
        else:
            rest.append(item)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = _shares([*dealt.values()], rest, workers)


def _shares(
    dealt: list[list[pytest.Item]], rest: list[pytest.Item], workers: int
) -> Iterator[pytest.Item]:
    """Give the workers' shares one after the other, as many items each as xdist will send it."""
    left = len(rest) + sum(map(len, dealt))
    given = iter(rest)
    for number in range(workers):
        first = [one for unit in dealt[number::workers] for one in unit]
        size = left // (workers - number)
        left -= size
        yield from first
        yield from itertools.islice(given, max(0, size - len(first)))
