"""The questions whether two are one person, as they are put to who decides (C2).

The `purpose` of one is what its message is for, where it stands in Slack.
"""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect
from rules.words import Switch


@dataclass(frozen=True, slots=True)
class AskSame(Effect):
    """Ask whether two leads are one person; `pair` is what was found, `lead_id` the older lead.

    `to` is one manager, or the managers' channel where it is empty.
    """

    pair: int
    lead_id: int
    to: str = ""
    kind: ClassVar[str] = "ask_same"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.TEAM
    purpose: ClassVar[str] = "same"

    @property
    def about(self) -> str:
        """What sets the question's message apart."""
        return str(self.pair)

    @property
    def once_key(self) -> str:
        """Each is asked about a pair once."""
        return f"same:{self.pair}:{self.to}"


@dataclass(frozen=True, slots=True)
class AskShared(Effect):
    """Ask whose a form is that came with a lead's number under another name; `to` as above."""

    intake_id: int
    lead_id: int
    to: str = ""
    kind: ClassVar[str] = "ask_shared"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.TEAM
    purpose: ClassVar[str] = "whose"

    @property
    def about(self) -> str:
        """What sets the question's message apart."""
        return str(self.intake_id)

    @property
    def once_key(self) -> str:
        """Each is asked about a form once."""
        return f"whose:{self.intake_id}:{self.to}"
