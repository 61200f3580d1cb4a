"""Outcomes, dispatch, deliveries and start-up, each against its floor in the same run.

    python -m benchmarks.outcomes --seconds 2 --rounds 5

A round measures floor and ours one after the other; the table gives medians over the rounds, and
the ratio is the median of the rounds' own ratios.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

from slack_bolt import App
from slack_sdk import WebClient

from benchmarks.desk import NOW, TEAM, Bench, command_request, open_bench, open_slack, rate
from benchmarks.floors import RawOutcomes, bare_app, bare_deliveries, raw_outcomes
from benchmarks.startup import FLOOR, import_seconds, imported_by_run
from bot.delivery import Courier
from bot.orders import Sent, SlackPost
from bot.views.blocks import ActionId, Message, actions, button, section
from rules.effects import PostOwnerCard
from storage import outbox, tables

CALLERS = 16
FASTEST = 6000
SAID = "No answer noted for #1 Dana Cohen (1).\nNext call, 2: tomorrow 09:00."
ANSWER = Message(SAID, (section(SAID), actions(button("Undo", ActionId.UNDO, 1))))


@dataclass(slots=True)
class Found:
    """One line of the table: what was measured in each round, and what it should come to."""

    what: str
    unit: str
    must: str
    aim: str
    floor: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    def add(self, floor: float, ours: float) -> None:
        """Keep a round."""
        self.floor.append(floor)
        self.ours.append(ours)

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios."""
        pairs = zip(self.ours, self.floor, strict=True)
        return statistics.median(ours / floor for ours, floor in pairs)

    def line(self) -> str:
        """Give the line of a Markdown table."""
        floor, ours = statistics.median(self.floor), statistics.median(self.ours)
        cells = (
            self.what,
            f"{floor:,.0f} {self.unit}",
            f"{ours:,.0f} {self.unit}",
            f"{self.ratio:.2f}",
            self.must,
            self.aim,
        )
        return f"| {' | '.join(cells)} |"


def table(found: list[Found]) -> str:
    """Give everything as a Markdown table."""
    head = "| what | floor | ours | ratio | must | aim |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(one.line() for one in found)])


@dataclass(slots=True)
class World:
    """A desk, its floors, and how long each is measured."""

    bench: Bench
    raw: RawOutcomes
    client: WebClient
    folder: Path
    seconds: float
    rounds: int


@contextmanager
def open_world(folder: Path, *, seconds: float, rounds: int) -> Iterator[World]:
    """Open everything in a folder of its own, on the disk of `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder) as name,
        open_slack() as client,
        open_bench(Path(name), client) as bench,
        raw_outcomes(bench, Path(name)) as raw,
    ):
        yield World(bench, raw, client, Path(name), seconds, rounds)


def outcomes(world: World) -> list[Found]:
    """Measure outcomes logged a second against F = 1/(1/acks + 1/commits)."""
    app = bare_app(world.client)
    alone = Found("the floors: sqlite3 alone, Bolt alone", "/s", "", "")
    many = Found("outcomes, 16 callers, against F", "/s", "≥ 0.6", "≥ 0.8")
    one = Found("outcomes, one caller, against F", "/s", "≥ 0.35", "≥ 0.6")
    size = round(FASTEST * world.seconds) + CALLERS
    _warm_up(world, app)
    for _ in range(world.rounds):
        a = rate(lambda: app.dispatch(command_request(1)), seconds=world.seconds)
        for found, callers in ((many, CALLERS), (one, 1)):
            world.raw.grow(size)
            world.bench.grow(size)
            b = rate(world.raw.commit_next, seconds=world.seconds)
            ours = rate(world.bench.log_next, seconds=world.seconds, callers=callers)
            found.add(1 / (1 / a + 1 / b), ours)
            alone.add(b, a)
    return [alone, many, one]


def _warm_up(world: World, app: App) -> None:
    for grown in (world.bench, world.raw):
        grown.grow(400)
    for _ in range(200):
        app.dispatch(command_request(1))
        world.raw.commit_next()
        world.bench.log_next()


def dispatching(world: World) -> Found:
    """Measure Bolt's way to our listener, beside all the others, against one listener alone."""
    found = Found("dispatch, every listener against one", "µs", "≤ 1.2", "≤ 1.05")
    app = bare_app(world.client, ANSWER)
    with patch("handlers.slack.answer_command", lambda *_: ANSWER):
        for _ in range(world.rounds):
            alone, ours = (
                rate(partial(_dispatch, one), seconds=world.seconds / 2)
                for one in (app, world.bench.door.app)
            )
            found.add(1e6 / alone, 1e6 / ours)
    return found


def _dispatch(app: App) -> None:
    app.dispatch(command_request(1))


class Nowhere:
    """A sender that is done at once."""

    def send(self, order: SlackPost) -> Sent:
        """Say that the message stands."""
        return Sent("D01", "1700000000.000100")


def deliveries(world: World) -> Found:
    """Measure owners' cards rendered, sent to nowhere and recorded, against a bare claim loop."""
    found = Found("cards delivered, against a bare claim loop", "/s", "≥ 0.5", "≥ 0.7")
    courier = Courier(world.bench.desk, {SlackPost: Nowhere()})
    size = max(200, round(500 * world.seconds))
    for _ in range(world.rounds):
        _forget_outbox(world)
        _post_cards(world, size)
        floor = _per_second(size, lambda: bare_deliveries(world.raw.connection))
        found.add(floor, _per_second(size, courier.deliver_due))
    courier.close()
    return found


def _forget_outbox(world: World) -> None:
    with world.bench.desk.store.unit() as unit:
        unit.execute(tables.outbox.delete())
        unit.commit()
    world.raw.connection.execute("DELETE FROM outbox")


def _post_cards(world: World, size: int) -> None:
    """Put the same cards in both databases' outboxes."""
    world.bench.grow(size)
    cards = [PostOwnerCard(n, TEAM[n % len(TEAM)], 1) for n in world.bench.numbers]
    with world.bench.desk.store.unit() as unit:
        outbox.add(unit, cards, now=NOW)
        unit.commit()
    raw = world.raw.connection
    raw.execute("ATTACH ? AS ours", (str(world.bench.file),))
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("INSERT INTO main.outbox SELECT * FROM ours.outbox WHERE state = 'waiting'")
    raw.execute("PRAGMA foreign_keys=ON")
    raw.execute("DETACH ours")


def _per_second(size: int, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return size / (time.perf_counter() - began)


def start_up(world: World) -> Found:
    """Measure all that a start imports against importing Bolt, SQLAlchemy and APScheduler."""
    found = Found("imports of a start against the three", "ms", "≤ 1.3", "≤ 1.15")
    names = imported_by_run(world.folder, world.client)
    for _ in range(world.rounds):
        found.add(1000 * import_seconds(FLOOR), 1000 * import_seconds(names))
    return found


def measure(folder: Path, *, seconds: float, rounds: int) -> list[Found]:
    """Measure everything; `seconds` for each figure of each round."""
    with open_world(folder, seconds=seconds, rounds=rounds) as world:
        return [*outcomes(world), dispatching(world), deliveries(world), start_up(world)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each figure of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("data"), help="a folder on the disk")
    asked = parser.parse_args()
    print(table(measure(asked.folder, seconds=asked.seconds, rounds=asked.rounds)))


if __name__ == "__main__":
    main()
