"""The changing side of a sandbox: everything that was said and shown, behind one lock."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from secrets import token_hex
from threading import Condition, RLock
from typing import Any, TypeVar

from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.records import Call, Channel, Message, View
from sandbox.world import BOT, AppConfig, User, Workspace

T = TypeVar("T")


class World:
    """One workspace's state. Hold ``lock`` to change it and call ``touch()`` afterwards."""

    def __init__(
        self, *, workspace: Workspace, app: AppConfig, clock: Callable[[], float] = time.time
    ) -> None:
        self.workspace, self.app, self.clock = workspace, app, clock
        self.lock = RLock()
        self._changed = Condition(self.lock)
        self._version = 0
        self._last_ts = 0
        self.users: dict[str, User] = {u.id: u for u in (*workspace.users, app.bot_user())}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.typed: dict[str, dict[tuple[str, str], Any]] = {}
        self.files: dict[str, Json] = {}
        self.calls: list[Call] = []
        self.faults_seen: list[str] = []
        self._furnish()

    def _furnish(self) -> None:
        for spec in self.workspace.channels:
            members = [self.app.bot_user_id if m == BOT else m for m in spec.members]
            self.channels[spec.id] = Channel(
                id=spec.id,
                name=spec.name,
                created=int(self.clock()),
                is_private=spec.is_private,
                is_archived=spec.is_archived,
                members=list(dict.fromkeys(members)),
            )

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

    def new_ts(self) -> str:
        """Return a message timestamp that no other message of the workspace has."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def fault(self, what: str) -> None:
        """Write down something a strict Slack would complain about."""
        with self.lock:
            self.faults_seen.append(what)
            self.touch()

    def record_call(self, call: Call) -> None:
        """Remember a call of the Web API."""
        with self.lock:
            self.calls.append(call)
            self.touch()

    def channel_named(self, name: str) -> Channel | None:
        """Return a channel by id or by name with or without ``#``; None when there is none."""
        if name in self.channels:
            return self.channels[name]
        plain = name.removeprefix("#")
        return next((c for c in self.channels.values() if c.name == plain and plain), None)

    def open_im(self, *, user: str) -> Channel:
        """Return the DM between the app and a user, opening it when needed."""
        with self.lock:
            known = self.im_of(user=user)
            if known is not None:
                return known
            members = [user, self.app.bot_user_id]
            channel = Channel(
                id=new_id("D"), is_im=True, members=members, created=int(self.clock())
            )
            self.channels[channel.id] = channel
            return channel

    def im_of(self, *, user: str) -> Channel | None:
        """Return the DM between the app and a user when it was opened already."""
        return next((c for c in self.channels.values() if c.is_im and user in c.members), None)

    def add_message(self, message: Message) -> Message:
        """Put a message into its channel, or on one person's screen when it is ephemeral."""
        with self.lock:
            ready = replace(message, blocks=with_block_ids(message.blocks))
            if ready.ephemeral_for is None:
                self.channels[ready.channel].messages.append(ready)
            else:
                self.ephemerals.setdefault(ready.ephemeral_for, []).append(ready)
            self.touch()
            return ready

    def shelf_of(self, message: Message) -> list[Message]:
        """Return the list in which a message's current version is kept."""
        if message.ephemeral_for is not None:
            return self.ephemerals.setdefault(message.ephemeral_for, [])
        return self.channels[message.channel].messages

    def current(self, message: Message) -> Message | None:
        """Return the version of a message that is on the screen now; None when deleted."""
        with self.lock:
            shelf = self.shelf_of(message)
            return next((m for m in shelf if m.ts == message.ts), None)

    def change_message(self, message: Message, **changes: Any) -> Message:
        """Replace the current version of a message; raises message_not_found."""
        with self.lock:
            shelf, current = self.shelf_of(message), self.current(message)
            if current is None:
                raise SlackError("message_not_found")
            if "blocks" in changes:
                changes["blocks"] = with_block_ids(changes["blocks"])
            newer = replace(current, **changes)
            shelf[shelf.index(current)] = newer
            self.touch()
            return newer

    def remove_message(self, message: Message) -> None:
        """Take a message off the screen; raises message_not_found."""
        with self.lock:
            current = self.current(message)
            if current is None:
                raise SlackError("message_not_found")
            self.shelf_of(message).remove(current)
            self.touch()


def new_id(prefix: str) -> str:
    """Return a fresh Slack-like id such as ``V0A1B2C3D4``."""
    return prefix + "0" + token_hex(4).upper()


def with_block_ids(blocks: Sequence[Json]) -> tuple[Json, ...]:
    """Return the blocks with a generated ``block_id`` wherever the app gave none."""
    return tuple({**b, "block_id": b.get("block_id") or token_hex(3)} for b in blocks)
