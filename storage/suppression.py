"""Opt-outs of people who were erased: they hold by a keyed mark, from which nobody reads a number.

A list of who must not be contacted has to outlive the person's data (C5). The key stays in this
database and is made with the first such mark.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from storage import kept
from storage.tables import messages, optouts
from storage.unit import Unit, View

KEY = "optout_key"
SIGN = "hmac:"


def marks(view: View, addresses: Iterable[str]) -> dict[str, str]:
    """Give the keyed mark of each number or address; none where nobody was erased yet."""
    known = [one for one in addresses if one]
    key = kept.get(view, KEY) if known else None
    return {one: _mark(str(key), one) for one in known} if key else {}


def forms(view: View, address: str) -> list[str]:
    """Give a number or address as opt-outs may have it: as it is, and as its mark."""
    return [address, *marks(view, (address,)).values()]


def standing(view: View, address: str) -> str:
    """Give a number or address as its opt-outs have it: its mark where that is what stands."""
    found = marks(view, (address,)).get(address)
    if not found:
        return address
    query = select(optouts.c.id).where(optouts.c.address == found).limit(1)
    return found if view.execute(query).first() else address


def hide(unit: Unit, addresses: Iterable[str], *, at: datetime) -> set[str]:
    """Put marks in place of these numbers and addresses where they were closed, now (UTC).

    What was sent there carries the same mark, so that figures still know what came of it. Gives
    those that were closed.
    """
    known = sorted({one for one in addresses if one})
    query = select(optouts.c.address).where(optouts.c.address.in_(known)).distinct()
    closed = set(unit.execute(query).scalars())
    if closed:
        kept.put_once(unit, KEY, secrets.token_urlsafe(32), at=at)
    for address, mark in marks(unit, sorted(closed)).items():
        for table in (optouts, messages):
            mine = update(table).where(table.c.address == address)
            unit.execute(mine.values(address=mark))
    return closed


def _mark(key: str, address: str) -> str:
    return SIGN + hmac.new(key.encode(), address.encode(), hashlib.sha256).hexdigest()
