"""The four campaigns: where leads come from, what they cost, what they buy."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PRODUCTS = {"trial": "share", "share": "share", "lease": "lease"}
"""What is sold, and the product of the playbook that it counts as."""

PRICES = {
    "trial": (249, 249, 249, 290, 349),
    "share": (890, 990, 1190, 1290, 1490, 1790),
    "lease": (4900, 5400, 5900, 6400, 7200),
}
"""What people pay, in shekels; of a lease, the first payment."""


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A campaign; ``cost`` is shekels a lead, ``part`` its part of all leads."""

    source: str
    kind: str
    cost: int
    part: float
    sells: Mapping[str, float]


CAMPAIGNS = {
    "social": Campaign(
        source="facebook", kind="warm", cost=45, part=0.42, sells=MappingProxyType({"trial": 1.0})
    ),
    "search": Campaign(
        source="google",
        kind="warm",
        cost=80,
        part=0.24,
        sells=MappingProxyType({"share": 0.7, "lease": 0.3}),
    ),
    "referral": Campaign(
        source="website",
        kind="referral",
        cost=20,
        part=0.15,
        sells=MappingProxyType({"share": 0.6, "lease": 0.4}),
    ),
    "list": Campaign(
        source="vendor", kind="cold", cost=6, part=0.19, sells=MappingProxyType({"trial": 1.0})
    ),
}
