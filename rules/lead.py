"""A lead and what hangs on it, as frozen data."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from rules.money import Money
from rules.phones import Phone
from rules.words import (
    CALLS,
    LIVING,
    Importance,
    Kind,
    Outcome,
    PhoneType,
    Queue,
    Stage,
    Step,
    Tier,
)

PARKED = frozenset({Step.MAILING_LIST, Step.NONE})


@dataclass(frozen=True, slots=True)
class Lead:
    """A person who may buy, as it stands now; moments are UTC, money in minor units.

    `consent` is what the newest form said of it, at `consent_at`; `agreed` are the channels of
    marketing agreed to since.
    `owned_at` is when its owner got it, or since when it waits for another.
    `held_by` was handed the lead by `next`, until `held_until`. `zone` is the customer's time
    zone, "" the team's, None not looked up yet. `fresh_at` is when the lead came or came back,
    `plan_at` is when the call plan began, `tried`
    has a bit set for each local hour called in vain, `followup_misses` counts the calls missed
    since the time of the follow-up `missed_followup`, `importance` is the open follow-up's,
    `replied_at` is when the person last wrote to us, asked on the page or left details again.
    One that `climbs` the speed ladder (C1) has its clock from `clocked_at` until its first call:
    `ladder_step` says which steps were taken (`rules.ladder`), `ladder_at` when to look next;
    `waited` are the working minutes from its arrival to that call, before it those with former
    owners. `talking_by` has been on the phone with them since `talking_at`. `staged_at` is when it
    came to its stage (None: when it came), `pool` the pool in which it waits to be given or
    claimed, `passes` counts how often a rep passed it on. `merged_into` is the lead that stands for
    this person since the two were found to be one (C2).
    """

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
    consent_text: str = ""
    consent_at: datetime | None = None
    agreed: tuple[str, ...] = ()
    opted_out: tuple[str, ...] = ()
    email_ok: bool = True
    cost_minor: int | None = None
    currency: str = ""
    owner: str = ""
    owned_at: datetime | None = None
    held_by: str = ""
    held_until: datetime | None = None
    tier: Tier = Tier.C
    score: float = 0.0
    tier_pin: str = ""
    zone: str | None = None
    attempts: int = 0
    plan_step: int = 0
    plan_at: datetime | None = None
    misses: int = 0
    tried: int = 0
    missed_followup: int = 0
    followup_misses: int = 0
    meetings: int = 0
    unavailables: int = 0
    mailings: int = 0
    importance: str = ""
    next_what: Step = Step.CALL
    next_at: datetime | None = None
    received_at: datetime | None = None
    fresh_at: datetime | None = None
    first_call_at: datetime | None = None
    reached_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    last_outcome: str = ""
    last_by: str = ""
    last_at: datetime | None = None
    climbs: bool = False
    clocked_at: datetime | None = None
    ladder_at: datetime | None = None
    ladder_step: int = 0
    waited: float | None = None
    talking_by: str = ""
    talking_at: datetime | None = None
    staged_at: datetime | None = None
    pool: str = ""
    passes: int = 0
    merged_into: int | None = None
    age: int | None = None
    interests: tuple[str, ...] = ()
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
        """Whether the lead may still become a sale; not one that became another (C2)."""
        return self.stage in LIVING and self.merged_into is None

    @property
    def working(self) -> bool:
        """Whether somebody works it: living, and not on the mailing list (contract: capacity).

        Who refused calls and asked to be written to is.
        """
        reached = CALLS not in self.opted_out or self.next_what is Step.EMAIL
        return self.living and self.next_what not in PARKED and reached

    @property
    def returned(self) -> bool:
        """Whether it came back after the last call and is to be called as fresh (L3.3)."""
        since = self.last_at and self.fresh_at and self.fresh_at > self.last_at
        return self.next_what is Step.CALL and not self.plan_step and bool(since)

    @property
    def queue(self) -> Queue:
        """Why the lead is called when its time comes (L1.4)."""
        if self.next_what is Step.FOLLOW_UP:
            high = self.importance == Importance.HIGH
            return Queue.HIGH_FOLLOWUP if high else Queue.LOW_FOLLOWUP
        return Queue.PLANNED if self.plan_step else Queue.FRESH


def let_go(lead: Lead) -> Lead:
    """Give a lead that nobody keeps or talks with, with no time agreed and no clock that runs."""
    return replace(
        lead,
        importance="",
        held_by="",
        held_until=None,
        talking_by="",
        talking_at=None,
        ladder_at=None,
    )


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
    "held_by",
    "held_until",
    "zone",
    "attempts",
    "plan_step",
    "plan_at",
    "misses",
    "tried",
    "missed_followup",
    "followup_misses",
    "meetings",
    "unavailables",
    "mailings",
    "importance",
    "next_what",
    "next_at",
    "fresh_at",
    "first_call_at",
    "reached_at",
    "replied_at",
    "closed_at",
    "last_outcome",
    "last_by",
    "last_at",
    "climbs",
    "clocked_at",
    "ladder_at",
    "ladder_step",
    "waited",
    "talking_by",
    "talking_at",
    "staged_at",
    "pool",
    "passes",
    "agreed",
    "opted_out",
    "email_ok",
]

SAID = [
    "kind",
    "direction",
    "campaign",
    "vendor",
    "banner",
    "product",
    "language",
    "region",
    "city",
    "age",
    "interests",
    "referrer",
    "referrer_close",
    "note",
    "consent",
    "consent_text",
    "consent_at",
]
"""What sources say of a person: a later one adds to it, and no undo takes it back."""


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
    snoozes: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call and what came of it."""

    outcome: Outcome
    by: str
    at: datetime
    answered: bool
    local_hour: int = 0
    talk_seconds: int | None = None
    note: str = ""
    amount: Money | None = None
