"""A demo's crew without a page, with the real bot's makers; its running parts only say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import wiring
from bot.desk import Desk
from bot.settings import Settings
from demo.crew import Crew
from demo.house import House
from sandbox.face.stage import Show


@dataclass
class Part:
    """A running part of the bot, which writes down when it starts and stops."""

    locale: str
    said: list[str]

    def start(self) -> None:
        self.said.append(f"start {self.locale}")

    def stop(self) -> None:
        self.said.append(f"stop {self.locale}")


@dataclass
class Lives:
    """What a crew did: its parts' starts and stops, the past's progress, the desk it opened."""

    said: list[str] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)

    def crew(self, folder: Path, *, locale: str = "en") -> Crew:
        made = wiring.senders_of
        house = House(wiring.open_desk, made, self._build, Settings.from_env)
        return Crew(house, locale=locale, folder=folder, told=self._tell)

    def _tell(self, done: int, whole: int) -> None:
        self.told.append((done, whole))

    def _build(self, desk: Desk) -> list[Any]:
        self.desks.append(desk)
        return [Part(desk.settings.locale, self.said)]


@contextmanager
def running(crew: Crew) -> Iterator[Show]:
    crew.start()
    try:
        assert crew.stage.show is not None
        yield crew.stage.show
    finally:
        crew.stop()
