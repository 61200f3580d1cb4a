"""What happened in the workspace, as plain records: messages, views, channels, calls."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.reading import Element, Json, elements_of, plain_of, text_of


@dataclass(frozen=True, kw_only=True)
class Message:
    """One version of a message; an update makes a new record with the same ``ts``."""

    channel: str
    ts: str
    text: str = ""
    user: str = ""
    bot_id: str | None = None
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    thread_ts: str | None = None
    edited: str | None = None
    metadata: Json | None = None
    files: tuple[Json, ...] = ()
    ephemeral_for: str | None = None
    subtype: str | None = None

    @property
    def is_reply(self) -> bool:
        """Whether it stands in another message's thread."""
        return self.thread_ts not in (None, self.ts)

    @property
    def elements(self) -> list[Element]:
        """Everything that can be touched, in reading order."""
        attached = [b for a in self.attachments for b in a.get("blocks", ())]
        return elements_of([*self.blocks, *attached])

    @property
    def buttons(self) -> list[tuple[str, str, str]]:
        """``(action_id, text, value)`` of every interactive element."""
        return [(e.action_id, e.text, e.value) for e in self.elements]

    @property
    def plain(self) -> str:
        """Every readable word of the message: its text, then its blocks."""
        attached = [
            "\n".join((text_of(a.get("text")), plain_of(a.get("blocks", ()))))
            for a in self.attachments
        ]
        return "\n".join(p for p in (self.text, plain_of(self.blocks), *attached) if p)

    def to_json(self) -> Json:
        """Return the message as the Web API and the payloads carry it."""
        optional = {
            "bot_id": self.bot_id,
            "blocks": list(self.blocks) or None,
            "attachments": list(self.attachments) or None,
            "thread_ts": self.thread_ts,
            "files": list(self.files) or None,
            "subtype": self.subtype,
            "edited": {"user": self.user, "ts": self.edited} if self.edited else None,
        }
        kept = {key: value for key, value in optional.items() if value is not None}
        return {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, **kept}


@dataclass(frozen=True, kw_only=True)
class View:
    """One version of a modal or a home tab; ``raw`` is what the app sent, block ids filled in."""

    id: str
    user: str
    hash: str
    raw: Json
    root_view_id: str
    previous_view_id: str | None = None

    @property
    def title(self) -> str:
        """The words of the title; empty for a home tab."""
        return text_of(self.raw.get("title"))

    @property
    def blocks(self) -> list[Json]:
        """The blocks of the view."""
        return list(self.raw["blocks"])

    @property
    def callback_id(self) -> str:
        """The name the app gave the view; may be empty."""
        return str(self.raw.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app keeps in the view for itself."""
        return str(self.raw.get("private_metadata", ""))

    @property
    def elements(self) -> list[Element]:
        """Everything that can be touched, in reading order."""
        return elements_of(self.blocks)

    @property
    def buttons(self) -> list[tuple[str, str, str]]:
        """``(action_id, text, value)`` of every interactive element."""
        return [(e.action_id, e.text, e.value) for e in self.elements]

    @property
    def plain(self) -> str:
        """Every readable word of the view: title, blocks, and the words on its two buttons."""
        ends = (text_of(self.raw.get("submit")), text_of(self.raw.get("close")))
        return "\n".join(p for p in (self.title, plain_of(self.blocks), *ends) if p)


@dataclass(kw_only=True)
class Channel:
    """A conversation of any kind and its messages, oldest first."""

    id: str
    name: str = ""
    created: int = 0
    creator: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    is_mpim: bool = False
    topic: str = ""
    members: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)

    @property
    def is_direct(self) -> bool:
        """Whether it is a direct message, of two or of several."""
        return self.is_im or self.is_mpim

    def message(self, *, ts: str) -> Message | None:
        """Return the current version of a message, or None when it is not (or no longer) here."""
        return next((m for m in reversed(self.messages) if m.ts == ts), None)

    def thread(self, *, ts: str) -> list[Message]:
        """Return a parent and its replies, oldest first."""
        return [m for m in self.messages if ts in (m.ts, m.thread_ts)]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the Web API: ``at`` in seconds since 1970."""

    method: str
    args: Json
    answer: Json
    at: float
    status: int = 200


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a slash command was acknowledged with; ``raw`` is None for an empty ack."""

    text: str = ""
    blocks: tuple[Json, ...] = ()
    response_type: str = "ephemeral"
    raw: Any = None
    message: Message | None = None

    @property
    def plain(self) -> str:
        """Every readable word of the answer."""
        return "\n".join(p for p in (self.text, plain_of(self.blocks)) if p)

    @property
    def buttons(self) -> list[tuple[str, str, str]]:
        """``(action_id, text, value)`` of every interactive element."""
        return [(e.action_id, e.text, e.value) for e in elements_of(self.blocks)]


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What came of a modal's submission: ``view`` is the topmost modal afterwards."""

    errors: dict[str, str]
    closed: bool
    view: View | None
    raw: Any = None


def moment_of(ts: str) -> tuple[int, int]:
    """Return a timestamp as seconds since 1970 and microseconds; raises ValueError."""
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros)
