"""A desk with vendors whose terms are known, and leads of theirs that nobody reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import refund_marks, refunds
from bot.refund_lists import Group, Overview, for_terminal
from bot.refund_marks import Answered, Batch, Marked
from bot.texts import Words
from rules.claims import ClaimState
from rules.lead import Lead
from rules.vendors import ClaimReason, Vendor
from tests.desk import BOOK, MIRI, FakeClock, Room, a_desk

META = Vendor(
    "Meta", window_days=10, tries=3, over_days=2, reasons=tuple(ClaimReason), email="c@meta.example"
)
TABOOLA = Vendor("Taboola", window_days=20, tries=1, over_days=1)
HOURS = (1, 1, 23)
BATCH = Batch("Meta", "ILS")
ALL = 10**6


@contextmanager
def a_buying_desk(tmp_path: Path, clock: FakeClock, **settings: str) -> Iterator[Room]:
    book = replace(BOOK, vendors=(META, TABOOLA))
    with a_desk(tmp_path, clock, playbook=book, **settings) as room:
        yield room


def buy(room: Room, number: int = 1, **fields: Any) -> Lead:
    """Take in a lead that Meta sold for forty shekels."""
    known = {"vendor": "Meta", "cost": "40", "campaign": "March", "external_id": f"m-{number}"}
    reach = {"phone": f"052-234-56{number:02}", "email": f"lead{number}@example.com"}
    return room.lead(**(known | reach | {"name": f"Lead {number}"} | fields))


def try_in_vain(room: Room, *leads: Lead, hours: tuple[int, ...] = HOURS) -> None:
    """Call leads without an answer, so many hours after each other."""
    for passed in hours:
        room.clock.forward(hours=passed)
        for lead in leads:
            room.log(lead.id, "noanswer")


def claimable(room: Room, count: int = 1, **fields: Any) -> list[Lead]:
    """Buy leads that nobody reaches, and let the desk look at them."""
    found = [buy(room, number, **fields) for number in range(1, count + 1)]
    try_in_vain(room, *found)
    refunds.look(room.desk)
    return found


def overview(room: Room) -> Overview:
    return for_terminal(room.desk)


def group(room: Room, vendor: str = "Meta") -> Group:
    [found] = [one for one in overview(room).groups if one.vendor == vendor]
    return found


def counts(room: Room, vendor: str = "Meta") -> dict[str, tuple[int, int]]:
    """Give how many claims of a vendor are in each state, and their sum in minor units."""
    states = [
        state
        for one in overview(room).groups
        if one.vendor == vendor
        for state in one.states.values()
    ]
    return {one.state: (one.count, one.minor) for one in states}


def send(room: Room, until: int = ALL) -> Marked:
    """Mark Meta's claims up to a number as sent."""
    return refund_marks.mark_sent(room.desk, BATCH, until=until, by=MIRI)


def answer(room: Room, state: ClaimState, **more: object) -> Marked:
    """Write down what Meta answered."""
    said = Answered(state, **more)  # type: ignore[arg-type]  # as the test says
    return refund_marks.answer(room.desk, BATCH, said, by=MIRI)


def words(room: Room, locale: str = "en") -> Words:
    return Words(locale, room.desk.settings.zone)
