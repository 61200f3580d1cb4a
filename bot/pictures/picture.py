"""What every picture is: a PNG with what it is called and what it says."""

from dataclasses import dataclass

from rules.report import Report


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG; `alt` tells its finding to whoever doesn't see it."""

    png: bytes
    name: str
    title: str
    alt: str


def only_currency(report: Report) -> str:
    """Give the currency that a picture of money leaves others out for; "" where there are none."""
    total = report.total
    amounts = (total.revenue, total.cost, total.credit, total.message_cost, total.talk_cost)
    return report.currency if any(one.apart for one in amounts) else ""
