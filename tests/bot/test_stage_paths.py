"""Whatever is done to a lead's stage: one that lives has a next step, one that is out has none."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import approvals, stages, undoing
from rules.acts import MoveStage
from rules.chairs import is_broken
from rules.refusals import Refused
from rules.words import Importance, Stage, Step
from storage import pastlines
from storage import stages as stored
from tests.desk import MIRI, FakeClock, Room, a_desk

STEPS, PATHS = 8, 25


def stage(to: Stage, *, manages: bool) -> Callable[[Room], Any]:
    def act(room: Room) -> Any:
        by = MIRI if manages else room.load(1).owner
        return approvals.request(room.desk, MoveStage(1, to, "so it is"), by=by)

    return act


def log(outcome: str, **more: Any) -> Callable[[Room], Any]:
    return lambda room: room.log(1, outcome, **more)


def agree(room: Room) -> Any:
    when = room.clock.now.replace(hour=10, minute=30)
    room.clock.forward(days=1)
    return room.log(1, "followup", when=when.replace(day=28), importance=Importance.HIGH)


def undo_move(room: Room) -> Any:
    with room.desk.store.view() as view:
        lines = [pastlines.written(view, line, stored.MOVED) for line in range(1, 200)]
    newest = [line for line in lines if line][-1:]
    return [stages.take_back(room.desk, line.id, by=MIRI) for line in newest]


ACTS: list[Callable[[Room], Any]] = [
    *(stage(to, manages=manages) for to in Stage for manages in (True, False)),
    *(log(outcome) for outcome in ("noanswer", "lost", "invalid", "unavailable")),
    agree,
    undo_move,
    lambda room: undoing.undo(room.desk, by=room.load(1).owner),
    lambda room: room.tick(hours=5),
]


class TestAnyPath:
    @given(path=st.lists(st.sampled_from(ACTS), min_size=1, max_size=STEPS))
    @settings(max_examples=PATHS, deadline=None)
    def test_leaves_each_lead_in_its_place(self, path: list[Callable[[Room], Any]]):
        with tempfile.TemporaryDirectory() as folder, a_desk(Path(folder), FakeClock()) as room:
            room.lead(consent="sms,email")
            for act in path:
                with suppress(Refused):
                    act(room)
                self.check(room)

    def check(self, room: Room) -> None:
        lead, agreed = room.load(1), room.followup(1)
        assert not is_broken(lead, agreed)
        if lead.stage is Stage.DISQUALIFIED:
            assert (lead.next_what, lead.next_at, agreed) == (Step.NONE, None, None)
            assert not {"waiting", "leased"} & {*room.states("sms"), *room.states("email")}
        with room.desk.store.view() as view:
            newest = stored.newest(view, 1)
        assert newest is None or newest.stage is lead.stage
