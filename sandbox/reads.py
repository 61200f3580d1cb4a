"""What a person sees of a workspace: places, messages, threads, files, and what is new."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice, takewhile
from typing import Any

from sandbox.records import Channel, Message, moment_of
from sandbox.shelves import Shelves

EVERYBODY = ("<!channel>", "<!everyone>", "<!here>")


class Reads(Shelves):
    """A workspace in the eyes of its members. Users and channels are given by id.

    An unknown one raises KeyError.
    """

    def places(self, user: str) -> list[Channel]:
        """Return where somebody is: living channels by name, then direct messages."""
        with self.lock:
            mine = [c for c in self.channels.values() if user in c.members and not c.is_archived]
        named = [c for c in mine if not c.is_direct]
        return [*sorted(named, key=lambda c: c.name), *(c for c in mine if c.is_direct)]

    def visible(self, user: str, channel_id: str, *, last: int = 100) -> list[Message]:
        """Return the newest messages that somebody sees in a channel, oldest first.

        Their ephemeral ones are among them; replies stand in their thread alone.
        """
        with self.lock:
            return list(islice(self._newest_first(user, channel_id), last))[::-1]

    def thread_of(self, user: str, channel_id: str, ts: str) -> list[Message]:
        """Return a thread's parent and replies as somebody sees them, oldest first."""
        with self.lock:
            channel = self.channels[channel_id]
            if not self._may_read(user, channel):
                return []
            mine = [m for m in self._shown_to(user, channel_id) if ts in (m.ts, m.thread_ts)]
            return sorted((*channel.thread(ts=ts), *mine), key=_when)

    def reply_counts(self, channel_id: str) -> dict[str, int]:
        """Return how many replies each thread of a channel has, by its parent's ``ts``."""
        counts: dict[str, int] = {}
        with self.lock:
            for message in self.channels[channel_id].messages:
                if message.thread_ts is not None and message.is_reply:
                    counts[message.thread_ts] = counts.get(message.thread_ts, 0) + 1
        return counts

    def mark_read(self, user: str, channel_id: str) -> None:
        """Note that somebody has seen all that they can see in a channel now."""
        with self.lock:
            newest = next(self._newest_first(user, channel_id), None)
            marks = self.marks.setdefault(user, {})
            # Without news nothing changes, so that a page which marks what it draws can rest.
            if newest is not None and marks.get(channel_id) != newest.ts:
                marks[channel_id] = newest.ts
                self.touch()

    def unread(self, user: str, channel_id: str) -> int:
        """Return how many messages of others somebody has not seen in a channel."""
        return len(self._news(user, channel_id))

    def unread_mentions(self, user: str, channel_id: str) -> int:
        """Return how many of the unread ones name this person or everybody."""
        return sum(mentions(message, user=user) for message in self._news(user, channel_id))

    def file(self, file_id: str) -> tuple[bytes, str, str] | None:
        """Return a file's bytes, MIME type and name; None when it is not here."""
        entry, content = self.files.get(file_id), self.contents.get(file_id)
        if entry is None or content is None:
            return None
        return content, str(entry["mimetype"]), str(entry["name"])

    def _news(self, user: str, channel_id: str) -> list[Message]:
        with self.lock:
            mark = moment_of(self.marks.get(user, {}).get(channel_id, "0.0"))
            shown = self._newest_first(user, channel_id)
            return [m for m in takewhile(lambda m: _when(m) > mark, shown) if m.user != user]

    def _newest_first(self, user: str, channel_id: str) -> Iterator[Message]:
        channel = self.channels[channel_id]
        if not self._may_read(user, channel):
            return iter(())
        shelves = (reversed(channel.messages), self._shown_to(user, channel_id))
        return merge(*(_tops(shelf) for shelf in shelves), key=_when, reverse=True)

    def _shown_to(self, user: str, channel_id: str) -> Iterator[Message]:
        mine = reversed(self.ephemerals.get(user, []))
        return (m for m in mine if m.channel == channel_id)

    def _may_read(self, user: str, channel: Channel) -> bool:
        hidden = channel.is_private or channel.is_direct or self.users[user].is_guest
        return user in channel.members or not hidden


def mentions(message: Message, *, user: str) -> bool:
    """Tell whether a message names this person, or everybody."""
    words = message.plain
    tokens = (f"<@{user}>", f"<@{user}|", *EVERYBODY)
    return any(token in words for token in tokens) or _names(list(message.blocks), user)


def _names(node: Any, user: str) -> bool:
    """Look for a user element of rich text, which has an id and no words."""
    if isinstance(node, list):
        return any(_names(item, user) for item in node)
    if not isinstance(node, dict):
        return False
    here = node.get("type") == "user" and node.get("user_id") == user
    return here or _names(node.get("elements"), user)


def _tops(messages: Iterable[Message]) -> Iterator[Message]:
    return (message for message in messages if not message.is_reply)


def _when(message: Message) -> tuple[int, int]:
    return moment_of(message.ts)
