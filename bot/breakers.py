"""Other sides that are left alone while they are down: known to deliveries, people and metrics."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from bot.assign import tell_managers
from bot.desk import Desk
from rules.breaker import (
    ANSWERED,
    FIRST_PAUSE,
    Breaker,
    Sign,
    State,
    after_failure,
    begin_probe,
    closed,
    end_probe,
    opened,
    read_sign,
)
from rules.effects import TellManagers
from rules.retries import Failure
from rules.sides import SLACK, side_of
from storage import gauges, kept, outbox
from storage.outbox import Row
from storage.unit import View

log = logging.getLogger(__name__)

LONGEST = {SLACK: 30.0, "sms": 300.0}
"""In seconds; an SMS that gets no answer is lost, so few are risked."""
LONGEST_ELSE = 60.0
TOLD_AFTER = timedelta(minutes=5)
SHOWN_FOR = timedelta(hours=1)
KEPT = "breaker:"
CLOSED = State.CLOSED
DOWN, BACK = "side_down", "side_back"


@dataclass(frozen=True, slots=True)
class Standing:
    """A side that is down `since` a moment, or was `until` another (UTC); so many rows `wait`."""

    side: str
    since: datetime
    until: datetime | None
    code: str
    wait: int


class Breakers:
    """One breaker a side, for a process; that one is open is kept, so that all may see it."""

    def __init__(self, desk: Desk, seconds: Callable[[], float]) -> None:
        self._desk, self._seconds = desk, seconds
        self._known: dict[str, Breaker] = {}
        self._codes: dict[str, str] = {}
        self._probes: dict[str, int] = {}
        self._last: dict[str, str] = {}
        self._unsaved: set[str] = set()
        self._lock = threading.Lock()
        self._recall()

    def _recall(self) -> None:
        """Begin with one try at what was down when the last process ended."""
        with self._desk.store.view() as view:
            records = kept.starting(view, KEPT)
        at, now = self._seconds(), self._desk.clock()
        for one in records:
            self._desk.meters.stands(one["side"], State.HALF_OPEN if not one["until"] else CLOSED)
            if not one["until"]:
                since = at - (now - datetime.fromisoformat(one["since"])).total_seconds()
                self._known[one["side"]] = Breaker(frozenset(), since, FIRST_PAUSE, at)

    def states(self) -> dict[str, State]:
        """Give the sides that are not as they should be."""
        at = self._seconds()
        with self._lock:
            found = {side: one.state(at) for side, one in self._known.items()}
        return {side: state for side, state in found.items() if state is not CLOSED}

    def allowed(self) -> dict[str, Any]:
        """Give what may leave or be tried at all, as the outbox is asked for it."""
        down = {side for side, state in self.states().items() if state is State.OPEN}
        toward = outbox.PAST_SLACK if SLACK in down else outbox.EVERYWHERE
        return {"without": down - {SLACK}, "toward": toward}

    def last_lane(self, side: str) -> str:
        """Give the lane whose row was tried last while the side was down, "" for none."""
        return self._last.get(side, "")

    def probe(self, row: Row) -> None:
        """Let this row alone be tried of its side's."""
        side = side_of(row.effect)
        with self._lock:
            self._known[side] = begin_probe(self._known.get(side, ANSWERED), at=self._seconds())
            self._probes[side], self._last[side] = row.id, row.lane

    def lets(self, row: Row) -> bool:
        """Say whether a row in hand may be tried now."""
        side = side_of(row.effect)
        with self._lock:
            known = self._known.get(side, ANSWERED)
            return known.state(self._seconds()) is CLOSED or self._probes.get(side) == row.id

    def unsent(self, row: Row) -> None:
        """Note that a row was not to be sent at all, which says nothing of its side."""
        side = side_of(row.effect)
        with self._lock:
            if self._probes.get(side) == row.id:
                self._known[side] = end_probe(self._known[side], at=self._seconds())

    def answered(self, side: str) -> None:
        """Note that a side took something."""
        with self._lock:
            known = self._known.get(side, ANSWERED)
            if known == ANSWERED:
                return
            self._put(side, known, ANSWERED)
        self._save_all()

    def failed(self, row: Row, failure: Failure) -> bool:
        """Note that a row failed; says whether its side is left alone now."""
        self._desk.meters.failed(side_of(row.effect), failure.code)
        side = side_of(row.effect)
        with self._lock:
            known = self._known.get(side, ANSWERED)
            if known.probing and self._probes.get(side) != row.id:
                return True
        # Of Slack lanes count, not rows: a person whom nothing reaches is no outage.
        order, fewest = (crc32(row.lane.encode()), 2) if side == SLACK else (row.id, 1)
        return self._fails(side, order, read_sign(failure), failure.code, fewest=fewest)

    def looked(self, side: str, fault: str) -> None:
        """Note how a look at a side went which is made by itself; `fault` is its name, or ""."""
        if fault:
            self._fails(side, 0, Sign.DOWN, fault)
        else:
            self.answered(side)

    def _fails(self, side: str, order: int, sign: Sign, code: str, *, fewest: int = 1) -> bool:
        at, longest = self._seconds(), LONGEST.get(side, LONGEST_ELSE)
        with self._lock:
            known = self._known.get(side, ANSWERED)
            now = after_failure(known, order, sign, at=at, longest=longest, fewest=fewest)
            self._codes[side] = code
            self._put(side, known, now)
        self._save_all()
        return bool(now.pause)

    def _put(self, side: str, before: Breaker, after: Breaker) -> None:
        self._known[side] = after
        if opened(before, after) or closed(before, after):
            self._unsaved.add(side)
            self._probes.pop(side, None)
            log.warning("%s is %s", side, "left alone: it is down" if after.pause else "back")
        self._desk.meters.stands(side, after.state(self._seconds()))

    def keep(self) -> None:
        """Keep what could not be kept before, and tell the managers of what lasts (C5)."""
        self._save_all()
        self._tell()

    def _save_all(self) -> None:
        with self._lock:
            left = sorted(self._unsaved)
        for side in left:
            try:
                self._save(side)
            except Exception as fault:  # noqa: BLE001 - the next look keeps it
                log.error("how %s fares was not kept: %s", side, type(fault).__name__)
                return
            with self._lock:
                self._unsaved.discard(side)

    def _save(self, side: str) -> None:
        with self._lock:
            known = self._known[side]
        now = self._desk.clock()
        with self._desk.store.unit() as unit:
            record = kept.get(unit, KEPT + side, lock=True)
            stands = record is not None and not record["until"]
            if bool(known.pause) == stands:
                return
            since = now - timedelta(seconds=self._seconds() - known.since)
            fresh = {"side": side, "since": since.isoformat(), "code": self._codes.get(side, "")}
            down = fresh | {"until": "", "told": ""}
            back = (record or {}) | {"until": now.isoformat()}
            kept.put(unit, KEPT + side, down if known.pause else back, at=now)
            unit.commit()

    def _tell(self) -> None:
        now = self._desk.clock()
        with self._desk.store.view() as view:
            due = [one for one in kept.starting(view, KEPT) if _to_tell(one, now=now)]
        for one in due:
            with self._desk.store.unit() as unit:
                record = kept.get(unit, KEPT + one["side"], lock=True)
                notice = _to_tell(record, now=now) if record else ""
                if record and notice:
                    about = f"{one['side']} {record['since']} {record['until']}".rstrip()
                    told = tell_managers(self._desk, unit, TellManagers(notice, 0, about))
                    outbox.add(unit, told, now=now)
                    kept.put(unit, KEPT + one["side"], record | {"told": notice}, at=now)
                    unit.commit()


def _to_tell(record: dict[str, Any], *, now: datetime) -> str:
    """Name the notice that is due of a side, "" for none; each is told once of an outage.

    That Slack is down can't be told in Slack: of it they hear when it is back.
    """
    since = datetime.fromisoformat(record["since"])
    until = datetime.fromisoformat(record["until"]) if record["until"] else None
    if (until or now) - since < TOLD_AFTER or record["told"] == BACK:
        return ""
    if until:
        return BACK if record["told"] or record["side"] == SLACK else ""
    return "" if record["told"] or record["side"] == SLACK else DOWN


def standings(view: View, *, now: datetime) -> Sequence[Standing]:
    """Give the sides that are down, and those that were within the last hour (UTC)."""
    found = []
    for one in kept.starting(view, KEPT):
        since = datetime.fromisoformat(one["since"])
        until = datetime.fromisoformat(one["until"]) if one["until"] else None
        if until is None or now - until < SHOWN_FOR:
            wait = 0 if until else gauges.count_due(view, one["side"], now=now)
            found.append(Standing(one["side"], since, until, one["code"], wait))
    return found
