"""Another side is down for a while: the desk goes on, the rest waits and drains at its pace."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from rules.sides import SLACK
from tests.chaos.desks import Progress, bots, finish, settle, waiting_for, wake
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import reckon
from tests.chaos.sides import Side
from tests.chaos.table import Row
from tests.chaos.traffic import working
from tests.e2e.world import Outside

BEFORE = AFTER = 3.0
"""Seconds of work before a side goes, and after it came back."""
COMES_WITHIN = 90.0
POSTS_A_SECOND = 2
"""What Slack takes is one a second and a short burst; clocks of two programs may part by one."""
KNOCKS = (40, 4)
"""So often a side may be asked before all lanes know that it is down, and then a second."""


@dataclass(frozen=True)
class Struck:
    """An outage as it went: promises kept, calls and rows that waited meanwhile, when it ended."""

    seconds: float
    kept: int
    knocks: int
    waited: int
    ended: float


def outage(outside: Outside, side: Side, *, seconds: float, seed: int, tell: Progress) -> Row:
    """Take a side away for some seconds while everybody works, let all drain, and reckon."""
    ledger = Ledger()
    with bots(outside) as running:
        [bot] = running
        wake(outside, running)
        with working(outside, lambda: [bot.url], ledger, seed=seed):
            struck = _strike(outside, side, ledger, seconds, tell)
        took = settle(outside) + AFTER
        missing = _until_none(lambda: side.missing(outside, ledger))
        end = replace(finish(outside, running, tell), took=took)
    found = reckon(outside, ledger)
    found.lost += missing
    row = Row.of(f"{side.name} down", outside.database, f"{seconds:.0f} s", ledger, found)
    row.remarks += [
        f"{struck.kept} promises kept meanwhile",
        f"asked {struck.knocks} times while down",
        f"{struck.waited} rows waited",
    ]
    row.end(end)
    row.strange += _wrong(outside, side, struck)
    return row


def _strike(outside: Outside, side: Side, ledger: Ledger, seconds: float, tell: Progress) -> Struck:
    time.sleep(BEFORE)
    tell(f"{side.name} is down")
    promised, knocked = ledger.promises, side.knocks(outside)
    side.down(outside)
    time.sleep(seconds / 2)
    side.meanwhile(outside)
    time.sleep(seconds / 2)
    kept, knocks = ledger.promises - promised, side.knocks(outside) - knocked
    waited = waiting_for(outside, side.name)
    side.up(outside)
    tell(f"{side.name} is back")
    struck = Struck(seconds, kept, knocks, waited, time.time())
    time.sleep(AFTER)
    return struck


def _until_none(look: Callable[[], list[str]]) -> list[str]:
    """Give what is still missing when nothing more comes."""
    until = time.monotonic() + COMES_WITHIN
    while (missing := look()) and time.monotonic() < until:
        time.sleep(1)
    return missing


def _wrong(outside: Outside, side: Side, struck: Struck) -> list[str]:
    """Name what should not be: nothing taken, asked too often, a channel written to too fast."""
    said = [] if struck.kept else ["nothing was taken meanwhile"]
    after = [int(at) for at in side.times(outside) if at >= struck.ended]
    most = max(Counter(after).values(), default=0)
    if side.name == SLACK and most > POSTS_A_SECOND:
        said.append(f"{most} cards in one second on its return")
    first, more = KNOCKS
    if struck.knocks > first + more * struck.seconds:
        said.append(f"asked {struck.knocks} times in {struck.seconds:.0f} s while it was down")
    return said
