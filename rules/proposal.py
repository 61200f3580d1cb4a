"""What the digest may propose to managers, and what each proposal says of itself (L6.8, L6.9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rules.weighing import Expected


class Advice(StrEnum):
    """The kinds of proposal."""

    BUY_MORE = "buy_more"
    BUY_LESS = "buy_less"
    TIER = "tier"
    HOURS = "hours"
    MORE_ATTEMPTS = "more_attempts"
    FEWER_ATTEMPTS = "fewer_attempts"
    TEXTS = "texts"
    BAR = "bar"
    STRENGTH = "strength"


BUYING = frozenset({Advice.BUY_MORE, Advice.BUY_LESS})
_ATTEMPTS = frozenset({Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS})


class Sign(StrEnum):
    """The figure by which it shows that a proposal was wrong."""

    CAMPAIGN_PROFIT = "campaign_profit"
    CAMPAIGN_CLOSING = "campaign_closing"
    ANSWERED = "answered"
    LATE_SALES = "late_sales"
    TEXT_REPLIES = "text_replies"
    HELD_LEADS = "held_leads"
    CLOSING = "closing"


def subject_of(campaign: str, banner: str = "") -> str:
    """Name a campaign to buy, or a banner of one ("Facebook/blue"); never two things alike.

    A slash of their own is written "~1", and "~" is "~0".
    """
    names = (one.replace("~", "~0").replace("/", "~1") for one in (campaign, banner) if one)
    return "/".join(names)


def place_of(subject: str) -> tuple[str, str]:
    """Give the campaign that `subject_of` named, and the banner; that is "" for all of them."""
    campaign, _, banner = subject.partition("/")
    plain = (one.replace("~1", "/").replace("~0", "~") for one in (campaign, banner))
    return next(plain), next(plain)


About = tuple[Advice, str]
"""What a proposal is about: its kind and its subject."""


def touches(one: About, other: About) -> bool:
    """Say whether two are decisions on the same thing, whichever way they go (L6.9).

    A campaign is bought with all its banners, more or less; a tier's plan is longer or shorter.
    """
    (kind, subject), (kind_too, subject_too) = one, other
    if {kind, kind_too} <= BUYING:
        (campaign, banner), (campaign_too, banner_too) = place_of(subject), place_of(subject_too)
        return campaign == campaign_too and (banner == banner_too or not (banner and banner_too))
    return subject == subject_too and (kind is kind_too or {kind, kind_too} <= _ATTEMPTS)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal; money in minor units a week.

    `subject` names what it is of: what to buy as `subject_of` does, the campaign whose tier it is,
    the tier, or the leads ("kind=referral"). `change` is what an overlay of the playbook then
    holds, None where a person must act. `gain` is expected, and lies between `low` and `high` nine
    times in ten; `sure` is how likely there is any. `facts` are the numbers that it rests on. If
    it is wrong, it costs up to `at_stake` a week, which the figure `shown_by` shows.
    """

    kind: Advice
    subject: str
    change: Mapping[str, Any] | None
    gain: int
    low: int
    high: int
    sure: float
    at_stake: int
    shown_by: Sign
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What might be proposed, before it is held to the bar: its `gain` is a week's."""

    kind: Advice
    subject: str
    change: Mapping[str, Any] | None
    gain: Expected
    at_stake: float
    shown_by: Sign
    facts: Mapping[str, Any]

    def proposal(self) -> Proposal:
        """Give it as it is proposed."""
        return Proposal(
            self.kind,
            self.subject,
            self.change,
            round(self.gain.mean),
            round(self.gain.low()),
            round(self.gain.high()),
            self.gain.sure,
            round(self.at_stake),
            self.shown_by,
            self.facts,
        )
