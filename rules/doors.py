"""What must be fetched before it can be read: forms of which only a number came (C2)."""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect


@dataclass(frozen=True, slots=True)
class FetchLead(Effect):
    """Fetch the form of which a webhook told; `intake_id` is where its notice is kept."""

    intake_id: int
    kind: ClassVar[str] = "fetch_lead"

    @property
    def once_key(self) -> str:
        """Each is fetched once."""
        return f"fetch_lead:{self.intake_id}"
