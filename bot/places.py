"""Where an IP address is, by a database of the desk's own (GEOIP_FILE), where there is one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A country (ISO 3166) and a city, "" where the database does not say."""

    country: str = ""
    city: str = ""


NOWHERE = Place()
Find = Callable[[str], Any]


def place_of(file: str, ip: str) -> Place:
    """Give where an address is; nowhere for one that is private, unknown or none (L5.2).

    `file` is the path of a database in MaxMind's format, "" for none. One that is broken says
    nothing, and is logged once.
    """
    if not file or not _is_public(ip):
        return NOWHERE
    find = _finder(file)
    try:
        found = find(ip) if find else None
    except Exception:  # noqa: BLE001 - a database may break in the midst of any record
        return NOWHERE
    return _place(found) if found else NOWHERE


def check(file: str) -> str:
    """Give the kind of a database; raises what is wrong with its file."""
    return str(_open(file).metadata().database_type)


def _is_public(ip: str) -> bool:
    try:
        return ip_address(ip.strip()).is_global
    except ValueError:
        return False


@lru_cache(maxsize=4)
def _finder(file: str) -> Find | None:
    try:
        reader = _open(file)
        by_city = "City" in reader.metadata().database_type
    except Exception as fault:  # noqa: BLE001 - whatever it is, a number is mended without it
        log.warning("GEOIP_FILE can't be read: %s", type(fault).__name__)
        return None
    found: Find = reader.city if by_city else reader.country
    return found


def _open(file: str) -> Any:  # noqa: ANN401 - its type would need the library
    from geoip2.database import Reader  # noqa: PLC0415 - seldom needed, and slow to import

    return Reader(file)


def _place(found: Any) -> Place:  # noqa: ANN401 - a City or a Country of the library
    city = getattr(found, "city", None)
    return Place(found.country.iso_code or "", (city.names.get("en") if city else "") or "")
