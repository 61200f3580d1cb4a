"""How many leads each rep was given, by tier and by what chose them (C3)."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from rules.fairness import Handed
from rules.words import Tier
from storage.tables import given
from storage.unit import View

_HANDED = (
    select(given.c.rep, given.c.tier, given.c.how, func.count())
    .where(given.c.at > bindparam("since"), given.c.at <= bindparam("until"))
    .group_by(given.c.rep, given.c.tier, given.c.how)
)


def handed(view: View, *, week: int, since: datetime, until: datetime) -> list[Handed]:
    """Count what was given after one moment (UTC) and not after another, as a week's (C3)."""
    rows = view.execute(_HANDED, {"since": since, "until": until})
    return [Handed(rep, week, Tier(tier), how, leads) for rep, tier, how, leads in rows]
