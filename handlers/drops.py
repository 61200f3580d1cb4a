"""Files that managers drop on the bot: the form of their columns, the work on them (C2)."""

import logging
import threading
from pathlib import Path
from typing import Any

from bot import audit, drop_folder, drops
from bot.desk import Desk
from bot.drop_work import Fetch, work
from bot.drops import Wanted
from bot.orders import DeliveryFailed
from bot.readers import Reader
from bot.views import drops as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, answering, text_of
from handlers.errors import reply_to
from rules.refusals import Refused

log = logging.getLogger(__name__)

EVERY, LONGEST_PAUSE = 2.0, 120.0


def hear(desk: Desk, event: dict[str, Any], who: Reader) -> Message:
    """Keep files that somebody dropped on the bot; gives what they are told."""
    key = f"files:{event['channel']}:{event['ts']}"
    try:
        taken = drops.take(desk, event["files"], by=who.slack_id, key=key)
    except Refused as refused:
        return reply_to(refused, who.words)
    return views.heard(taken, who.words)


def open_columns(click: Click) -> Answer:
    """Ask what each column holds."""
    act = click.act
    found = drops.to_map(act.desk, click.value, by=act.who.slack_id)
    return OpenModal(answering(views.columns_modal(found, act.who.words), click.body))


def submit(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Import a file as its form says."""
    found = drops.to_map(act.desk, meta["file"], by=act.who.slack_id)
    chosen = {
        name: values.get(f"column_{place}", "")
        for place, name in enumerate(found.columns[: views.MOST_ASKED])
    }
    mapping = {name: "" if field == views.NONE else field for name, field in chosen.items()}
    wanted = Wanted(
        mapping,
        kind=values.get("kind") or "",
        campaign=text_of(values, "campaign"),
        vendor=text_of(values, "vendor"),
        cost=text_of(values, "cost"),
        post=bool(values.get("post")),
    )
    done = drops.start(act.desk, meta["file"], wanted, by=act.who.slack_id)
    return views.started(done, act.who.words)


def stop(click: Click) -> Answer:
    """Want no more of a file."""
    act = click.act
    done = drops.stop(act.desk, click.value, by=act.who.slack_id)
    return Say(views.stopping(done, act.who.words))


class DropDoor:
    """Works on files that were dropped, one after the other, in a thread of its own.

    Where Slack can't be reached it tries again, each time later; after a restart it goes on.
    """

    def __init__(self, desk: Desk, fetch: Fetch, *, every: float = EVERY) -> None:
        self._desk, self._fetch, self._every = desk, fetch, every
        self._pause = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drops", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; the rows in hand are finished."""
        self._stopping.set()
        self._thread.join(timeout=2)

    @audit.comes_from(audit.SLACK)
    def _run(self) -> None:
        with drop_folder.own_folder() as folder:
            while not self._stopping.is_set():
                fault = self._look(folder)
                self._pause = min(self._pause * 2, LONGEST_PAUSE) if fault else self._every
                self._stopping.wait(self._pause)

    def _look(self, folder: Path) -> str:
        """Work on what waits; gives a fault's name, or ""."""
        try:
            drop_folder.mark(folder)
            work(self._desk, self._fetch, folder)
        except DeliveryFailed as failed:
            log.warning("a file that was dropped can't be read: %s", failed.failure.code)
            return failed.failure.code
        except Exception as fault:  # noqa: BLE001 - the next look tries again
            log.error("a file that was dropped failed: %s", type(fault).__name__)
            return type(fault).__name__
        return ""
