"""A lead that became another is counted, listed and handed out nowhere (C2)."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pytest

from bot.one_person import merge
from rules.report import ALL
from rules.words import LIVING, Importance, Queue, Stage, Step
from storage import (
    calls,
    chairs,
    changes,
    figures,
    given,
    home,
    ladder,
    leads,
    mailing,
    measures,
    queue,
    reps,
    stages,
    wave,
    worked,
)
from storage.queue import Asker
from storage.tables import leads as table
from storage.unit import Unit
from tests.desk import AVI, MIRI, SUNDAY_MORNING, Room

DAY = timedelta(days=1)
SINCE, NOW = SUNDAY_MORNING - DAY, SUNDAY_MORNING + DAY
ASKER = Asker(AVI, NOW)
OWN = {"owner": AVI, "next_at": SUNDAY_MORNING, "working": True}
Ask = Callable[[Unit], Any]


def numbers(found: Collection[Any]) -> int:
    """Count the second lead among what was found."""
    return sum(one.id == 2 for one in found)


def called(unit: Unit) -> int:
    found = wave.due(unit, owners=[AVI], until=NOW, attempts=3, most=9)
    return sum(count for sorts in found.values() for count in sorts.values())


ASKED: dict[str, tuple[dict[str, Any], Ask]] = {
    "next": (OWN, lambda u: numbers(queue.best(u, Queue.FRESH, ASKER, zones=[""], most=9))),
    "next in hand": (
        OWN | {"held_by": AVI, "held_until": NOW + DAY},
        lambda u: numbers(queue.reserved(u, ASKER)),
    ),
    "next to come": (
        OWN | {"next_at": NOW + DAY, "owner": MIRI},
        lambda u: bool(queue.coming(u, Asker(MIRI, NOW))),
    ),
    "taken": (OWN, lambda u: queue.take(u, 2, ASKER) is not None),
    "agenda": (
        OWN,
        lambda u: sum(one.id == 2 for one, _ in calls.agenda(u, owner=AVI, until=NOW, most=9)),
    ),
    "home": (OWN, lambda u: home.counts(u, now=NOW, late=NOW)[AVI].open),
    "home's pages": (
        OWN | {"next_at": NOW + DAY},
        lambda u: numbers(home.coming(u, AVI, now=NOW, skip=0, most=9)),
    ),
    "load": (OWN, lambda u: reps.loads(u)[AVI]),
    "without an owner": (
        {"owner": "", "next_what": Step.ASSIGN},
        lambda u: numbers(leads.held(u, most=9)),
    ),
    "nearest": (OWN | {"owner": MIRI}, lambda u: leads.nearest(u, 2, owner=MIRI) is not None),
    "by stage": (
        {"stage": Stage.MQL},
        lambda u: numbers(leads.at_stage(u, Stage.MQL, after=1, most=9)),
    ),
    "between the chairs": (
        {},
        lambda u: sum(one.id == 2 for one, _ in chairs.standing(u, after=0, most=9)),
    ),
    "left by": (OWN | {"owner": MIRI}, lambda u: chairs.count_left_by(u, MIRI)),
    "with leavers": (OWN | {"owner": MIRI}, lambda u: len(chairs.with_left(u, [MIRI]))),
    "mailing": (
        {"next_what": Step.MAILING_LIST, "next_at": SUNDAY_MORNING},
        lambda u: numbers(mailing.due(u, now=NOW, most=9)),
    ),
    "ladder": ({"ladder_at": SUNDAY_MORNING}, lambda u: numbers(ladder.due(u, now=NOW, most=9))),
    "first calls": (
        {"first_call_at": SUNDAY_MORNING, "waited": 3.0, "owner": MIRI},
        lambda u: sum(one.owner == MIRI for one in worked.first_calls(u, since=SINCE)),
    ),
    "response times": (
        {"first_call_at": SUNDAY_MORNING, "waited": 3.0},
        lambda u: ladder.responses(u, since=SINCE, until=NOW).minutes.count(3.0),
    ),
    "digest": (
        {},
        lambda u: sum(one.leads for one in figures.came(u, since=SINCE, until=NOW, only=ALL)),
    ),
    "closing rates": (
        {"stage": Stage.WON},
        lambda u: sum(one.closed for one in measures.count_cells(u, since=SINCE, mature=NOW)),
    ),
    "best closers": (
        {"stage": Stage.WON, "owner": MIRI},
        lambda u: sum(
            found.get(MIRI) is not None
            for found in given.count_closings(u, since=SINCE, mature=NOW).values()
        ),
    ),
    "tiers": (OWN | {"campaign": "b"}, lambda u: len(measures.working_groups(u))),
    "wave": (OWN, called),
    "arrivals": ({}, lambda u: sum(wave.arrivals(u, [(SINCE, NOW)], without="").values())),
    "questions": ({}, lambda u: len(stages.undecided(u, among=9))),
    "other systems' list": ({}, lambda u: numbers(changes.numbered(u, after=0, most=9))),
}
BOTH = frozenset({"home", "load", "digest", "tiers", "wave", "arrivals"})
"""What counts the first lead too."""
ONCE_MORE = frozenset({"closing rates", "best closers", "nearest", "questions", "response times"})
"""What the first lead has afterwards, being what the second was; so it is counted once."""


def prepared(room: Room, values: dict[str, Any]) -> None:
    room.lead()
    room.lead(name="Yossi", phone="054-345-6789", email="yossi@example.com")
    with room.desk.store.unit() as unit:
        unit.execute(table.update().values(owner=AVI, next_at=SUNDAY_MORNING, zone=""))
        if values:
            unit.execute(table.update().where(table.c.id == 2).values(values))
        leads.add_line(unit, 2, at=room.clock.now, actor=AVI, what="sqo_asked", state="open", by="")
        unit.commit()


def asked(room: Room, name: str) -> int:
    with room.desk.store.unit() as unit:
        return int(ASKED[name][1](unit))


class TestALeadThatBecameAnotherC2:
    @pytest.mark.parametrize("name", sorted(set(ASKED) - ONCE_MORE))
    def test_is_found_no_more(self, room: Room, name: str):
        prepared(room, ASKED[name][0])
        was = asked(room, name)
        assert was == (2 if name in BOTH else 1)
        merge(room.desk, 1, 2, by=MIRI)
        assert asked(room, name) == was - 1

    @pytest.mark.parametrize("name", sorted(ONCE_MORE))
    def test_is_counted_once(self, room: Room, name: str):
        prepared(room, ASKED[name][0])
        assert asked(room, name) == 1
        merge(room.desk, 1, 2, by=MIRI)
        assert asked(room, name) <= 1

    def test_keeps_its_stage_though_it_lives_no_more(self, room: Room):
        prepared(room, {"stage": Stage.MQL})
        when = room.clock.now + DAY
        room.log(2, "followup", when=when, importance=Importance.LOW)
        merge(room.desk, 1, 2, by=MIRI)
        gone = room.load(2)
        assert gone.stage in LIVING
        assert not gone.living
        assert room.followup(2) is None
