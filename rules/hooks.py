"""What other systems are told of a lead, and which of them (C2; contract: outgoing webhooks)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from rules.effect import Effect
from rules.lead import Lead


class Event(StrEnum):
    """What happens to a lead, as other systems are told."""

    CREATED = "lead.created"
    ASSIGNED = "lead.assigned"
    OUTCOME = "lead.outcome"
    STAGE = "lead.stage"
    MERGED = "lead.merged"
    OPTED_OUT = "lead.opted_out"


MERGE, UNDO = "merge", "undo"
"""Acts of the audit: a form of a known person, and an outcome that was taken back."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Whom to tell, of which events (none: all), and the secret by which they know us.

    `private` when the name of its host may lead into a private network.
    """

    url: str
    secret: str
    events: tuple[str, ...] = ()
    name: str = ""
    private: bool = False

    @property
    def key(self) -> str:
        """By which it is known: its name, else a mark of its address."""
        return self.name or hashlib.sha256(self.url.encode()).hexdigest()[:12]

    def hears(self, event: str, *, origin: str) -> bool:
        """Say whether it is told; never what came from itself: by the token of its name (C2)."""
        by_itself = bool(self.name) and origin.partition(":")[2] == self.name
        return not by_itself and (not self.events or event in self.events)


@dataclass(frozen=True, slots=True)
class SendHook(Effect):
    """Tell another system of an event; `target` is the key of its webhook."""

    event_id: int
    lead_id: int
    target: str
    kind: ClassVar[str] = "hook"

    @property
    def lane(self) -> str:
        """Each target has a lane, so that one which is slow holds nobody else up."""
        return f"hook:{self.target}"

    @property
    def once_key(self) -> str:
        """Each target is told of an event once."""
        return hook_key(self.event_id, self.target)


@dataclass(frozen=True, slots=True)
class PushContact(Effect):
    """Bring the lead's contact in HubSpot up to the present."""

    lead_id: int
    kind: ClassVar[str] = "hubspot"

    @property
    def collapse_key(self) -> str:
        """Many changes, one push."""
        return f"hubspot:{self.lead_id}"


def hook_key(event_id: int, target: str) -> str:
    """Give the key under which a target is told of an event."""
    return f"hook:{event_id}:{target}"


def told(
    before: Lead | None, after: Lead, *, act: str, outcome: bool
) -> Iterator[tuple[Event, int, dict[str, Any]]]:
    """Give what an act on a lead is told as: events, each with its lead's number and its data.

    A new lead has no `before`; one that had become another is new again when it is its own. An
    outcome that is taken back was told to nobody.
    """
    if act == UNDO:
        return
    if before is None or (before.merged_into is not None and after.merged_into is None):
        yield Event.CREATED, after.id, {}
        return
    if outcome:
        yield Event.OUTCOME, after.id, {}
    yield from _changed(before, after)
    if after.merged_into is not None and before.merged_into is None:
        yield Event.MERGED, after.merged_into, {"merged": after.id}
    elif act == MERGE:
        yield Event.MERGED, after.id, {"merged": after.id}


def _changed(before: Lead, after: Lead) -> Iterator[tuple[Event, int, dict[str, Any]]]:
    if before.stage is not after.stage:
        yield Event.STAGE, after.id, {"stage": after.stage, "was": before.stage}
    if after.owner and before.owner != after.owner:
        yield Event.ASSIGNED, after.id, {"owner": after.owner, "was": before.owner}
    closed = [one for one in after.opted_out if one not in before.opted_out]
    if closed:
        yield Event.OPTED_OUT, after.id, {"channels": closed}
