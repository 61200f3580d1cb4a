"""What leads that a change is about earned before and after it, by their kinds (L6.8)."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, false, func, or_, select

from rules.proposal import Advice
from rules.report import ALL
from rules.sums import Sale
from rules.weighing import NONE, Sums
from rules.words import Channel, Kind, Tier
from storage import figures
from storage.call_sums import IS_CALL
from storage.figures import came_in, seconds
from storage.messages import FAILED
from storage.tables import attempts, leads, messages
from storage.unit import View

_FIELDS = {name: leads.c[name] for name in ("kind", "product", "language", "region")}
_LOW = (Tier.C, Tier.D)
_SMS = and_(messages.c.channel == Channel.SMS, messages.c.state != FAILED)


def theirs(kind: Advice, subject: str) -> Any:
    """Say which leads a recommendation is about."""
    if kind is Advice.TEXTS:
        return leads.c.tier.in_(_LOW)
    if kind is Advice.STRENGTH:
        field, _, value = subject.partition("=")
        return _FIELDS[field] == value if field in _FIELDS else false()
    if kind in {Advice.HOURS, Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS, Advice.BAR}:
        return leads.c.tier == subject
    banner = leads.c.campaign + "/" + leads.c.banner
    return or_(leads.c.campaign == subject, banner == subject)


def earned(
    view: View,
    which: Any,
    span: tuple[datetime, datetime],
    *,
    age: timedelta,
    margin: Callable[[Sale], int],
    cost: Callable[[int, int], int],
) -> dict[Kind, Sums]:
    """Sum what such leads that came in a span (UTC) earned by a certain age, by kind.

    Taken off is the `cost` of so many calls and so many SMS to each by that age.
    """
    since, until = span
    inside = (*came_in(since, until, ALL), which)
    margins = Counter[int]()
    for sale in _sold(view, which, since, until, age=age):
        margins[sale.lead_id] += margin(sale)
    called = _made(view, inside, attempts.c.at, IS_CALL, age=age)
    texted = _made(view, inside, messages.c.at, _SMS, age=age)
    found = defaultdict[Kind, Sums](lambda: NONE)
    for number, kind in view.execute(select(leads.c.id, leads.c.kind).where(*inside)):
        net = margins[number] - cost(called.get(number, 0), texted.get(number, 0))
        found[Kind(kind)] += Sums(1.0, float(net), float(net * net))
    return dict(found)


def _made(view: View, inside: Any, at: Any, which: Any, *, age: timedelta) -> dict[int, int]:
    """Count for each of these leads what was made of a sort by a certain age."""
    soon = seconds(view, at, leads.c.received_at) <= age.total_seconds()
    query = select(leads.c.id, func.count()).join_from(leads, at.table)
    rows = view.execute(query.where(*inside, which, soon).group_by(leads.c.id))
    return {number: count for number, count in rows}  # noqa: C416 - rows are no pairs


def _sold(
    view: View, which: Any, since: datetime, until: datetime, *, age: timedelta
) -> list[Sale]:
    """Give the sales of these leads by that age."""
    sales = [
        one
        for one in figures.sales(view, since=since, until=until + age, only=ALL)
        if since <= one.came_at < until and one.took <= age
    ]
    numbers = sorted({one.lead_id for one in sales})
    own: set[int] = set()
    for start in range(0, len(numbers), 500):
        some = leads.c.id.in_(numbers[start : start + 500])
        own.update(view.execute(select(leads.c.id).where(some, which)).scalars())
    return [one for one in sales if one.lead_id in own]


def came(view: View, which: Any, span: tuple[datetime, datetime]) -> int:
    """Count such leads that came in a span (UTC)."""
    query = select(func.count()).select_from(leads).where(*came_in(*span, ALL), which)
    return int(view.execute(query).scalar_one())
