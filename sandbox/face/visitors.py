"""A person who fills in the page's form: the body that a site sends, and who it is."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from sandbox.story.tale import Arrive, Customer

TEMPERS = ("eager", "eager", "busy", "silent")
_MOBILE = re.compile(r"(?:\+?972|0)(5[0-9]{8})")


def visitor(given: Mapping[str, str], *, locale: str) -> Arrive:
    """Return what the form sends; the same name and phone is the same customer."""
    name, typed = given.get("name", ""), given.get("phone", "")
    mark = sha256(f"{name} {typed} {given.get('email', '')}".encode()).digest()
    customer = Customer(
        key=f"f{mark.hex()[:8]}",
        name=name or typed or given.get("email", ""),
        phone=typed,
        e164=mobile(typed),
        email=given.get("email", ""),
        language=locale,
        answers=0.2 + mark[0] / 400,
        temper=TEMPERS[mark[1] % len(TEMPERS)],
        replies=(),
    )
    moment = datetime.min.replace(tzinfo=UTC)
    return Arrive(at=moment, source="website", customer=customer, fields=dict(given))


def mobile(typed: str) -> str:
    """Return an Israeli mobile number as the phone network knows it; empty for another."""
    found = _MOBILE.fullmatch(re.sub(r"[^0-9+]", "", typed))
    return f"+972{found.group(1)}" if found else ""
