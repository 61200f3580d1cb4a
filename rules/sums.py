"""What figures are summed of, as it was counted; all of one campaign and banner add up (L6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.money import Money
from rules.words import Channel, Kind, Layer, Stage

BUCKETS = (300, 900, 3600, 4 * 3600, 24 * 3600)
"""Seconds to a first call, by which leads are told apart (C1); what took longer is one more."""
NEVER, LATER = -1, 0
"""Who was never called, and who was called after the last of the BUCKETS."""


@dataclass(frozen=True, slots=True)
class Came:
    """Leads that came, how many of them were called and how many answered."""

    campaign: str
    banner: str
    leads: int
    called: int
    reached: int


@dataclass(frozen=True, slots=True)
class Wait:
    """The seconds from leads' arrival to their first calls, and whose they are."""

    owner: str
    campaign: str
    banner: str
    seconds: Sequence[float]


@dataclass(frozen=True, slots=True)
class Grown:
    """Leads of the window that are alike; `judged` had time to close."""

    campaign: str
    banner: str
    kind: Kind
    judged: bool
    leads: int


@dataclass(frozen=True, slots=True)
class Grouped:
    """The window's leads by how soon those that are judged were called, and all by their stages.

    The first are by one of the BUCKETS, NEVER or LATER, and by kind.
    """

    judged: Mapping[tuple[int, Kind], int]
    stages: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class Called:
    """Calls to leads of one campaign and banner in one country ("" unknown)."""

    campaign: str
    banner: str
    country: str
    calls: int
    answered: int
    talked: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Sale:
    """What a lead bought or gave back at a moment; moments are UTC.

    `by` logged it, `owner` has the lead; `amount` None: nobody said how much. Of a refund,
    `sold_at` is when its lead's last sale before it was made, None where there is none.
    """

    lead_id: int
    campaign: str
    banner: str
    kind: Kind
    product: str
    owner: str
    by: str
    came_at: datetime
    bucket: int
    at: datetime
    amount: Money | None
    sold_at: datetime | None = None

    @property
    def is_sale(self) -> bool:
        """Whether money came in."""
        return self.amount is not None and self.amount.minor > 0

    @property
    def is_refund(self) -> bool:
        """Whether money went back."""
        return self.amount is not None and self.amount.minor < 0

    @property
    def took(self) -> timedelta:
        """How long after its lead it was sold; a refund goes by the sale that it takes back."""
        return max((self.sold_at or self.at) - self.came_at, timedelta())


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales, or refunds, that are alike, so that each earned the same.

    `month` is the place among some months of that in which their leads came, `age` the whole 30
    days that these had lived; `at` is a moment with the same rates (UTC).
    """

    campaign: str
    month: int
    age: int
    product: str
    amount: Money
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What leads of a campaign and banner cost, or what a vendor gave back of it, at a moment."""

    campaign: str
    banner: str
    money: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """Messages that left for leads of a campaign and banner."""

    campaign: str
    banner: str
    channel: Channel
    count: int


@dataclass(frozen=True, slots=True)
class Left:
    """A message that left or failed, and what its lead did after it.

    `heard` are words that came back the same way, `pressed` is a press on its page.
    """

    lead_id: int
    channel: Channel
    layer: Layer
    state: str
    heard: bool
    pressed: bool
    opted_out: bool
    returned: bool
    answered: bool
    bought: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A follow-up that came due at a moment (UTC), and when it was called, None for not."""

    due_at: datetime
    called_at: datetime | None
    open: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """How many claims were sent and decided either way in a period, and wait at its end."""

    sent: int
    accepted: int
    refused: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Told:
    """Calls, those answered, those whose length is known (`talked`), and their seconds."""

    calls: int = 0
    answered: int = 0
    talked: int = 0
    seconds: int = 0
