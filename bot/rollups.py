"""Sums for the digest: kept up while the bot runs, made anew and compared on demand (L6).

Calls are summed by the hour in which they were made, leads by the day on which they came.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from secrets import SystemRandom

from bot.desk import Desk
from storage import lead_checks, lead_rollups, lead_work, rollup_checks, rollup_work
from storage.call_sums import Counts
from storage.rollup_checks import Standing
from storage.rollups import BEGINNING, END
from storage.snapshots import steady
from storage.unit import Unit

AT_A_TIME = 20_000
"""About how many calls, and how many leads, the clock sums before it lets the next tick go on."""
BEFORE_A_DIGEST = 200_000
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared with the calls and leads themselves: all, and some hours and days alone.

    `unequal` names the cuts, hours and days that differ.
    """

    counts: Counts
    hours: int
    leads: int
    days: int
    unequal: tuple[str, ...]


def keep_up(desk: Desk) -> None:
    """Sum anew what changed, then some of the past that is not summed yet."""
    left = AT_A_TIME - catch_up(desk, most=AT_A_TIME)
    zone = desk.settings.zone
    with desk.store.view() as view:
        leads, calls = (one.all_summed(view, zone=zone) for one in (lead_work, rollup_work))
    if not leads:
        _repeat(desk, partial(_count_past, desk), most=left)
    if not calls:
        _repeat(desk, partial(_sum_past, desk), most=left)


def catch_up(desk: Desk, *, most: int = BEFORE_A_DIGEST) -> int:
    """Sum anew what changed, until about so many calls and leads are; gives how many were.

    Done before a report, which then has little to sum while it reads.
    """
    with desk.store.view() as view:
        changed = [one for one in (rollup_work, lead_work) if one.any_marks(view)]
    done = 0
    for one in changed:
        done += _repeat(desk, partial(one.work_off, zone=desk.settings.zone), most=most - done)
    return done


def _repeat(desk: Desk, step: Callable[[Unit], int | None], *, most: int) -> int:
    """Do a step in units of its own, until it has nothing to do or did `most`; gives how much."""
    found = 0
    while found < most:
        with desk.store.unit() as unit:
            done = step(unit)
            unit.commit()
        if done is None:
            break
        found += done
    return found


def _count_past(desk: Desk, unit: Unit) -> int | None:
    piece = lead_work.sum_past(unit, zone=desk.settings.zone, at=desk.clock())
    return piece.leads if piece else None


def _sum_past(desk: Desk, unit: Unit) -> int | None:
    piece = rollup_work.sum_past(unit, zone=desk.settings.zone, at=desk.clock())
    return piece.calls if piece else None


def standing(desk: Desk) -> Standing:
    """Give how far the sums have come, and what waits to be summed anew."""
    with desk.store.view() as view:
        return rollup_checks.standing(view, zone=desk.settings.zone)


def count(desk: Desk) -> int:
    """Count all calls and leads there are."""
    with desk.store.view() as view:
        return rollup_checks.all_calls(view).calls + lead_checks.all_leads(view)


def rebuild(desk: Desk) -> Iterator[int]:
    """Sum everything anew, the newest first; gives how many calls or leads each step summed.

    The bot may run meanwhile, and reports are right all the time.
    """
    zone, before = desk.settings.zone, END
    while before > BEGINNING:
        with desk.store.unit() as unit:
            piece = rollup_work.sum_before(unit, before, zone=zone, at=desk.clock())
            unit.commit()
        before = piece.since
        yield piece.calls
    day = lead_rollups.END
    while day > lead_rollups.BEGINNING:
        with desk.store.unit() as unit:
            days = lead_work.sum_before(unit, day, zone=zone, at=desk.clock())
            unit.commit()
        day = days.since
        yield days.leads
    catch_up(desk)


def compare(desk: Desk) -> Compared:
    """Compare the sums with the calls and leads: all of them by every cut, some hours and days."""
    zone = desk.settings.zone
    with steady(desk.store) as view:
        counts, leads = rollup_checks.all_calls(view), lead_checks.all_leads(view)
        hours = rollup_checks.hours_of(view, _some(rollup_checks.newest_id(view)))
        days = lead_checks.some_days(view, _some(lead_checks.newest_id(view)), zone=zone)
        unequal = (
            *rollup_checks.unequal_cuts(view, counts, zone=zone),
            *map(datetime.isoformat, rollup_checks.unequal_hours(view, hours, zone=zone)),
            *(f"leads by {one}" for one in lead_checks.unequal_cuts(view, leads, zone=zone)),
            *map(date.isoformat, lead_checks.unequal_days(view, days, zone=zone)),
        )
    return Compared(counts, len(hours), leads, len(days), unequal)


def _some(last: int) -> list[int]:
    return SystemRandom().sample(range(1, last + 1), k=min(SAMPLE, last))
