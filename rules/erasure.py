"""What leaves the house when a person asks for all that is held of them, or to be erased (C5)."""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect


@dataclass(frozen=True, slots=True)
class SendPerson(Effect):
    """Give a manager all that is held on a lead's person, as a file; `asked` sets one apart."""

    lead_id: int
    rep: str
    asked: str
    kind: ClassVar[str] = "send_person"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """One file each time somebody asks."""
        return f"person:{self.lead_id}:{self.rep}:{self.asked}"


@dataclass(frozen=True, slots=True)
class ClearPost(Effect):
    """Put a line that names nobody in place of a message about who was erased."""

    post_id: int
    kind: ClassVar[str] = "clear_post"

    @property
    def collapse_key(self) -> str:
        """Once is enough while it waits."""
        return f"clear:{self.post_id}"
