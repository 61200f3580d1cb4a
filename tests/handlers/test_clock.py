"""The clock that ticks: a leap makes every job due, once."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from bot import (
    approvals,
    audit,
    backups,
    chairs,
    cover,
    figures,
    learning,
    leavers,
    presence,
    rollups,
    scoring,
)
from bot.delivery import Waker
from bot.desk import Desk
from handlers.clock import Ticker
from rules.presence import Look
from storage import ahead, kept
from tests.desk import FakeClock, Room, a_desk


def nobody_gone(_ids: Collection[str]) -> tuple[str, ...]:
    return ()


def nobody_seen(_ids: Sequence[str], _now: datetime) -> dict[str, Look]:
    return {}


def is_asked_for(room: Room, monkeypatch: pytest.MonkeyPatch, module: ModuleType, job: str) -> bool:
    """Say whether the clock does a job of a module soon after it was started."""
    asked = threading.Event()
    monkeypatch.setattr(module, job, lambda *_given: asked.set())
    ticker = Ticker(room.desk, room.courier, Waker(room.courier), nobody_gone, nobody_seen)
    ticker.start()
    try:
        return asked.wait(10)
    finally:
        ticker.stop()


class Counted:
    """Counts how often the digest's job ran, which by itself runs each half minute only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self._changed = threading.Condition()
        monkeypatch.setattr(figures, "post_weekly", self._run)

    def _run(self, _desk: Desk) -> None:
        with self._changed:
            self.times += 1
            self._changed.notify_all()

    def reaches(self, times: int, *, within: float = 10) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.times >= times, timeout=within)


class RunningClock(FakeClock):
    """A clock that goes on by itself, and leaps when moved."""

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with a_desk(tmp_path, RunningClock()) as made:
        yield made


class TestALeapOfTheClock:
    def test_runs_every_job_at_once_and_only_once(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        digests = Counted(monkeypatch)
        ticker = Ticker(room.desk, room.courier, Waker(room.courier), nobody_gone, nobody_seen)
        ticker.start()
        try:
            assert digests.reaches(1)
            room.clock.forward(hours=22)
            assert digests.reaches(2)
            assert not digests.reaches(3, within=2.5)
        finally:
            ticker.stop()

    @pytest.mark.parametrize(("hours", "looks"), [(-2, True), (2, False)])
    def test_back_has_what_was_written_ahead_brought_back(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, hours: int, *, looks: bool
    ):
        looked = threading.Event()
        room.courier.keep_leases()
        assert not room.courier.clock_went_back
        monkeypatch.setattr(ahead, "bring_back", lambda *_unit, **_given: looked.set())
        ticker = Ticker(room.desk, room.courier, Waker(room.courier), nobody_gone, nobody_seen)
        ticker.start()
        try:
            room.clock.forward(hours=hours)
            assert looked.wait(10 if looks else 3) == looks
        finally:
            ticker.stop()


class TestOwners:
    @pytest.mark.parametrize(
        ("module", "job"),
        [(leavers, "pass_on"), (leavers, "watch"), (cover, "cover_due"), (chairs, "check_nightly")],
    )
    def test_are_looked_after_by_the_clock(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, module: ModuleType, job: str
    ):
        assert is_asked_for(room, monkeypatch, module, job)


class TestTheDeskLearns:
    @pytest.mark.parametrize("job", ["learn_nightly", "watch_answers", "follow_playbook"])
    def test_by_the_clock(self, room: Room, monkeypatch: pytest.MonkeyPatch, job: str):
        assert is_asked_for(room, monkeypatch, learning, job)


class TestSumsOfCalls:
    def test_are_kept_up_by_the_clock(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        assert is_asked_for(room, monkeypatch, rollups, "keep_up")


class TestBackups:
    def test_are_made_by_the_clock_and_ended_with_it(self, room: Room, monkeypatch):
        asked, ends = threading.Event(), []

        def make(_desk: Desk, *, stopping: Callable[[], bool]) -> None:
            ends.append(stopping)
            asked.set()

        monkeypatch.setattr(backups, "back_up_nightly", make)
        ticker = Ticker(room.desk, room.courier, Waker(room.courier), nobody_gone, nobody_seen)
        ticker.start()
        try:
            assert asked.wait(10)
            assert not ends[0]()
        finally:
            ticker.stop()
        assert ends[0]()


class TestWhatSlackShows:
    def test_is_looked_at_by_the_clock(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        assert is_asked_for(room, monkeypatch, presence, "look")


class TestPoints:
    def test_are_counted_by_the_clock(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        assert is_asked_for(room, monkeypatch, scoring, "rescore")


class TestTheAuditsEnd:
    def test_is_noted_when_the_clock_stops(self, room: Room):
        ticker = Ticker(room.desk, room.courier, Waker(room.courier), nobody_gone, nobody_seen)
        ticker.start()
        try:
            room.lead()
        finally:
            ticker.stop()
        with room.desk.store.view() as view:
            noted = kept.get(view, audit.STAND)
        assert noted
        found = audit.verify(room.desk)
        assert noted["head"] == {"lines": found.lines, "digest": found.digest}


class TestAQuestionForAnSqo:
    def test_is_asked_again_by_the_clock(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        assert is_asked_for(room, monkeypatch, approvals, "remind")
