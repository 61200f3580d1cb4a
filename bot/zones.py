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
    return ZoneInfo(zone_name(lead.phone_e164, lead.region, home=home, team=team))


def zone_name(number: str, region: str, *, home: str, team: str) -> str:
    """Give the name of the zone of who has this number (E.164) and region, as `zone_of` does."""
    country = region.upper() if len(region) == _COUNTRY else ""
    if country == home or (not country and (not number or number.startswith(_code_of(home)))):
        return team
    return _zone_name(number, country, home, team)


@lru_cache(maxsize=256)
def _code_of(country: str) -> tuple[str, ...]:
    """Give how its numbers begin (E.164) where no other country shares that, else nothing."""
    code = phonenumbers.country_code_for_region(country)
    alone = phonenumbers.region_codes_for_country_code(code) == (country,)
    return (f"+{code}",) if alone else ()


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
