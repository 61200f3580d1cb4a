"""Calls summed by the hour: kept up while the bot runs, made anew and compared on demand (L6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import SystemRandom

from bot.desk import Desk
from storage import rollup_checks, rollup_work
from storage.call_sums import Counts
from storage.rollup_checks import Standing
from storage.rollups import BEGINNING, END
from storage.snapshots import steady
from storage.unit import Unit

AT_A_TIME = 20_000
"""About how many calls the clock's job sums before it lets the next tick go on."""
BEFORE_A_DIGEST = 200_000
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared with the calls themselves: all of them, and so many hours one by one.

    `unequal` names the cuts and hours that differ.
    """

    counts: Counts
    hours: int
    unequal: tuple[str, ...]


def keep_up(desk: Desk) -> None:
    """Sum anew what changed, then some of the past that is not summed yet."""
    left = AT_A_TIME - catch_up(desk, most=AT_A_TIME)
    with desk.store.view() as view:
        whole = rollup_work.all_summed(view, zone=desk.settings.zone)
    if not whole:
        _repeat(desk, partial(_sum_past, desk), most=left)


def catch_up(desk: Desk, *, most: int = BEFORE_A_DIGEST) -> int:
    """Sum anew what changed, until about so many calls are summed; gives how many were.

    Done before a report, which then has little to sum while it reads.
    """
    with desk.store.view() as view:
        if not rollup_work.any_marks(view):
            return 0
    return _repeat(desk, partial(rollup_work.work_off, zone=desk.settings.zone), most=most)


def _repeat(desk: Desk, step: Callable[[Unit], int | None], *, most: int) -> int:
    """Do a step in units of its own, until it has nothing to do or `most` calls are summed."""
    calls = 0
    while calls < most:
        with desk.store.unit() as unit:
            done = step(unit)
            unit.commit()
        if done is None:
            break
        calls += done
    return calls


def _sum_past(desk: Desk, unit: Unit) -> int | None:
    piece = rollup_work.sum_past(unit, zone=desk.settings.zone, at=desk.clock())
    return piece.calls if piece else None


def standing(desk: Desk) -> Standing:
    """Give how far the sums have come, and what waits to be summed anew."""
    with desk.store.view() as view:
        return rollup_checks.standing(view, zone=desk.settings.zone)


def count(desk: Desk) -> int:
    """Count all calls there are."""
    with desk.store.view() as view:
        return rollup_checks.all_calls(view).calls


def rebuild(desk: Desk) -> Iterator[int]:
    """Sum everything anew, the newest first; gives how many calls each step summed.

    The bot may run meanwhile, and reports are right all the time.
    """
    before = END
    while before > BEGINNING:
        with desk.store.unit() as unit:
            zone, at = desk.settings.zone, desk.clock()
            piece = rollup_work.sum_before(unit, before, zone=zone, at=at)
            unit.commit()
        before = piece.since
        yield piece.calls
    catch_up(desk)


def compare(desk: Desk) -> Compared:
    """Compare the sums with the calls: all of them by every cut, and some hours one by one."""
    zone = desk.settings.zone
    with steady(desk.store) as view:
        counts, last = rollup_checks.all_calls(view), rollup_checks.newest_id(view)
        some = SystemRandom().sample(range(1, last + 1), k=min(SAMPLE, last))
        hours = rollup_checks.hours_of(view, some)
        cuts = rollup_checks.unequal_cuts(view, counts, zone=zone)
        wrong = rollup_checks.unequal_hours(view, hours, zone=zone)
    return Compared(counts, len(hours), (*cuts, *map(datetime.isoformat, wrong)))
