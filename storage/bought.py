"""What vendors sold, and what was tried with it since: the proof of a claim (L5.5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select

from rules.claims import STANDING, Bought, ClaimState
from rules.lead import Attempt
from rules.money import Money
from rules.optouts import EARLIER
from rules.words import Outcome
from storage.tables import attempts, claims, history, lead_sources, leads, messages
from storage.unit import View

HEARD = (
    *("replied", "replied_mail", "phone_given", "phone_mailed"),
    *("asked_now", "asked_morning", "asked_noon", "asked_afternoon", "asked_evening"),
    *("asked_email", "opted_out", "opted_in"),
)
"""Lines of history in which the person wrote to us, asked on the page, or for no more messages."""
Came = tuple[datetime, int, str]
"""When a lead came, through which source, under which id of the vendor's."""
_SOURCE = (
    lead_sources.c.id.label("source_id"),
    *(lead_sources.c.lead_id, lead_sources.c.vendor, lead_sources.c.at),
    *(lead_sources.c.cost_minor, lead_sources.c.currency, lead_sources.c.campaign),
    lead_sources.c.external_id,
)
_LEAD = tuple(
    leads.c[name]
    for name in ("name", "phone_raw", "phone_e164", "phone_valid", "email", "region", "owner")
)
_BOUGHT = (
    select(*_SOURCE, *_LEAD, leads.c.zone, claims.c.state)
    .add_columns(claims.c.reason, claims.c.closes_at, claims.c.credit_minor)
    .add_columns(claims.c.id.label("claim"), claims.c.sent_at)
    .join_from(lead_sources, leads, leads.c.id == lead_sources.c.lead_id)
    .outerjoin(claims, claims.c.source_id == lead_sources.c.id)
    .where(leads.c.merged_into.is_(None))
    .order_by(lead_sources.c.id)
)


def sold(
    view: View, *, vendors: Collection[str], since: datetime, after: int, most: int
) -> list[Bought]:
    """Give what these vendors sold since a moment (UTC), by the sources' numbers from `after` on.

    Persons found to be another are left out, those whose claims were sent, and who was reached
    since, but for open claims and for those who were sold twice.
    """
    earlier = lead_sources.alias("earlier")
    twice = exists().where(
        *(earlier.c.lead_id == lead_sources.c.lead_id, earlier.c.id < lead_sources.c.id),
        earlier.c.vendor == lead_sources.c.vendor,
    )
    query = _BOUGHT.where(
        *(lead_sources.c.vendor.in_(vendors), lead_sources.c.at >= since),
        or_(claims.c.state.is_(None), claims.c.state.not_in(STANDING)),
        or_(
            *(leads.c.reached_at.is_(None), leads.c.reached_at < lead_sources.c.at),
            *(claims.c.state == ClaimState.OPEN, twice),
        ),
    )
    return _read(view, query.where(lead_sources.c.id > after).limit(most))


def reached_since(
    view: View, *, vendors: Collection[str], open_at: datetime, after: int, most: int
) -> list[Bought]:
    """Give what may have been reached since its claim was sent, by the sources' numbers.

    Of claims that wait for an answer of these vendors, whose windows are open at a moment (UTC).
    """
    heard = (leads.c.reached_at > claims.c.sent_at) | (leads.c.replied_at > claims.c.sent_at)
    waits = (claims.c.state == ClaimState.SENT) & (claims.c.closes_at > open_at)
    query = _BOUGHT.where(claims.c.vendor.in_(vendors), waits, heard, lead_sources.c.id > after)
    return _read(view, query.limit(most))


def of_sources(view: View, source_ids: Collection[int]) -> list[Bought]:
    """Give what came through these sources."""
    return _read(view, _BOUGHT.where(lead_sources.c.id.in_(source_ids)))


def of_lead(view: View, lead_id: int, *, most: int) -> list[Bought]:
    """Give each time that a lead came from a vendor, oldest first."""
    query = _BOUGHT.where(lead_sources.c.lead_id == lead_id, lead_sources.c.vendor != "")
    return _read(view, query.limit(most))


def _read(view: View, query: Select[Any]) -> list[Bought]:
    rows = [dict(row) for row in view.execute(query).mappings()]
    ids = sorted({int(row["lead_id"]) for row in rows})
    calls, heard, came = _calls(view, ids), _heard(view, ids), _came(view, ids)
    return [_to_bought(row, calls, heard, came) for row in rows]


def _to_bought(
    row: dict[str, Any],
    calls: Mapping[int, Sequence[Attempt]],
    heard: Mapping[int, datetime],
    came: Mapping[tuple[int, str], Sequence[Came]],
) -> Bought:
    lead_id, vendor, at = row["lead_id"], row["vendor"], row["at"]
    minor, currency = row.pop("cost_minor"), row.pop("currency")
    asked = row.pop("reason"), row.pop("closes_at"), row.pop("credit_minor")
    sent = row.pop("sent_at") is not None
    tries = tuple(one for one in calls.get(lead_id, ()) if one.at >= at)
    wrote = heard.get(lead_id)
    this = (at, row["source_id"], row["external_id"])
    earlier = [one for one in came[lead_id, vendor] if one < this]
    same = [one for one in earlier if one[2] and one[2] == this[2]]
    return Bought(
        **(
            row
            | {name: row[name] or "" for name in ("zone", "state")}
            | {"claim": row["claim"] or 0}
        ),
        asked=asked if row["state"] else None,
        sent=sent,
        cost=None if minor is None else Money(minor, currency),
        before=max((one[0] for one in earlier if one not in same), default=None),
        same_sale=bool(same),
        heard=any(one.answered for one in tries) or (wrote is not None and wrote >= at),
        tries=tries,
    )


def _calls(view: View, ids: Collection[int]) -> dict[int, list[Attempt]]:
    columns = ("outcome", "by", "at", "answered", "local_hour", "talk_seconds", "note")
    query = select(attempts.c.lead_id, *(attempts.c[name] for name in columns))
    query = query.where(attempts.c.lead_id.in_(ids), attempts.c.undone_at.is_(None))
    found: dict[int, list[Attempt]] = defaultdict(list)
    for lead_id, outcome, *rest in view.execute(query.order_by(attempts.c.at, attempts.c.id)):
        found[lead_id].append(Attempt(Outcome(outcome), *rest))
    return found


def _heard(view: View, ids: Collection[int]) -> dict[int, datetime]:
    """Give when people last wrote, asked on the page, or asked for no more messages."""
    query = select(history.c.lead_id, history.c.at, history.c.data)
    query = query.where(history.c.lead_id.in_(ids), history.c.what.in_(HEARD))
    found: dict[int, datetime] = {}
    for lead_id, at, data in view.execute(query):
        if data.get("how") != EARLIER:
            found[lead_id] = max(at, found.get(lead_id, at))
    return found


def _came(view: View, ids: Collection[int]) -> dict[tuple[int, str], list[Came]]:
    source = lead_sources.c
    query = select(source.lead_id, source.vendor, source.at, source.id, source.external_id)
    found: dict[tuple[int, str], list[Came]] = defaultdict(list)
    for lead_id, vendor, *came in view.execute(query.where(source.lead_id.in_(ids))):
        found[lead_id, vendor].append((came[0], came[1], came[2]))
    return found


def without_terms(
    view: View, vendors: Collection[str], *, since: datetime, most: int
) -> list[tuple[str, int]]:
    """Give vendors but these, with how many leads of theirs since a moment (UTC) nobody reached."""
    query = select(lead_sources.c.vendor, func.count()).join_from(lead_sources, leads)
    query = query.where(
        *(lead_sources.c.at >= since, lead_sources.c.vendor != ""),
        lead_sources.c.vendor.not_in(vendors),
        *(leads.c.reached_at.is_(None), leads.c.merged_into.is_(None), leads.c.attempts > 0),
    )
    query = query.group_by(lead_sources.c.vendor).order_by(func.count().desc()).limit(most)
    return [(vendor, int(count)) for vendor, count in view.execute(query)]


def messages_of(view: View, lead_ids: Iterable[int]) -> dict[int, list[tuple[datetime, str, str]]]:
    """Give what left for leads, oldest first: when (UTC), by which channel, what became of it."""
    query = select(messages.c.lead_id, messages.c.at, messages.c.channel, messages.c.state)
    query = query.where(messages.c.lead_id.in_(list(lead_ids))).order_by(messages.c.id)
    found: dict[int, list[tuple[datetime, str, str]]] = defaultdict(list)
    for lead_id, at, channel, state in view.execute(query):
        found[lead_id].append((at, channel, state))
    return found
