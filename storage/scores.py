"""What leads that a change is about earned before and after it, and the others, by kind (L6.8)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, and_, cast, false, func, not_, select

from rules.claims import ClaimState
from rules.holdout import PARTS, SPREAD
from rules.money import Money
from rules.proposal import Advice, place_of
from rules.report import ALL
from rules.scoring import Span
from rules.sums import Sale
from rules.weighing import NONE, Sums
from rules.words import Channel, Kind, Tier
from storage import figures
from storage.call_sums import IS_CALL
from storage.figures import came_in, seconds
from storage.messages import FAILED
from storage.tables import attempts, claims, lead_sources, leads, messages
from storage.unit import View

_FIELDS = {name: leads.c[name] for name in ("kind", "product", "language", "region")}
_LOW = (Tier.C, Tier.D)
_SMS = and_(messages.c.channel == Channel.SMS, messages.c.state != FAILED)
_AT_ONCE = 500


def theirs(kind: Advice, subject: str) -> Any:
    """Say which leads a recommendation is about."""
    if kind is Advice.TEXTS:
        return leads.c.tier.in_(_LOW)
    if kind is Advice.STRENGTH:
        field, _, value = subject.partition("=")
        return _FIELDS[field] == value if field in _FIELDS else false()
    if kind in {Advice.HOURS, Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS, Advice.BAR}:
        return leads.c.tier == subject
    campaign, banner = (subject, "") if kind is Advice.TIER else place_of(subject)
    whose = leads.c.campaign == campaign
    return and_(whose, leads.c.banner == banner) if banner else whose


def others_than(kind: Advice, subject: str, *, bought: Sequence[str] = ()) -> Any:
    """Say which leads it is held against: all that neither it nor what else is `bought` is of."""
    apart = [not_(theirs(Advice.BUY_MORE, one)) for one in bought]
    return and_(not_(theirs(kind, subject)), *apart)


def parted(which: Any, part: float) -> tuple[Any, Any]:
    """Say which of these leads a change is about, and which it left out (`rules.holdout`)."""
    left = cast(leads.c.id, BigInteger) * SPREAD % PARTS < round(part * PARTS)
    return and_(which, not_(left)), and_(which, left)


def earned(
    view: View,
    which: Any,
    others: Any,
    span: tuple[datetime, datetime],
    *,
    age: timedelta,
    margin: Callable[[Sale], int],
    cost: Callable[[int, int], int],
) -> Span:
    """Sum what leads that came in a span (UTC) earned by a certain age, by kind.

    Off the `net` of those that it is about is the `cost` of so many calls and so many SMS to each
    by that age; of the `others` sales alone count.
    """
    sales = [
        one
        for one in figures.sales(view, since=span[0], until=span[1] + age, only=ALL)
        if span[0] <= one.came_at < span[1] and one.took <= age
    ]
    mine, beside = (_margins(view, sales, part, margin) for part in (which, others))
    return Span(
        _net(view, (*came_in(*span, ALL), which), mine, age=age, cost=cost),
        _sums(view, which, span, mine),
        _sums(view, others, span, beside),
    )


def _margins(
    view: View, sales: Sequence[Sale], which: Any, margin: Callable[[Sale], int]
) -> dict[Kind, Counter[int]]:
    """Give what each of these leads earned by its sales, by kind."""
    numbers = sorted({one.lead_id for one in sales})
    own: set[int] = set()
    for start in range(0, len(numbers), _AT_ONCE):
        some = leads.c.id.in_(numbers[start : start + _AT_ONCE])
        own.update(view.execute(select(leads.c.id).where(some, which)).scalars())
    found = defaultdict[Kind, Counter[int]](Counter)
    for sale in sales:
        if sale.lead_id in own:
            found[sale.kind][sale.lead_id] += margin(sale)
    return dict(found)


def _net(
    view: View,
    inside: Any,
    margins: Mapping[Kind, Mapping[int, int]],
    *,
    age: timedelta,
    cost: Callable[[int, int], int],
) -> dict[Kind, Sums]:
    called = _made(view, inside, attempts.c.at, IS_CALL, age=age)
    texted = _made(view, inside, messages.c.at, _SMS, age=age)
    found = defaultdict[Kind, Sums](lambda: NONE)
    for number, name in view.execute(select(leads.c.id, leads.c.kind).where(*inside)):
        kind = Kind(name)
        sold = margins.get(kind, {}).get(number, 0)
        net = sold - cost(called.get(number, 0), texted.get(number, 0))
        found[kind] += Sums(1.0, float(net), float(net * net))
    return dict(found)


def _sums(
    view: View,
    which: Any,
    span: tuple[datetime, datetime],
    margins: Mapping[Kind, Mapping[int, int]],
) -> dict[Kind, Sums]:
    query = select(leads.c.kind, func.count()).where(*came_in(*span, ALL), which)
    found = {}
    for name, count in view.execute(query.group_by(leads.c.kind)):
        values = margins.get(Kind(name), {}).values()
        squares = float(sum(one * one for one in values))
        found[Kind(name)] = Sums(float(count), float(sum(values)), squares)
    return found


def _made(view: View, inside: Any, at: Any, which: Any, *, age: timedelta) -> dict[int, int]:
    """Count for each of these leads what was made of a sort by a certain age."""
    soon = seconds(view, at, leads.c.received_at) <= age.total_seconds()
    query = select(leads.c.id, func.count()).join_from(leads, at.table)
    rows = view.execute(query.where(*inside, which, soon).group_by(leads.c.id))
    return {number: count for number, count in rows}  # noqa: C416 - rows are no pairs


def paid(view: View, which: Any, span: tuple[datetime, datetime]) -> tuple[list[Money], int]:
    """Give what such leads that came in a span (UTC) cost less claims credited, by currency.

    And of how many leads the price is known.
    """
    source, inside = lead_sources.c, (*came_in(*span, ALL), which)
    known = source.cost_minor.is_not(None)
    spent = select(source.currency, func.sum(source.cost_minor)).join_from(leads, lead_sources)
    back = select(claims.c.currency, func.sum(-claims.c.credit_minor)).join_from(
        leads, claims, claims.c.lead_id == leads.c.id
    )
    money = [
        *view.execute(spent.where(*inside, known).group_by(source.currency)),
        *view.execute(
            back.where(*inside, claims.c.state == ClaimState.ACCEPTED).group_by(claims.c.currency)
        ),
    ]
    priced = select(func.count(leads.c.id.distinct())).join_from(leads, lead_sources)
    count = int(view.execute(priced.where(*inside, known)).scalar_one())
    return [Money(int(minor), currency) for currency, minor in money], count


def came(view: View, which: Any, span: tuple[datetime, datetime]) -> int:
    """Count such leads that came in a span (UTC)."""
    query = select(func.count()).select_from(leads).where(*came_in(*span, ALL), which)
    return int(view.execute(query).scalar_one())
