"""Deliveries: claim and commit, send with no transaction open, record what happened."""

import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

from bot import trail
from bot.breakers import Breakers
from bot.desk import Desk
from bot.ledger import Ledger, recipient
from bot.orders import DeliveryFailed, Drop, Sender, Wait
from bot.outgoing import order_for
from bot.picking import CHANNEL, LEADS, LEASE, PACED, PERSON, THREADS, Picker, channel_of
from rules.effects import PostCard
from rules.pace import after_one, lets
from rules.reports import PostFolded
from rules.retries import Failure, GiveUp, decide_retry
from rules.sides import SLACK, side_of
from storage import ahead, outbox
from storage.outbox import Row
from storage.unit import Unit

log = logging.getLogger(__name__)

HANDS = 8
FLOOD = 30


class Courier:
    """Delivers what is due; one for a process.

    Rows of a lane leave in order; lanes leave beside each other. Slack's channels take one
    message a second, and who asks for rest (Retry-After) is left alone that long.
    """

    def __init__(
        self,
        desk: Desk,
        senders: Mapping[type, Sender],
        *,
        seconds: Callable[[], float] = time.monotonic,
        hands: int = HANDS,
    ) -> None:
        self._desk = desk
        self._seconds = seconds
        self._senders = senders
        self._owner = uuid.uuid4().hex[:12]
        self._resting: dict[str, float] = {}
        self._full_at: dict[str, datetime] = {}
        self._busy: set[str] = set()
        self._in_hand: set[int] = set()
        self._lock = threading.Lock()
        self._hands = ThreadPoolExecutor(hands, thread_name_prefix="courier")
        self.ending = threading.Event()
        # Another process may have died before it saw that its clock was put right.
        self.clock_went_back = True
        self._ledger = Ledger(desk, self.ending)
        self.breakers = Breakers(desk, seconds)
        self.on_free: Callable[[], None] = lambda: None

    def hand_out(self) -> list[Future[None]]:
        """Begin to deliver what is due in every lane that is free, without waiting for it.

        So a mail server that takes its time never holds up Slack; `on_free` is called
        whenever a lane has finished.
        """
        handed: list[Future[None]] = []
        while not self.ending.is_set():
            lanes: dict[str, list[Row]] = defaultdict(list)
            for row in self._claim():
                lanes[row.lane].append(row)
            if not lanes:
                break
            handed += [self._hands.submit(self._lane, rows) for rows in lanes.values()]
        return handed

    def deliver_due(self) -> None:
        """Deliver everything that is due now; returns when it is done."""
        while handed := self.hand_out():
            wait(handed)

    def keep_leases(self) -> None:
        """Keep the rows in hand, and let rows wait again whose sender died."""
        with self._desk.store.unit() as unit:
            now = self._desk.clock()
            with self._lock:
                held = sorted(self._in_hand)
            outbox.renew(unit, held, until=now + LEASE)
            if self.clock_went_back:
                self.clock_went_back = bool(ahead.bring_back(unit, now=now, lease=LEASE))
            outbox.free_expired(unit, now=now)
            unit.commit()
        self.breakers.keep()

    def close(self) -> None:
        """Finish what is in hand and take no more."""
        self.ending.set()
        self._hands.shutdown(wait=True)

    def _allowed(self) -> dict[str, Any]:
        """Give what may be claimed: no lanes that are busy or rest, no sides that are down."""
        allowed = self.breakers.allowed()
        with self._lock:
            rested = self._seconds()
            closed = {lane for lane, until in self._resting.items() if until > rested}
            closed |= self._busy
        closed |= {THREADS} if LEADS in closed else set()
        return allowed | {"without": closed | allowed["without"]}

    def _claim(self) -> list[Row]:
        now, allowed = self._desk.clock(), self._allowed()
        with self._desk.store.view() as view:
            if not outbox.any_due(view, now=now, **allowed):
                return []
        with self._desk.store.unit() as unit:
            fold_flood(unit, now=now)
            picker = Picker(
                self._desk.settings, unit, owner=self._owner, now=now, without=allowed["without"]
            )
            picked = picker.pick(
                self.breakers.states(),
                last=self.breakers.last_lane(SLACK),
                toward=allowed["toward"],
            )
            rows = picked.rows
            # In hand before the claim is committed: where the clock leaps in that instant, the
            # lease would seem to have run out.
            with self._lock:
                self._busy |= {row.lane for row in rows}
                self._in_hand |= {row.id for row in rows}
            try:
                unit.commit()
            except BaseException:
                self._let_go(rows)
                raise
        for row in picked.probes:
            self.breakers.probe(row)
        return rows

    def _let_go(self, rows: Sequence[Row]) -> None:
        with self._lock:
            self._busy -= {row.lane for row in rows}
            self._in_hand -= {row.id for row in rows}

    def _lane(self, rows: Sequence[Row]) -> None:
        held: datetime | None = None
        until = time.monotonic() + LEASE.total_seconds() / 2
        try:
            for row in rows:
                if held is not None or self.ending.is_set() or time.monotonic() > until:
                    if not self._ledger.waits(row, held or self._desk.clock()):
                        break  # what is left waits for the end of its lease
                elif not (self.breakers.lets(row) and self._in_pace(row)):
                    self._ledger.waits(row, None)
                else:
                    with trail.following(row.origin):
                        held = self._deliver(row)
        finally:
            self._let_go(rows)
            self.on_free()

    def _deliver(self, row: Row) -> datetime | None:
        """Deliver one row; gives until when its lane must rest, if it must."""
        to = ""
        try:
            orders = order_for(self._desk, row)
            if isinstance(orders, Drop | Wait):
                self.breakers.unsent(row)
                self._leave(row, orders)
                return None
            to = recipient(orders)
            with self._desk.meters.sending(side_of(row.effect)):
                sent = [(order, self._senders[type(order)].send(order)) for order in orders]
        except DeliveryFailed as failed:
            return self._failed(row, failed.failure, to)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the row must not be lost
            log.error(
                "delivery of row %s (%s) failed: %s", row.id, row.effect.kind, type(fault).__name__
            )
            return self._failed(row, Failure(type(fault).__name__, ours=True), to)
        paced = channel_of(self._desk.settings, row.lane) if row.lane in PACED else ""
        self._ledger.sent(row, sent, paced=paced)
        log.info("row %s (%s) left for %s", row.id, row.effect.kind, side_of(row.effect))
        self.breakers.answered(side_of(row.effect))
        if paced:
            self._rest(row.lane, CHANNEL.every)
        return None

    def _leave(self, row: Row, why: Drop | Wait) -> None:
        if isinstance(why, Drop):
            self._ledger.dropped(row, why=why.why)
        else:
            self._ledger.waits(row, why.until)

    def _failed(self, row: Row, failure: Failure, to: str) -> datetime | None:
        now = self._desk.clock()
        tried_at = row.tried_at or now
        down = self.breakers.failed(row, failure)
        decision = decide_retry(failure, attempts=row.tries + 1, tried_at=tried_at, now=now)
        if isinstance(decision, GiveUp):
            self._ledger.dead(row, code=decision.code, to=to)
            return None
        if down and side_of(row.effect) == SLACK:
            # Its breaker says when; due as it was, it leaves before what came later.
            self._ledger.waits(row, None, error=failure.code, counts=True)
            return None
        asked = failure.retry_after is not None
        self._ledger.waits(row, decision.at, error=failure.code, counts=not asked)
        if asked:
            self._rest(row.lane, (decision.at - now).total_seconds())
        return None if failure.ours or failure.alone else decision.at

    def _in_pace(self, row: Row) -> bool:
        """Say whether a person may be sent one more now; if not, their lane rests."""
        if not row.lane.startswith("dm:"):
            return True
        now = self._desk.clock()
        with self._lock:
            full_at = self._full_at.get(row.lane)
            free = lets(PERSON, full_at, now=now)
            if free:
                self._full_at[row.lane] = after_one(PERSON, full_at, now=now)
            for lane in [one for one, at in self._full_at.items() if at < now]:
                del self._full_at[lane]
        if not free:
            self._rest(row.lane, PERSON.every)
        return free

    def _rest(self, lane: str, seconds: float) -> None:
        now = self._seconds()
        with self._lock:
            self._resting[lane] = now + seconds
            for name in [one for one, end in self._resting.items() if end <= now]:
                del self._resting[name]


def fold_flood(unit: Unit, *, now: datetime) -> None:
    """Fold cards into one line when more wait than the channel can take (contract)."""
    count, first = outbox.fold(unit, kind=PostCard.kind, over=FLOOD, now=now)
    if count:
        outbox.add(unit, (PostFolded(count, first),), now=now)


class Waker:
    """The thread that delivers: woken by every commit with something to send, and by the clock."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._event = threading.Event()
        courier.on_free = self._event.set
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def wake(self) -> None:
        """Say that something may be due."""
        self._event.set()

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand; returns when it is done."""
        self._courier.ending.set()
        self._event.set()
        if self._thread.is_alive():
            self._thread.join(timeout=8)
        self._courier.close()

    def _run(self) -> None:
        while not self._courier.ending.is_set():
            self._event.wait()
            self._event.clear()
            try:
                self._courier.hand_out()
            except Exception as fault:  # noqa: BLE001 - the next tick tries again
                log.error("delivering failed: %s", type(fault).__name__)
