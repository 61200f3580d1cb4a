"""The changing side of a sandbox: everything that was said and shown, behind one lock."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Any

from sandbox.bounds import MOST_CALLS, MOST_EPHEMERALS, MOST_MESSAGES
from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.reads import Reads
from sandbox.records import Call, Message, View, moment_of


class World(Reads):
    """One workspace's state. Hold ``lock`` to change it and call ``touch()`` afterwards."""

    def new_ts(self) -> str:
        """Return a message timestamp later than every other one of the workspace.

        It follows the calendar, and goes on by microseconds while the calendar stands or is
        set back.
        """
        with self.lock:
            self.last_ts = max(self.last_ts + 1, int(self.calendar() * 1_000_000))
            return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def fault(self, what: str) -> None:
        """Write down something a strict Slack would complain about."""
        with self.lock:
            self.faults_seen.append(what)
            del self.faults_seen[:-MOST_CALLS]
            self.touch()

    def record_call(self, call: Call) -> None:
        """Remember a call of the Web API."""
        with self.lock:
            self.calls.append(call)
            del self.calls[:-MOST_CALLS]
            self.touch()

    def add_message(self, message: Message) -> Message:
        """Put a message into its channel, or on one person's screen when it is ephemeral."""
        with self.lock:
            ready = replace(message, blocks=with_block_ids(message.blocks))
            shelf = self.shelf_of(ready)
            # Two who write at once may come here in the other order than they got their ts.
            insort(shelf, ready, key=lambda one: moment_of(one.ts))
            del shelf[: -(MOST_EPHEMERALS if ready.ephemeral_for else MOST_MESSAGES)]
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
            return next((m for m in reversed(shelf) if m.ts == message.ts), None)

    def change_message(self, message: Message, **changes: Any) -> Message:
        """Replace the current version of a message; raises message_not_found."""
        with self.lock:
            place = self._place_of(message)
            if "blocks" in changes:
                changes["blocks"] = with_block_ids(changes["blocks"])
            shelf = self.shelf_of(message)
            newer = shelf[place] = replace(shelf[place], **changes)
            self.touch()
            return newer

    def remove_message(self, message: Message) -> None:
        """Take a message off the screen; raises message_not_found."""
        with self.lock:
            del self.shelf_of(message)[self._place_of(message)]
            self.touch()

    def show(self, user: str, views: Sequence[View]) -> None:
        """Make these the stack of open modals; what was typed into gone ones is forgotten."""
        with self.lock:
            staying = {view.id for view in views}
            for view in self.stacks.get(user, []):
                if view.id not in staying:
                    self.typed.pop(view.id, None)
                    self.errors.pop(view.id, None)
            self.stacks[user] = list(views)
            self.touch()

    def mark_wrong(self, view: View, errors: dict[str, str]) -> None:
        """Show these errors, by block id, on an open modal; none clears what stood there."""
        with self.lock:
            self.errors.pop(view.id, None)
            if errors and view.id in (one.id for one in self.stacks.get(view.user, ())):
                self.errors[view.id] = dict(errors)
            self.touch()

    def _place_of(self, message: Message) -> int:
        shelf = self.shelf_of(message)
        for place in reversed(range(len(shelf))):
            if shelf[place].ts == message.ts:
                return place
        raise SlackError("message_not_found")


def with_block_ids(blocks: Sequence[Json]) -> tuple[Json, ...]:
    """Return the blocks with a generated ``block_id`` wherever the app gave none."""
    return tuple({**b, "block_id": b.get("block_id") or token_hex(3)} for b in blocks)
