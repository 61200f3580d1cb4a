"""Where a customer's clock stands, from the number's country or the lead's own words."""

from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global

from rules.lead import Lead

_COUNTRY = 2


def zone_of(lead: Lead, *, home: str, team: str) -> ZoneInfo:
    """Give the lead's time zone; the team's where nothing says otherwise (L1.5).

    `home` is the country (ISO) in which the team's own zone counts.
    """
    country = lead.region.upper() if len(lead.region) == _COUNTRY else ""
    if country == home or (not country and not lead.phone_e164):
        return ZoneInfo(team)
    return ZoneInfo(_zone_name(lead.phone_e164, country, home, team))


@lru_cache(maxsize=4096)
def _zone_name(number: str, country: str, home: str, team: str) -> str:
    parsed = phonenumbers.parse(number) if number else None
    where = country or (phonenumbers.region_code_for_number(parsed) if parsed else "") or home
    if where == home:
        return team
    zones = get_global("territory_zones").get(where, [])
    if len(zones) == 1 or parsed is None:
        return zones[0] if len(zones) == 1 else team
    from phonenumbers.timezone import time_zones_for_number  # noqa: PLC0415 - a large table

    known = [name for name in time_zones_for_number(parsed) if name != "Etc/Unknown"]
    return str(known[0]) if known else team
