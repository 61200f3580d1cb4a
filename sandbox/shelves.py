"""What a sandbox keeps: people, channels, views and files, behind one lock."""

import time
from collections.abc import Callable
from secrets import token_hex
from threading import Condition, RLock
from typing import Any, TypeVar

from sandbox.records import Call, Channel, Message, View
from sandbox.world import BOT, AppConfig, User, Workspace

T = TypeVar("T")


class Shelves:
    """One workspace's state. Hold ``lock`` to change it and call ``touch()`` afterwards.

    ``clock`` is the real time, for what the app's machine compares with its own; ``calendar``
    dates what is written. Both in seconds since 1970.
    """

    def __init__(
        self,
        *,
        workspace: Workspace,
        app: AppConfig,
        clock: Callable[[], float] = time.time,
        calendar: Callable[[], float] | None = None,
    ) -> None:
        self.workspace, self.app = workspace, app
        self.clock, self.calendar = clock, calendar or clock
        self.lock = RLock()
        self._changed = Condition(self.lock)
        self._version = 0
        # The newest message timestamp, in microseconds since 1970.
        self.last_ts = 0
        self.users: dict[str, User] = {u.id: u for u in (*workspace.users, app.bot_user())}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        self.marks: dict[str, dict[str, str]] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.typed: dict[str, dict[tuple[str, str], Any]] = {}
        self.errors: dict[str, dict[str, str]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.calls: list[Call] = []
        self.faults_seen: list[str] = []
        self._furnish()

    def _furnish(self) -> None:
        for spec in self.workspace.channels:
            members = [self.app.bot_user_id if m == BOT else m for m in spec.members]
            self.channels[spec.id] = Channel(
                id=spec.id,
                name=spec.name,
                created=int(self.calendar()),
                is_private=spec.is_private,
                is_archived=spec.is_archived,
                members=list(dict.fromkeys(members)),
            )

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    def touch(self) -> None:
        """Wake everybody who waits for a change."""
        with self.lock:
            self._version += 1
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[], T], *, timeout: float) -> T | None:
        """Return the first truthy value of ``predicate``, or None after ``timeout`` seconds.

        It is asked outside the lock, after every change and at least every 50 ms.
        """
        deadline = time.monotonic() + timeout
        while True:
            seen = self._version
            value = predicate()
            left = deadline - time.monotonic()
            if value or left <= 0:
                return value or None
            self._sleep_until_change(seen=seen, at_most=min(left, 0.05))

    def _sleep_until_change(self, *, seen: int, at_most: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._version != seen, timeout=at_most)

    def channel_named(self, name: str) -> Channel | None:
        """Return a channel by id or by name with or without ``#``; None when there is none."""
        if name in self.channels:
            return self.channels[name]
        plain = name.removeprefix("#")
        with self.lock:
            return next((c for c in self.channels.values() if c.name == plain and plain), None)

    def im_of(self, *, user: str) -> Channel | None:
        """Return the DM between the app and a user when it was opened already."""
        with self.lock:
            mine = (c for c in self.channels.values() if c.is_im and user in c.members)
            return next(mine, None)

    def open_im(self, *, user: str) -> Channel:
        """Return the DM between the app and a user, opening it when needed."""
        with self.lock:
            known = self.im_of(user=user)
            if known is not None:
                return known
            members = [user, self.app.bot_user_id]
            channel = Channel(
                id=new_id("D"), is_im=True, members=members, created=int(self.calendar())
            )
            self.channels[channel.id] = channel
            self.touch()
            return channel


def new_id(prefix: str) -> str:
    """Return a fresh Slack-like id such as ``V0A1B2C3D4``."""
    return prefix + "0" + token_hex(4).upper()
