"""HubSpot's door: it looks again and again, and each time later while HubSpot is away (C2)."""

import threading
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.hubspot import Found
from bot.orders import DeliveryFailed
from handlers.hubspot import HubSpotDoor
from tests.desk import Room

PATIENCE = 10


class There:
    """A HubSpot that counts looks, and is away for the first of them."""

    def __init__(self, *, away: int, enough: int) -> None:
        self.looks, self.away, self.enough = 0, away, enough
        self.done = threading.Event()

    def changed(
        self, since: datetime, properties: Sequence[str], after: str
    ) -> tuple[list[Found], str]:
        self.looks += 1
        if self.looks == self.enough:
            self.done.set()
        if self.looks <= self.away:
            raise DeliveryFailed("hubspot_500")
        return [], ""


class TestTheDoor:
    def test_looks_again_after_an_outage_and_tells_it_once(
        self, room: Room, caplog: pytest.LogCaptureFixture
    ):
        caplog.set_level("INFO", "handlers.hubspot")
        there = There(away=2, enough=4)
        door = HubSpotDoor(room.desk, there, every=0.001)
        door.start()
        assert there.done.wait(PATIENCE)
        door.stop()
        assert caplog.messages == ["HubSpot can't be read: hubspot_500", "HubSpot is read again"]
