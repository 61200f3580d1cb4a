"""A mail as it arrived: the envelope, the bytes, and how to read them."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail: the envelope's addresses and the message; ``at`` in seconds since 1970."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: float = 0.0

    @cached_property
    def message(self) -> EmailMessage:
        """The parsed message."""
        return message_from_bytes(self.raw, policy=default)

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain-text part; empty when there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part; empty when there is none."""
        return self._part("html")

    def __getitem__(self, header: str) -> str | None:
        """Return a header's value, or None."""
        value = self.message[header]
        return None if value is None else str(value)

    def _part(self, kind: str) -> str:
        body = self.message.get_body(preferencelist=(kind,))
        return str(body.get_content()) if body is not None else ""
