"""The report: every figure of a period with its sample, as all who tell of it read it (L6).

Money is in minor units of the one currency that the report names, times are seconds, moments are
UTC. What can't be told is None, never a zero; what is too small to judge says `small`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from rules.money import Money
from rules.report_calls import Answering, RepFigures, Talk
from rules.report_leads import NO_LIFETIME, Closing, Lifetime, MonthCohort, Response, StageFigures
from rules.report_rest import ClaimFigures, FollowUpFigures, MailingFigures, MessageFigures
from rules.report_values import (
    NO_AMOUNT,
    NO_ESTIMATE,
    NO_SHARE,
    NO_SPREAD,
    Amount,
    Estimate,
    Share,
    Spread,
)
from rules.words import Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign's figures, one of its banners' (`banner` is not None), or those of all.

    Of the period are `leads` that came, `calls`, `sales`, `refunds` and all money, `few` when fewer
    leads came than can be compared; what was bought after the time in which it is the campaign's
    is `later`, and not in `revenue`. Profit is the period's: much of it is of leads that came
    before, so it is never divided by those that came in it. `conversion` is
    of the leads of the report's window that had time to close, `young` are those that had none
    yet; `kinds` is the same for each kind, `adjusted` the rate with the team's own mix of kinds,
    None where samples are small. `response` is how soon the period's leads were called (L6.4),
    `lifetime` what a lead earns within the horizon (L6.5).
    """

    campaign: str = ""
    banner: str | None = None
    leads: int = 0
    few: bool = True
    calls: Share = NO_SHARE
    sales: int = 0
    refunds: int = 0
    conversion: Share = NO_SHARE
    young: int = 0
    kinds: Mapping[Kind, Share] | None = None
    adjusted: float | None = None
    revenue: Amount = NO_AMOUNT
    margin: Amount = NO_AMOUNT
    later: Amount = NO_AMOUNT
    cost: Amount = NO_AMOUNT
    credit: Amount = NO_AMOUNT
    talk_seconds: int = 0
    talk_cost: Amount = NO_AMOUNT
    message_cost: Amount = NO_AMOUNT
    profit: Estimate = NO_ESTIMATE
    response: Spread = NO_SPREAD
    lifetime: Lifetime = NO_LIFETIME

    @property
    def lead_cost(self) -> Amount:
        """What its leads cost in the end: less the vendors' credit (L5.5)."""
        return self.cost.less(self.credit)

    @property
    def spent(self) -> int:
        """What its leads, less credit, talk and messages cost (L6.3, L6.6)."""
        return self.lead_cost.minor + self.talk_cost.minor + self.message_cost.minor

    @property
    def return_on_spend(self) -> float | None:
        """What each unit of money spent brought back as margin; None where none was spent."""
        return self.margin.minor / self.spent if self.spent > 0 else None

    @property
    def small(self) -> bool:
        """Whether too few leads came, or had time to buy, to compare what they earned and cost."""
        return self.few or self.conversion.small

    @property
    def empty(self) -> bool:
        """Whether nothing at all happened."""
        money = (self.revenue, self.later, self.cost, self.credit, self.message_cost)
        return not (self.leads or self.calls.of or self.sales or self.refunds or any(money))


@dataclass(frozen=True, slots=True)
class Window:
    """The leads that conversion, closing and response are told of: came from `since` to `until`.

    Those that came before `judged_until` had `mature_days` to close; a sale is its campaign's
    when it came within `attribution_days` of the lead, and later ones count to LTV alone.
    """

    since: datetime
    judged_until: datetime
    until: datetime
    mature_days: int
    attribution_days: int
    horizon_days: int


@dataclass(frozen=True, slots=True)
class Only:
    """What alone is told of: a campaign's leads, or those of a rep; None for all."""

    campaign: str | None = None
    rep: str | None = None


ALL = Only()


@dataclass(frozen=True, slots=True)
class Report:
    """A period's figures, `until` not included, and those of the equal one `before` it.

    That one has no cohorts, which are almost the same, no hours of reps, and no `before` of its
    own. One that is `running` was not over: it is cut at the moment when it was told, and so is the
    one before.

    `days` are its first and last day in the team's zone. `unknown` names costs that are not in
    the playbook and count nothing ("rep_hour", "sms", "mail", "minute:US"); `rateless` the
    currencies without a rate, whose money stands apart. `only` says what alone is told of:
    sections that can't be cut so are empty then. `reps` are for managers only.
    """

    since: datetime
    until: datetime
    days: tuple[date, date]
    currency: str
    window: Window
    total: Line
    campaigns: tuple[Line, ...]
    banners: tuple[Line, ...]
    answering: Answering
    response: Response
    closing: tuple[Closing, ...]
    cohorts: tuple[MonthCohort, ...]
    talk: Talk
    reps: tuple[RepFigures, ...]
    stages: tuple[StageFigures, ...]
    messages: tuple[MessageFigures, ...]
    followups: FollowUpFigures
    mailing: MailingFigures
    claims: ClaimFigures
    least_leads: int
    least_calls: int
    unknown: tuple[str, ...] = ()
    rateless: tuple[Money, ...] = ()
    only: Only = ALL
    running: bool = False
    before: "Report | None" = None

    @property
    def empty(self) -> bool:
        """Whether nothing at all happened in the period."""
        return self.total.empty

    @property
    def ranked(self) -> tuple[Line, ...]:
        """The campaigns that can be ranked, best profit first: those of small samples are not."""
        told = [one for one in self.campaigns if not one.small]
        return tuple(sorted(told, key=lambda one: (-one.profit.value, one.campaign)))
