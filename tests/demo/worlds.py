"""The story's six weeks, lived once for all workers of a test run; who needs them gets a copy."""

import fcntl
import json
import shutil
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from unittest.mock import patch

from bot import playbooks
from bot.desk import Desk
from demo import crew
from demo.crew import OPENING
from demo.folder import MARK
from sandbox.story.tale import make_story
from sandbox.story.team import MANAGER
from tests.demo.lives import Lives, running
from tests.sandbox.telling import TUESDAY

CLAIMED = {
    "pool:open": {"way": "claim"},
    "route:open": {"pool": "open", "when": ["email ~ open@*"]},
}
"""Whoever writes from such an address is for the first rep who claims them."""


@dataclass(frozen=True)
class Beginning:
    """What was heard while a world's past was lived."""

    told: list[list[int]]
    faults: list[str]


class Worlds:
    """Worlds that have lived their past, by language, in a folder that all workers share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def put(self, locale: str, folder: Path) -> Beginning:
        """Put a copy of a language's world into a demo's folder."""
        world = self._folder / locale / locale
        with (self._folder / f"{locale}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            heard = self._folder / f"{locale}.json"
            if not heard.exists():
                heard.write_text(json.dumps(_live(locale, world.parent)), "utf-8")
        folder.mkdir(exist_ok=True)
        (folder / MARK).touch()
        shutil.copytree(world, folder / locale)
        return Beginning(**json.loads(heard.read_text("utf-8")))


def _live(locale: str, folder: Path) -> dict[str, object]:
    lives = Lives()
    began = patch.object(crew, "first_moment", lambda **_: TUESDAY.astimezone(UTC))
    # Whatever story the test tells that is the first to ask, this is the whole one.
    whole = patch.object(crew, "make_story", make_story)
    with began, whole, running(lives.crew(folder, locale=locale)) as show:
        faults = [str(one) for one in show.town.slack.faults_seen]
        _let_claim(lives.desks[0])
    opening = folder / locale / OPENING
    # Copies that run beside each other need ports of their own.
    kept = json.loads(opening.read_text("utf-8")) | {"port": 0}
    opening.write_text(json.dumps(kept), "utf-8")
    return {"told": lives.told, "faults": faults}


def _let_claim(desk: Desk) -> None:
    playbooks.change(desk, MANAGER, CLAIMED)
