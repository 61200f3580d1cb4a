"""A lead and what hangs on it, as frozen data."""

from dataclasses import dataclass, field
from datetime import datetime

from rules.money import Money
from rules.phones import Phone
from rules.words import LIVING, Channel, Importance, Kind, Outcome, PhoneType, Stage, Step

PARKED = frozenset({Step.MAILING_LIST, Step.NONE})


@dataclass(frozen=True, slots=True)
class Lead:
    """A person who may buy, as it stands now; moments are UTC, money in minor units."""

    id: int
    name: str
    kind: Kind
    stage: Stage = Stage.LEAD
    direction: str = "outgoing"
    campaign: str = ""
    vendor: str = ""
    banner: str = ""
    product: str = ""
    language: str = ""
    region: str = ""
    city: str = ""
    phone_raw: str = ""
    phone_e164: str = ""
    phone_type: PhoneType = PhoneType.UNKNOWN
    phone_valid: bool = False
    email: str = ""
    referrer: str = ""
    referrer_close: bool = False
    note: str = ""
    consent: tuple[str, ...] | None = None
    opted_out: tuple[str, ...] = ()
    cost_minor: int | None = None
    currency: str = ""
    owner: str = ""
    owned_at: datetime | None = None
    attempts: int = 0
    plan_step: int = 0
    misses: int = 0
    meetings: int = 0
    unavailables: int = 0
    next_what: Step = Step.CALL
    next_at: datetime | None = None
    received_at: datetime | None = None
    first_call_at: datetime | None = None
    reached_at: datetime | None = None
    closed_at: datetime | None = None
    last_outcome: str = ""
    last_by: str = ""
    last_at: datetime | None = None
    version: int = 1
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def phone(self) -> Phone:
        """The number as it was given and as it was read."""
        return Phone(
            raw=self.phone_raw,
            e164=self.phone_e164,
            type=self.phone_type,
            valid=self.phone_valid,
        )

    @property
    def living(self) -> bool:
        """Whether the lead may still become a sale."""
        return self.stage in LIVING

    @property
    def working(self) -> bool:
        """Whether somebody works it: living, and not on the mailing list (contract: capacity)."""
        return self.living and self.next_what not in PARKED


STATE = [
    "name",
    "stage",
    "phone_raw",
    "phone_e164",
    "phone_type",
    "phone_valid",
    "email",
    "owner",
    "owned_at",
    "attempts",
    "plan_step",
    "misses",
    "meetings",
    "unavailables",
    "next_what",
    "next_at",
    "first_call_at",
    "reached_at",
    "closed_at",
    "last_outcome",
    "last_by",
    "last_at",
    "opted_out",
]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An agreed time to speak again (L4); moments are UTC."""

    id: int
    lead_id: int
    rep: str
    importance: Importance
    due_at: datetime
    agreed_at: datetime
    note: str = ""
    state: str = "open"
    nags: int = 0
    nag_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call and what came of it."""

    outcome: Outcome
    by: str
    at: datetime
    answered: bool
    talk_seconds: int | None = None
    note: str = ""
    amount: Money | None = None


def reachable_by(lead: Lead, channel: Channel) -> bool:
    """Say whether law and the person allow a service message on this channel.

    Opt-out always wins; a consent list that came with the lead is exhaustive; without one,
    those who left their details or were referred are assumed to agree and cold leads are not
    (contract: Consent).
    """
    if channel in lead.opted_out:
        return False
    if lead.consent is not None:
        return channel in lead.consent
    return lead.kind is not Kind.COLD
