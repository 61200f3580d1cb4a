"""The disk fills up under a working desk: refused with words, and recovered when there is room."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.chaos.desks import Progress, bots, finish, wake
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import reckon
from tests.chaos.table import Row
from tests.chaos.traffic import working
from tests.e2e.world import Outside

SIZE = "48m"
KILLED = 0.3


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Give a disk of a few megabytes; None where this user may not mount one."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Take all room on a disk and give the file that holds it."""
    junk = disk / "junk"
    with junk.open("wb", buffering=0) as file:
        for chunk in (1 << 20, 1 << 12, 1 << 8):
            try:
                while True:
                    file.write(b"\0" * chunk)
            except OSError:
                continue
    return junk


def full_disk(outside: Outside, disk: Path, *, count: int, seed: int, tell: Progress) -> Row:
    """Fill the disk so many times, now and then kill meanwhile, let all drain, and reckon."""
    ledger, dice, killed = Ledger(), Random(seed), 0
    with bots(outside) as running:
        [bot] = running
        wake(outside, running)
        with working(outside, lambda: [bot.url], ledger, seed=seed):
            for number in range(count):
                time.sleep(dice.uniform(1, 3))
                junk = fill(disk)
                time.sleep(dice.uniform(1, 3))
                if dice.random() < KILLED:
                    killed += 1
                    bot.kill()
                junk.unlink()
                wake(outside, running)
                tell(f"{number + 1} of {count} times full")
        end = finish(outside, running, tell)
    struck = f"{count} times, {killed} kills"
    row = Row.of("disk full", outside.database, struck, ledger, reckon(outside, ledger))
    row.end(end)
    row.remarks.append(f"{ledger.refused} refused with words")
    row.strange += [] if ledger.refused else ["nothing was refused: was the disk ever full?"]
    return row
