"""Many leads that a manager moves at once: which part of a rep's leads, and what goes back (C3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.lead import Lead
from rules.talking import is_on_the_phone

UNDO_FOR = timedelta(minutes=10)
"""How long a manager may take the move of many leads back."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of somebody's leads: of one kind, tier and stage, each "" for all of them."""

    kind: str = ""
    tier: str = ""
    stage: str = ""


ALL = Part()


def goes_back(lead: Lead, owner: str, *, since: datetime, now: datetime) -> bool:
    """Say whether a lead that moved to this owner at `since` may go back at `now` (both UTC).

    Not one that moved on, was closed, or that somebody worked on or talks with.
    """
    worked = lead.last_at is not None and lead.last_at > since
    mine = lead.owner == owner and lead.living
    return mine and not worked and not is_on_the_phone(lead, now=now)
