"""What a person in Slack can ask for, as plain data (contract: `/lead` in Slack)."""

from dataclasses import dataclass
from datetime import date, datetime

from rules.money import Money
from rules.words import CHANNELS, Importance, Outcome, Stage


@dataclass(frozen=True, slots=True)
class LogOutcome:
    """An outcome of an attempt; `when` in UTC, `reason` for lost and invalid, else `note`.

    `agreed` are the channels by which the customer has just agreed to get marketing; `objection`
    is what kept them from buying, `promise` what the rep promised.
    """

    lead_id: int
    outcome: Outcome
    when: datetime | None = None
    importance: Importance | None = None
    amount: Money | None = None
    reason: str = ""
    note: str = ""
    talk_seconds: int | None = None
    agreed: tuple[str, ...] = ()
    objection: str = ""
    promise: str = ""


@dataclass(frozen=True, slots=True)
class AddNote:
    lead_id: int
    text: str


@dataclass(frozen=True, slots=True)
class CorrectPhone:
    """The lead's right number, as somebody typed it (L5.2)."""

    lead_id: int
    typed: str


@dataclass(frozen=True, slots=True)
class AddLead:
    """A new lead in one line of text, "" for a form (K3); `check` shows it before it is kept."""

    text: str = ""
    check: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    lead_id: int


@dataclass(frozen=True, slots=True)
class NextLead:
    """The best call now (L1.4)."""


@dataclass(frozen=True, slots=True)
class Mine:
    """The rep's day: due, overdue, today (L4.1)."""


@dataclass(frozen=True, slots=True)
class Assign:
    lead_id: int
    slack_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why this tier and this rep, and what happens to the lead if nobody answers."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Take a lead that waits for an owner, 0 for the one that waits longest to be claimed (C3)."""

    lead_id: int = 0


@dataclass(frozen=True, slots=True)
class Pass:
    """Let somebody else have a lead of one's own, and say why (C3)."""

    lead_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OptOut:
    """The customer asked not to be contacted by these channels (contract: Consent)."""

    lead_id: int
    channels: tuple[str, ...] = CHANNELS


@dataclass(frozen=True, slots=True)
class MoveStage:
    """A lead goes to another stage of its life, for a reason (S)."""

    lead_id: int
    to: Stage
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two leads are one person (C2); 0 and 0 ask which may be."""

    lead_id: int = 0
    other_id: int = 0


@dataclass(frozen=True, slots=True)
class Unmerge:
    """A lead that was merged is two persons after all (C2)."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class ShowPlaybook:
    """The method's numbers, a manager's to change (L1.2)."""


@dataclass(frozen=True, slots=True)
class ShowTeam:
    """The team's board: how fast it answers, who carries what, what nobody has (C1)."""


@dataclass(frozen=True, slots=True)
class AskDigest:
    """The newest digest, or the figures of a campaign, a rep (a Slack id) or a time (L6).

    `days` are the first and the last of a time, both in it; None is the last whole week.
    `fresh` asks for a digest of the last seven days, with what is to change by now.
    """

    campaign: str = ""
    rep: str = ""
    days: tuple[date, date] | None = None
    fresh: bool = False
    last_week: bool = False

    @property
    def newest(self) -> bool:
        """Whether it asks for the digest that was posted last."""
        return self == AskDigest()


@dataclass(frozen=True, slots=True)
class Refunds:
    """Claims against vendors (L5.5): all, or what one lead's comes to where it is not 0."""

    lead_id: int = 0


@dataclass(frozen=True, slots=True)
class Export:
    """All that is held on a lead's person, as a file (C5)."""

    lead_id: int


@dataclass(frozen=True, slots=True)
class Away:
    """No leads until a moment (UTC), or until the rep is back where it is None."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """The rep takes leads again."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last outcome."""


@dataclass(frozen=True, slots=True)
class Help:
    """Explain one verb of VERBS, or everything where `topic` is ""."""

    topic: str = ""


Command = (
    LogOutcome
    | AddLead
    | AddNote
    | CorrectPhone
    | Show
    | Why
    | NextLead
    | Mine
    | Assign
    | Claim
    | Pass
    | OptOut
    | MoveStage
    | Merge
    | Unmerge
    | ShowPlaybook
    | ShowTeam
    | AskDigest
    | Refunds
    | Export
    | Away
    | Back
    | Undo
    | Help
)
