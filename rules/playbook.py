"""The playbook: the method's numbers with their defaults, as a manager owns them (L1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal

from rules.cadence import PARTS, Slot, plan_of
from rules.counting import Counting
from rules.hooks import Webhook
from rules.hours import DayWindow, read_window
from rules.hubspot import HubSpot
from rules.pools import Match, Passing, Pool, Route, Score, Staging
from rules.rates import Costs, Rate
from rules.rest import RestRules
from rules.retention import Retention
from rules.templates import Template
from rules.tiers import TierRules
from rules.vendors import Vendor
from rules.words import Kind, Layer, Tier

ASSUMED, REQUIRED = "assumed", "required"
DEFAULT_SENDER = "Lead desk"
ONE_CALL = "one_call"
DEPUTY, WAIT = "deputy", "wait"
OFF, PREFER = "off", "prefer"


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold: how it is followed up (L4.1, L4.2) and the part of its price that is earned.

    `meetings` are those that a close usually takes; None: the playbook's.
    """

    name: str
    style: str = "relationship"
    margin: Decimal | None = None
    meetings: int | None = None

    @property
    def one_call(self) -> bool:
        """Whether it is sold in one call, so that a follow-up is mostly a lost sale (L4.2)."""
        return self.style == ONE_CALL


@dataclass(frozen=True, slots=True)
class Source:
    """A door for leads, the kind of those who come through it, and its names for fields.

    Mails of a `sender` ("*@vendor.com") with a `subject` are leads of it; `patterns` find fields.
    """

    name: str
    kind: Kind = Kind.WARM
    map: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    subject: str = ""
    patterns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Campaign:
    """Where leads come from: what one costs, who sells them, a tier that a manager pinned (L1.3).

    What a lead says of itself goes before what stands here.
    """

    name: str
    cost: Decimal | None = None
    currency: str = ""
    vendor: str = ""
    banners: tuple[str, ...] = ()
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class LowAnswer:
    """When the team's answer rate is low by the nature of the work (L2.5).

    Measured over the last `calls` calls: on `below` one part, off again `above` another. While it
    is forced on, it does not touch the part `left_out` of all leads.
    """

    mode: str = "auto"
    below: float = 0.15
    above: float = 0.20
    calls: int = 200
    left_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Speed:
    """The ladder of a lead that waits for its first call, in minutes (C1); 0 leaves a step out.

    Steps named in `by_clock` ('nag', 'move', 'manager') count the wall clock, others working
    minutes. What came more than `fresh_minutes` late does not climb. A rep from whom
    `silent_moves` leads in a row were moved is set away; 0 never does.
    """

    nag: tuple[int, ...] = (5, 10)
    move: int = 20
    manager: int = 30
    by_clock: tuple[str, ...] = ()
    fresh_minutes: int = 60
    silent_moves: int = 0


@dataclass(frozen=True, slots=True)
class Duty:
    """Who takes what arrives outside all shifts (C1); `hours` are in each rep's own zone."""

    name: str
    reps: tuple[str, ...] = ()
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Wave:
    """When there are more leads than hands (C1).

    A stricter bar is proposed when the calls to make are `over` times those that can be made,
    and lifted `under`. Tiers on `hold` get no calls, of those to `shorten` only `attempts` are
    made. `calls_per_hour` is what one rep makes, until it is measured.
    """

    over: float = 1.2
    under: float = 0.8
    calls_per_hour: int = 10
    attempts: int = 1
    hold: tuple[Tier, ...] = ()
    shorten: tuple[Tier, ...] = ()


PLANS = {
    Tier.A: plan_of("now", "30m", "2h", "next morning", "day 3", "day 5", "day 8", "day 14"),
    Tier.B: plan_of("now", "30m", "next morning", "day 3", "day 6", "day 10"),
    Tier.C: plan_of("now", "next afternoon", "day 4", "day 9"),
    Tier.D: plan_of("now", "day 3", "day 8"),
}
DAY_PARTS = dict(
    zip(PARTS, map(read_window, ("09:00-12:00", "12:00-15:00", "15:00-18:00", "18:00-20:00")),
        strict=True)
)  # fmt: skip
SERVICE = {
    Kind.COLD: REQUIRED,
    Kind.WARM: ASSUMED,
    Kind.INCOMING: ASSUMED,
    Kind.REFERRAL: ASSUMED,
}


@dataclass(frozen=True, slots=True)
class Playbook:
    """The method's numbers with their defaults; spans of time are timedeltas, hours are local."""

    callback_phone: str = ""
    sender_name: str = DEFAULT_SENDER
    address: str = ""
    calling: DayWindow = field(default_factory=lambda: read_window("09:00-20:00"))
    quiet: DayWindow = field(default_factory=lambda: read_window("21:00-08:00"))
    parts: Mapping[str, DayWindow] = field(default_factory=lambda: dict(DAY_PARTS))
    rest: RestRules = field(default_factory=RestRules)
    tiers: TierRules = field(default_factory=TierRules)
    plans: Mapping[Tier, tuple[Slot, ...]] = field(default_factory=lambda: dict(PLANS))
    unavailable_days: int = 3
    unavailable_tries: int = 3
    first_call_minutes: int = 5
    speed: Speed = field(default_factory=Speed)
    duties: tuple[Duty, ...] = ()
    pools: tuple[Pool, ...] = ()
    routes: tuple[Route, ...] = ()
    match: Match = field(default_factory=Match)
    slack_hints: str = OFF
    passing: Passing = field(default_factory=Passing)
    scores: tuple[Score, ...] = ()
    staging: Staging = field(default_factory=Staging)
    wave: Wave = field(default_factory=Wave)
    meetings: int = 3
    hold_minutes: int = 10
    low_answer: LowAnswer = field(default_factory=LowAnswer)
    service: Mapping[Kind, str] = field(default_factory=lambda: dict(SERVICE))
    marketing: Mapping[Kind, str] = field(default_factory=lambda: dict.fromkeys(Kind, REQUIRED))
    advertising: tuple[Layer, ...] = (Layer.MAIL_OFFER, Layer.MAILING_LIST)
    undo_seconds: int = 30
    per_day: int = 2
    per_week: int = 5
    offer_after: int = 3
    mailing_days: int = 30
    nag_rep: tuple[int, ...] = (0, 10)
    nag_manager: int = 20
    nag_snoozes: int = 3
    nag_away: str = DEPUTY
    nag_off_shift: str = WAIT
    digest_weekday: int = 6
    digest_at: time = time(9, 0)
    digest_every: int = 0
    counting: Counting = field(default_factory=Counting)
    costs: Costs = field(default_factory=Costs)
    retention: Retention = field(default_factory=Retention)
    rates: tuple[Rate, ...] = ()
    sources: tuple[Source, ...] = ()
    products: tuple[Product, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    templates: tuple[Template, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    hubspot: HubSpot = field(default_factory=HubSpot)

    @property
    def undo_time(self) -> timedelta:
        """How long a message waits for its outcome to be taken back."""
        return timedelta(seconds=self.undo_seconds)

    def kind_of(self, source: str) -> Kind:
        """Give the kind of a lead from this source that does not say its kind."""
        return next((one.kind for one in self.sources if one.name == source), Kind.WARM)

    def source(self, name: str) -> Source:
        """Give what is known of a source."""
        return next((one for one in self.sources if one.name == name), Source(name))

    def map_of(self, source: str) -> Mapping[str, str]:
        """Give the fields that a source's own names stand for (contract: `[[source]] map`)."""
        return next((one.map for one in self.sources if one.name == source), {})

    def product(self, name: str) -> Product:
        """Give what is known of a product; one that is not known is a relationship (contract)."""
        return next((one for one in self.products if one.name == name), Product(name))

    def meetings_of(self, product: str) -> int:
        """Give how many meetings a close of this product usually takes (L4.1)."""
        own = self.product(product).meetings
        return self.meetings if own is None else own

    def plan(self, tier: Tier) -> tuple[Slot, ...]:
        """Give a tier's call plan, cut short while there are more leads than hands (L1.2, C1)."""
        plan = self.plans[tier]
        return plan[: self.wave.attempts] if tier in self.wave.shorten else plan

    def campaign(self, name: str) -> Campaign | None:
        """Give what is known of a campaign, or None."""
        return next((one for one in self.campaigns if one.name == name), None)
