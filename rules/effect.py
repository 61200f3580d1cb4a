"""What every effect has: a kind, a lane, and a key under which it is made once."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that must leave the house.

    `kind` names its sender. A row with a `once_key` is made once for ever; one with a
    `collapse_key` once while another waits. Rows of one `lane` leave in order; what is for a
    `channel` stands in the channel's own, which takes one message a second; what is `private`
    in that of its recipient. What has a `switch`
    is not told to a person who switched that kind of notification off.
    """

    kind: ClassVar[str] = ""
    channel: ClassVar[str] = ""
    private: ClassVar[bool] = False

    @property
    def switch(self) -> str:
        """The kind of notification that a person may switch off, "" for what they may not."""
        return ""

    @property
    def recipient(self) -> str:
        """The Slack id of the person whom this is told, "" for a channel."""
        return str(getattr(self, "rep", "") or getattr(self, "to", ""))

    @property
    def once_key(self) -> str | None:
        """The key under which this is done once for ever, if it is."""
        return None

    @property
    def collapse_key(self) -> str | None:
        """The key under which waiting rows fold into one, if they do."""
        return None

    @property
    def lane(self) -> str:
        """The queue in which order matters."""
        if self.private:
            return f"dm:{self.recipient}"
        return f"channel:{self.channel}" if self.channel else self.kind

    @property
    def payload(self) -> dict[str, Any]:
        """The fields, ready to be stored."""
        return asdict(self)
