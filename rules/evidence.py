"""What the digest's proposals rest on, counted (L6.8): the same shapes from the desk or a trial.

Money is in minor units of the one currency that `Evidence` names; what could not be turned into
it is left out and said. Times are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rules.words import Kind, Tier

KNOWN = 0.8
"""The part of leads whose price, or of buyers whose money, must be known.

With a fifth unknown a mean is off by a tenth where theirs are half as high again as the rest.
"""


class Missing(StrEnum):
    """Why a campaign can't be weighed: what nobody said of its money."""

    RATE = "rate"
    MARGIN = "margin"
    PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Leads of one campaign, banner and kind, old enough to judge, and all that came of them.

    `margin` is what their sales earned less refunds, `margin_sq` the sum over leads of the
    square of each one's, for intervals. `spent` is what they cost less what vendors gave back,
    `talked` what the talk time and the calls cost, `written` what their messages did. `priced` of
    them have a price, None: all. `ripe` is as of `Evidence`, by these leads' own ages; None: the
    same as all.
    """

    campaign: str
    banner: str
    kind: Kind
    leads: int
    closed: int
    margin: int
    margin_sq: float
    spent: int
    talked: int
    written: int
    priced: int | None = None
    ripe: float | None = None

    @property
    def paid(self) -> int:
        """How many of them have a price."""
        return self.leads if self.priced is None else self.priced

    @property
    def profit(self) -> int:
        """What they earned in the end."""
        return self.margin - self.spent - self.talked - self.written


@dataclass(frozen=True, slots=True)
class NthCall:
    """The n-th calls to leads of one tier, and what came of those who answered there first.

    `first` are the leads whom this call was the first to reach, `closed` those of them who
    bought, `margin` what they earned; `cost` is what the calls themselves cost.
    """

    tier: Tier
    nth: int
    calls: int
    answered: int
    first: int
    closed: int
    margin: int
    margin_sq: float
    cost: int


@dataclass(frozen=True, slots=True)
class HourCell:
    """Calls to one kind of lead in an hour of the week, by the customer's own clock.

    `weekday` counts from Monday, 0; `nth` which call to the lead they were, 0 where these are not
    told apart. Hours are compared among calls of the same `nth`: later ones are answered less.
    """

    kind: Kind
    weekday: int
    hour: int
    calls: int
    answered: int
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Strength:
    """A rep's leads of one kind and one value of a field ("kind", "product", "language", "region").

    A lead stands in each field once. Reps are compared within the kind.
    """

    rep: str
    field: str
    value: str
    leads: int
    closed: int
    kind: Kind = Kind.WARM


@dataclass(frozen=True, slots=True)
class Texts:
    """First SMS to leads of one tier, and what came of the leads that came `back` by them.

    These wrote or called before another call reached them; what they earned is the most that the
    SMS can have brought, since some would have bought all the same.
    """

    tier: Tier
    sent: int
    cost: int
    back: int
    closed: int
    margin: int
    margin_sq: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that proposals rest on, of the leads that came between two moments and are judged.

    `lead_value` is what a closed lead of known money earns on average, in minor units. `weeks` is
    the time between the two moments. `overload` is how many times the calls that could be made in
    the last whole week those made and still due at its end were: above 1 there are more leads than
    hands; None where that is not known, which is never "there is time". `ripe` is the part of
    these leads' sales that has come by now, of those to be expected: some close months later, and
    a margin counted now lacks them. `unweighed` says of campaigns what of their money nobody said;
    the money of the team as a whole is `known` where that of enough of its buyers is. `bought_by`
    is the part of leads that has bought by each whole day of life, () where nothing is known.
    """

    currency: str
    closed: int
    lead_value: float
    cohorts: tuple[Cohort, ...] = ()
    nth_calls: tuple[NthCall, ...] = ()
    hours: tuple[HourCell, ...] = ()
    strengths: tuple[Strength, ...] = ()
    tiers: Mapping[str, Tier] | None = None
    overload: float | None = None
    weeks: float = 1.0
    texts: tuple[Texts, ...] = ()
    ripe: float = 1.0
    unweighed: Mapping[str, Missing] = field(default_factory=dict)
    known: bool = True
    bought_by: tuple[float, ...] = ()

    @property
    def earning(self) -> tuple[Cohort, ...]:
        """The cohorts of campaigns whose earnings are known, whatever their leads cost."""
        lost = {name for name, why in self.unweighed.items() if why is not Missing.PRICES}
        return tuple(one for one in self.cohorts if one.campaign not in lost)
