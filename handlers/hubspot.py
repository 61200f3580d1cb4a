"""HubSpot's door: what was changed there is looked for and obeyed (C2)."""

import logging
import threading
from collections.abc import Callable

from bot.desk import Desk
from bot.hubspot import Contacts, look
from bot.orders import DeliveryFailed
from bot.settings import HUBSPOT

log = logging.getLogger(__name__)

EVERY = 30.0
LONGEST_PAUSE = 600.0


class HubSpotDoor:
    """Looks every half minute; where HubSpot can't be reached, each time later."""

    def __init__(
        self,
        desk: Desk,
        contacts: Contacts,
        *,
        every: float = EVERY,
        heard: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Look at what was changed there; `heard` is told each look's fault, or ""."""
        self._heard = heard
        self._desk, self._contacts, self._every = desk, contacts, every
        self._pause, self._fault = every, ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=HUBSPOT, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; a change in hand is finished."""
        self._stopping.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._rest(self._look())

    def _look(self) -> str:
        """Look once; gives a fault's name, or ""."""
        try:
            look(self._desk, self._contacts)
        except DeliveryFailed as failed:
            return failed.failure.code
        except Exception as fault:  # noqa: BLE001 - the next look tries again
            return type(fault).__name__
        return ""

    def _rest(self, fault: str) -> None:
        if fault and not self._fault:
            log.warning("HubSpot can't be read: %s", fault)
        elif self._fault and not fault:
            log.info("HubSpot is read again")
        self._fault = fault
        self._heard(fault)
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if fault else self._every
        self._stopping.wait(self._pause)
