from collections.abc import Iterator

import pytest

from sandbox.calendar import Calendar
from sandbox.face.seat import Seat
from sandbox.face.stage import Show, Stage
from sandbox.town import Town
from tests.sandbox.face.stages import LEADS, MONDAY, NOA, WORKSPACE, a_show, a_stage, emptied


@pytest.fixture(scope="session")
def one_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    calendar = Calendar(start=MONDAY, seconds=lambda: 0.0)
    folder = tmp_path_factory.mktemp("town")
    with Town(workspace=WORKSPACE, folder=folder, calendar=calendar) as town:
        yield town


@pytest.fixture
def town(one_town: Town) -> Town:
    """Give a town in which nothing has happened."""
    emptied(one_town)
    return one_town


@pytest.fixture
def show(town: Town) -> Show:
    return a_show(town)


@pytest.fixture
def stage(show: Show) -> Stage:
    return a_stage(show)[0]


@pytest.fixture
def seat() -> Seat:
    return Seat(me=NOA.id, place=LEADS)
