"""The report's figures of leads: response, closing, what they earn in time, their stages."""

from dataclasses import dataclass
from datetime import date

from rules.report_values import NO_SHARE, NO_SPREAD, Estimate, Share, Spread
from rules.words import Kind, Stage


@dataclass(frozen=True, slots=True)
class Bucket:
    """Leads first called within so many seconds (None: later than all others), and who closed.

    `kinds` is the same within each kind; `adjusted` the rate with the team's own mix of kinds,
    so that a kind that is called sooner doesn't flatter speed; None where samples are small.
    """

    within: int | None
    closed: Share = NO_SHARE
    kinds: tuple[tuple[Kind, Share], ...] = ()
    adjusted: float | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """From arrival to the first call (C1, L6.4): of the period's leads, `waiting` not called yet.

    `curve` is the team's own: how many close by how soon they were called, of the leads of the
    report's window that had time to; `never` are those of them never called.
    """

    took: Spread = NO_SPREAD
    waiting: int = 0
    curve: tuple[Bucket, ...] = ()
    never: Share = NO_SHARE


@dataclass(frozen=True, slots=True)
class Closing:
    """From arrival to close (L6.4), by Kaplan-Meier; `campaign` None is all.

    Leads too young to say count as long as they have lived. `median` is the seconds in which
    half of all leads closed, None where fewer did; `took` is of those that closed. `within` is
    the part closed by so many days, with its interval.
    """

    campaign: str | None
    leads: int = 0
    closed: int = 0
    median: float | None = None
    took: Spread = NO_SPREAD
    within: tuple["ClosedBy", ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedBy:
    """The part of leads closed by a number of days; None where no lead has lived so long."""

    days: int
    part: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a lead earns in margin, refunds taken off, within a horizon of days (L6.5).

    `curve` is what it has earned by the end of each 30 days of its life, as far as leads lived;
    `leads` are those that the first of them rests on, `days` how far it is told.
    """

    leads: int = 0
    days: int = 0
    per_lead: Estimate | None = None
    curve: tuple[float, ...] = ()
    small: bool = True


NO_LIFETIME = Lifetime()


@dataclass(frozen=True, slots=True)
class MonthCohort:
    """Leads that came in a month of the team's zone (L6.5); `campaign` None is all.

    `curve` is what each earned in margin by the end of each 30 days of its life, as far as all
    of them lived.
    """

    month: date
    campaign: str | None = None
    leads: int = 0
    curve: tuple[float, ...] = ()
    small: bool = True


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A stage (S1): the window's leads that stand in it, and those `entered` in the period.

    `took` is how long those that left it in the period had been there.
    """

    stage: Stage
    standing: int = 0
    entered: int = 0
    took: Spread = NO_SPREAD
