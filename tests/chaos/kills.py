"""Kill at any instant: one process or two, on either database, while everybody works."""

import time
from collections.abc import Sequence
from random import Random

from tests.chaos.desks import Progress, bots, finish, pass_a_minute, wake
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import reckon
from tests.chaos.table import Row
from tests.chaos.traffic import working
from tests.e2e.bot import Bot
from tests.e2e.world import Outside

STARTING, WORKS = 0.25, 2.0
"""The share of kills that fall while a process starts; seconds of work before one of the others."""


def strike(
    outside: Outside, running: Sequence[Bot], count: int, dice: Random, tell: Progress
) -> None:
    """Kill so many times, each time one at random, and start it again."""
    for number in range(count):
        victim = dice.choice(running)
        if dice.random() < STARTING:
            for bot in running:
                if not bot.lives:
                    bot.start()
        else:
            wake(outside, running)
        time.sleep(dice.uniform(0, WORKS))
        victim.kill()
        tell(f"{number + 1} of {count} kills")


def kills(
    outside: Outside,
    *,
    count: int,
    seed: int,
    tell: Progress,
    replicas: int = 1,
    hurried: bool = False,
) -> Row:
    """Kill processes while two websites and two reps work, let all drain, and reckon.

    Where it is `hurried` the clock is set on at the end, so that nobody waits for leases.
    """
    file = outside.folder / "offset"
    file.write_text("0", "utf-8")
    ledger = Ledger()
    with bots(outside, replicas, bent_by=file if hurried else None) as running:
        with working(outside, lambda: [one.url for one in running], ledger, seed=seed):
            strike(outside, running, count, Random(seed), tell)
            wake(outside, running)
        if hurried:
            pass_a_minute(file)
        end = finish(outside, running, tell)
    name = "kill -9" if replicas == 1 else f"kill -9, {replicas} replicas"
    row = Row.of(name, outside.database, f"{count} kills", ledger, reckon(outside, ledger))
    row.end(end)
    return row
