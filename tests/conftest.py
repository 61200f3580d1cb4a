"""What every test may ask for."""

import gc
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.desk import FakeClock, Room, a_desk

pytest_plugins = ["tests.databases"]

# `--hypothesis-profile=default` tries every invariant on four times as many examples.
settings.register_profile("quick", settings.default, max_examples=25)
settings.load_profile("quick")


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


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from looking through what was imported, again and again."""
    gc.freeze()
    gc.set_threshold(50_000)


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
