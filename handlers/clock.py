"""The clock: APScheduler ticks from memory; what is due lives in tables."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from bot import (
    agenda,
    approvals,
    assign,
    audit,
    backups,
    board,
    bulk,
    chairs,
    claiming,
    cover,
    erasing,
    figures,
    followups,
    guide,
    holidays,
    home,
    housekeeping,
    intake,
    ladder,
    learning,
    leavers,
    mailing,
    near,
    presence,
    present_playbook,
    refunds,
    rerouting,
    rollups,
    scoring,
    wave,
    weeks,
)
from bot.delivery import Courier, Waker
from bot.desk import Desk
from bot.leavers import Directory
from bot.presence import Eyes

log = logging.getLogger(__name__)

LARGEST_DRIFT = 2.0


class Ticker:
    """Calls what may be due every so many seconds.

    Jobs only ask what is due now by the desk's clock, so a tick that comes twice or late does no
    harm. When the desk's clock jumps, every job is due at once: a scheduler that waits for a
    moment in a past that has become the future would sleep through it.
    """

    def __init__(
        self, desk: Desk, courier: Courier, waker: Waker, people: Directory, eyes: Eyes
    ) -> None:
        self._desk, self._courier = desk, courier
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watch_clock, name="clock", daemon=True)
        self._every(1, "deliver", waker.wake)
        self._every(2, "playbook", lambda: present_playbook.refresh(desk))
        self._every(2, "nags", lambda: followups.nag_due(desk))
        self._every(2, "ladder", lambda: ladder.climb_due(desk))
        self._every(5, "held", lambda: assign.assign_held(desk))
        self._every(5, "rerouted", lambda: rerouting.reroute_held(desk))
        self._every(5, "tiers", lambda: learning.follow_playbook(desk))
        self._every(10, "home", lambda: home.refresh_watched(desk))
        self._every(15, "leases", courier.keep_leases)
        self._every(30, "agenda", lambda: agenda.send_due(desk))
        self._every(30, "digest", lambda: figures.post_weekly(desk))
        self._every(30, "digest_each", lambda: figures.post_each(desk))
        self._every(30, "weeks", lambda: weeks.send_due(desk))
        self._every(30, "mailing", lambda: mailing.mail_due(desk))
        self._every(60, "board", lambda: board.show_board(desk))
        self._every(60, "resume", lambda: intake.resume(desk))
        self._every(60, "refunds_weekly", lambda: refunds.post_weekly(desk))
        self._every(3600, "refunds", lambda: refunds.look(desk))
        self._keep_learning(desk)
        self._look_after_owners(desk, people)
        self._every(30, "presence", lambda: presence.look(desk, eyes))

    def _keep_learning(self, desk: Desk) -> None:
        """Measure, ask again what waits for an answer, and keep what is written in order."""
        self._every(60, "learn", lambda: learning.learn_nightly(desk))
        self._every(60, "answers", lambda: learning.watch_answers(desk))
        self._every(60, "questions", lambda: approvals.remind(desk))
        self._every(5, "near", lambda: near.look(desk))
        self._every(60, "points", lambda: scoring.rescore(desk))
        self._every(10, "rollups", lambda: rollups.keep_up(desk))
        self._every(300, "wave", lambda: wave.look(desk))
        self._every(3600, "forget", lambda: housekeeping.forget(desk))
        self._every(3600, "retention", lambda: erasing.retire(desk))
        self._every(3600, "scrub", lambda: erasing.scrub_at_night(desk))
        self._every(3600, "audit", lambda: audit.note_stand(desk))
        stopping = self._stopping.is_set
        self._every(60, "backup", lambda: backups.back_up_nightly(desk, stopping=stopping))

    def _look_after_owners(self, desk: Desk, people: Directory) -> None:
        """Leave no lead with somebody who is gone or away, or with nobody (C4)."""
        self._every(2, "bulk", lambda: bulk.carry_on(desk))
        self._every(5, "leavers", lambda: leavers.pass_on(desk))
        self._every(30, "unclaimed", lambda: claiming.tell_unclaimed(desk))
        self._every(60, "cover", lambda: cover.cover_due(desk))
        self._every(60, "chairs", lambda: chairs.check_nightly(desk))
        self._every(300, "people", lambda: leavers.watch(desk, people))
        self._every(3600, "holidays", lambda: holidays.follow(desk))
        self._every(60, "guide", lambda: guide.begin(desk))

    def start(self) -> None:
        """Begin to tick; every job runs once at once."""
        self._scheduler.start()
        self._all_now()
        self._watch.start()

    def stop(self) -> None:
        """Stop ticking; a job in hand is finished, and where the audit ends is noted."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)
        _guarded("audit", lambda: audit.note_stand(self._desk))()

    def _every(self, seconds: int, name: str, job: Callable[[], object]) -> None:
        self._scheduler.add_job(
            _guarded(name, job),
            "interval",
            seconds=seconds,
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def _all_now(self) -> None:
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _watch_clock(self) -> None:
        drift = self._drift()
        while not self._stopping.wait(1.0):
            now = self._drift()
            if abs(now - drift) > LARGEST_DRIFT:
                log.warning("the clock jumped by %.0f seconds", now - drift)
                self._courier.clock_went_back |= now < drift
                drift = now
                self._all_now()

    def _drift(self) -> float:
        return self._desk.clock().timestamp() - time.monotonic()


def _guarded(name: str, job: Callable[[], object]) -> Callable[[], None]:
    @audit.comes_from(audit.CLOCK)
    def run() -> None:
        try:
            job()
        except Exception as fault:  # noqa: BLE001 - the next tick tries again
            log.error("the job %s failed: %s", name, type(fault).__name__)

    return run
