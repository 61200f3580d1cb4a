"""The database's server crashes under a working desk, which goes on by itself once it is back."""

import time
from random import Random

from tests.chaos.desks import Progress, bots, finish, wake
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import reckon
from tests.chaos.servers import Server
from tests.chaos.table import Row
from tests.chaos.traffic import working
from tests.e2e.world import Outside

STANDS, LIES = (0.5, 3.0), (0.2, 3.0)
"""Seconds that the server works before it crashes, and that it is away."""
KILLED_TOO = 0.2
"""The share of crashes that take the bot along, as where both are on one machine."""


def crashes(outside: Outside, server: Server, *, count: int, seed: int, tell: Progress) -> Row:
    """Crash the server so many times while everybody works, let all drain, and reckon."""
    ledger, dice, killed = Ledger(), Random(seed), 0
    with bots(outside) as running:
        [bot] = running
        wake(outside, running)
        with working(outside, lambda: [bot.url], ledger, seed=seed):
            for number in range(count):
                time.sleep(dice.uniform(*STANDS))
                server.crash()
                if dice.random() < KILLED_TOO:
                    killed += 1
                    bot.kill()
                time.sleep(dice.uniform(*LIES))
                server.start()
                wake(outside, running)
                tell(f"{number + 1} of {count} crashes")
        end = finish(outside, running, tell)
    struck = f"{count} crashes, {killed} with the bot"
    row = Row.of("server crash", outside.database, struck, ledger, reckon(outside, ledger))
    row.end(end)
    row.remarks.append(f"{ledger.refused} refused with words")
    return row
