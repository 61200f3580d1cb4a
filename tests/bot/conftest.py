"""What the tests of the bot may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.delivery import Courier
from bot.desk import Desk
from bot.orders import Order
from bot.present import Present
from bot.roster import load_team
from storage.store import Store
from tests.desk import BOOK, TEAM, FakeClock, Outside, Room, settings_for


@pytest.fixture
def either_room(
    store: Store, database_url: str, clock: FakeClock, tmp_path: Path
) -> Iterator[Room]:
    """A room on each database."""
    settings = settings_for(tmp_path / "unused.db", DATABASE_URL=database_url)
    desk = Desk(store, settings, Present(BOOK), clock)
    load_team(desk, TEAM.encode())
    outside = Outside()
    everything = dict.fromkeys(Order.__args__, outside)
    courier = Courier(desk, everything, seconds=lambda: clock().timestamp())
    yield Room(desk, clock, outside, courier)
    courier.close()
