"""The wall clock leaps, forward and back, while everybody works; now and then a process dies."""

import time
from random import Random

from tests.chaos.desks import Progress, bots, finish, pass_a_minute, wake
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import reckon
from tests.chaos.table import Row
from tests.chaos.traffic import working
from tests.e2e.world import Outside

FARTHEST = 3 * 3600
"""Seconds that the clock may be off, either way."""
STAYS = (1.0, 4.0)
KILLED = 0.2


def leaps(outside: Outside, *, count: int, seed: int, tell: Progress) -> Row:
    """Set the clock so many times, at last right, let all drain, and reckon."""
    file, dice, ledger = outside.folder / "offset", Random(seed), Ledger()
    file.write_text("0", "utf-8")
    killed = 0
    with bots(outside, bent_by=file) as running:
        [bot] = running
        wake(outside, running)
        with working(outside, lambda: [bot.url], ledger, seed=seed):
            for number in range(count):
                off = dice.randint(-FARTHEST, FARTHEST) if number < count - 1 else 0
                file.write_text(str(off), "utf-8")
                if dice.random() < KILLED:
                    killed += 1
                    bot.kill()
                    bot.start()
                time.sleep(dice.uniform(*STAYS))
                tell(f"{number + 1} of {count} leaps")
            wake(outside, running)
            pass_a_minute(file)
        end = finish(outside, running, tell)
    struck = f"{count} leaps, {killed} kills"
    row = Row.of("clock", outside.database, struck, ledger, reckon(outside, ledger))
    row.end(end)
    return row
