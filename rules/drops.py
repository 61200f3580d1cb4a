"""What is told of a file that was dropped on the bot (C2)."""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect


@dataclass(frozen=True, slots=True)
class ShowDrop(Effect):
    """Show who dropped a file how it stands: its columns, how far it came, its sum."""

    file: str
    rep: str
    kind: ClassVar[str] = "show_drop"
    private: ClassVar[bool] = True

    @property
    def collapse_key(self) -> str:
        """Many steps, one message."""
        return f"drop:{self.file}"


@dataclass(frozen=True, slots=True)
class SendRejects(Effect):
    """Give who dropped a file the rows that were rejected, as a file; `asked` sets one apart."""

    file: str
    rep: str
    asked: str
    kind: ClassVar[str] = "send_rejects"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """One file for each time it was dropped."""
        return f"rejects:{self.file}:{self.asked}"
