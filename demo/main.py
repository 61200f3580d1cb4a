"""`python app.py demo`: from its options to a running world, and out again on Ctrl-C."""

import logging
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.logs import set_up_logs
from demo.crew import Crew
from demo.folder import NoFolder, take_folder
from demo.house import House
from handlers.running import SIGNALS, run_until_signalled
from sandbox.face.server import FaceServer, NoPort

__all__ = ["NoFolder", "NoPort", "Options", "run_demo"]

PORTS = range(8765, 8785)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line; port 0 is any free one."""

    locale: str
    port: int
    folder: Path
    reset: bool


class Interrupted(Exception):
    """Raised out of the setting up by Ctrl-C, whose signal waits until all parts have started."""


class _Bar:
    """A progress bar while the story's past is lived through; gone when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None

    def told(self, done: int, total: int) -> None:
        """Show how much of the past is done; raises Interrupted when somebody wants to go."""
        if signal.sigpending() & SIGNALS:
            raise Interrupted
        if self._progress is None:
            self._progress = Progress(console=self._console, transient=True)
            self._progress.add_task("Six weeks of calls", total=total)
            self._progress.start()
        self._progress.update(self._progress.task_ids[0], completed=done)
        if done == total:
            self._progress.stop()
            self._progress = None


class _Face:
    """The page as a part of the running product; it tells its address when all is there."""

    def __init__(self, server: FaceServer, console: Console) -> None:
        self._server, self._console = server, console

    def start(self) -> None:
        """Open the page."""
        self._server.start()
        self._console.print(f"The demo is at {self._server.url}  (Ctrl-C ends it)")

    def stop(self) -> None:
        """Close the page."""
        self._server.stop()


def run_demo(house: House, options: Options) -> None:
    """Run the demo until it is told to stop; raises NoFolder, NoPort."""
    console = Console(highlight=False, soft_wrap=True)
    folder = take_folder(options.folder)
    if options.reset:
        folder.clear()
    with (folder.path / "demo.log").open("a", encoding="utf-8") as log:
        set_up_logs(level="INFO", form="text", stream=log)
        # The mail server's own log names every recipient.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        told = _Bar(console).told
        crew = Crew(house, locale=options.locale, folder=folder.path, told=told)
        face = _Face(FaceServer(stage=crew.stage, ports=_ports(options)), console)
        with suppress(Interrupted):
            run_until_signalled([crew, face])
    folder.release()


def _ports(options: Options) -> list[int]:
    """Give the port that was asked for, else the demo's own, so that its address stays the same."""
    return [options.port] if options.port else [*PORTS, 0]
