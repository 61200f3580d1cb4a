"""What the HTTP API takes and gives, as its OpenAPI tells it (contract: HTTP)."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from rules.words import Importance, Kind, Outcome, PhoneType, Stage, Step, Tier

LONGEST, LONGEST_TEXT = 300, 3000
MOST = 100
Text = Annotated[str, StringConstraints(max_length=LONGEST)]
LongText = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Channel = Literal["sms", "email", "calls"]


class Out(BaseModel):
    """Something that is answered."""

    model_config = ConfigDict(extra="forbid")


class Money(Out):
    """An amount as decimal text, and its ISO 4217 currency."""

    amount: str
    currency: str


class ExternalId(Out):
    """What a source, or the system of an API token, calls the lead."""

    source: str
    id: str


class Owner(Out):
    """The rep whose lead it is."""

    slack_id: str
    name: str


class Phone(Out):
    """The number as it was given and as it was read; `e164` is "" where it can't be read."""

    raw: str
    e164: str
    type: PhoneType
    valid: bool


class NextStep(Out):
    """What happens next, when, and by whom (a Slack id)."""

    what: Step
    at: AwareDatetime | None
    by: str | None


class FollowUp(Out):
    """The time at which it was agreed to speak again."""

    importance: Importance
    due_at: AwareDatetime


class Message(Out):
    """A message to the customer and what became of it, the newest first."""

    layer: str
    channel: Literal["sms", "email"]
    state: Literal["waiting", "sent", "delivered", "failed", "cancelled", "dead"]
    at: AwareDatetime


class Line(Out):
    """Something that happened, the newest first; `actor` is "" for a rule or the customer."""

    at: AwareDatetime
    actor: str
    what: str
    data: dict[str, Any]


class Lead(Out):
    """A lead. One that is `masked` is somebody else's: its person is hidden."""

    id: int
    external_ids: list[ExternalId]
    kind: Kind
    direction: str
    campaign: str
    vendor: str
    banner: str
    product: str
    stage: Stage
    tier: Tier
    owner: Owner | None
    name: str
    phone: Phone
    email: str
    language: str
    region: str
    city: str
    age: int | None
    interests: list[str]
    referrer: str
    referrer_close: bool
    note: str
    consent: list[Channel] | None
    consent_text: str
    cost: Money | None
    attempts: int
    last_outcome: str
    next_step: NextStep
    followup: FollowUp | None
    opted_out: list[Channel]
    messages: list[Message]
    history: list[Line]
    sold: list[Money]
    merged_into: int | None
    masked: bool
    received_at: AwareDatetime | None
    created_at: AwareDatetime
    first_call_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    version: int


class Leads(Out):
    """A page of leads; `next` is the cursor of the page after it, null after the last."""

    items: list[Lead]
    next: str | None


class Logged(Out):
    """An outcome that was logged; `double` when it was before, so that nothing was done."""

    attempt_id: int | None
    double: bool
    lead: Lead


class Error(Out):
    """What went wrong, in a sentence."""

    error: str


class In(BaseModel):
    """Something that is sent; what is null or left out is not said."""

    model_config = ConfigDict(extra="forbid")


class LeadQuery(In):
    """Which leads are asked for. A phone may have any form, `cursor` is `next` of a page."""

    phone: Annotated[str, StringConstraints(max_length=MOST)] = ""
    email: Text = ""
    external_id: Text = ""
    updated_since: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="", description="ISO 8601, such as 2026-11-15T10:00:00Z"
    )
    cursor: Annotated[str, StringConstraints(max_length=MOST)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 25


class OwnerIn(In):
    """A rep by Slack id, as a lead has its owner; the name is not looked at."""

    slack_id: Text
    name: Text | None = None


class LeadChange(In):
    """What is to be changed of a lead, by the names of intake; "" clears a text.

    Of a name both parts are sent, or the whole. `opted_out` closes channels and opens none.
    `owner` is a Slack id or a name of the team. `external_id` is what your system calls the lead.
    """

    name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    kind: Kind | None = None
    direction: Literal["incoming", "outgoing"] | None = None
    campaign: Text | None = None
    vendor: Text | None = None
    banner: Text | None = None
    product: Text | None = None
    language: Text | None = None
    region: Text | None = None
    city: Text | None = None
    age: Annotated[int, Field(ge=0, le=120)] | None = None
    interests: Annotated[list[Text], Field(max_length=MOST)] | None = None
    referrer: Text | None = None
    referrer_close: bool | None = None
    note: LongText | None = None
    consent: Annotated[list[Channel], Field(max_length=3)] | None = None
    consent_text: LongText | None = None
    opted_out: Annotated[list[Channel], Field(max_length=3)] | None = None
    external_id: Text | None = None
    stage: Stage | None = None
    reason: Text | None = None
    owner: OwnerIn | Text | None = None


class OutcomeIn(In):
    """What came of a call. A follow-up needs `importance` and `when`, a sale its `amount`.

    `by` is a Slack id or a name of the team; left out it is the token's rep, or the lead's owner.
    `at` is when the call was, now where it is left out.
    """

    outcome: Outcome
    by: Text | None = None
    at: AwareDatetime | None = None
    when: AwareDatetime | None = None
    importance: Importance | None = None
    amount: Annotated[Decimal, Field(max_digits=16, allow_inf_nan=False)] | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Za-z]{3}$")] | None = None
    reason: LongText | None = None
    note: LongText | None = None
    talk_seconds: Annotated[int, Field(ge=0, le=86400)] | None = None
