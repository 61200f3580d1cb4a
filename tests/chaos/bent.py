"""`app.py run` on a clock that is as far off as a file says, in seconds, at every moment.

Run as a program of its own, with the file's path in BENT_BY. Only what reads the wall clock is
bent: time spent is still measured by the monotonic one, as on a machine whose clock was set.
"""

import importlib
import os
import runpy
import sys
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

ROOT = Path(__file__).parents[2]
READERS = ("wiring", "handlers.clock", "apscheduler.schedulers.base", "apscheduler.triggers.base",
           "apscheduler.triggers.interval", "apscheduler.executors.base")  # fmt: skip
"""Modules that read the wall clock by the name `datetime`."""
BY = "BENT_BY"


def offset() -> float:
    """Give how far off the clock is now, in seconds."""
    return float(Path(os.environ[BY]).read_text("utf-8") or 0)


class Bent(datetime):
    """The wall clock of a machine that is off."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Give the moment as this machine believes it to be."""
        return datetime.fromtimestamp(time.time(), tz) + timedelta(seconds=offset())


def main() -> None:
    """Bend the clock, then be the program."""
    sys.path.insert(0, str(ROOT))
    for name in READERS:
        module = importlib.import_module(name)
        if hasattr(module, "datetime"):
            module.datetime = Bent  # type: ignore[attr-defined]
    sys.argv = [str(ROOT / "app.py"), *sys.argv[1:]]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
