"""Leaving a list as a mail program does it, by one click (RFC 8058)."""

import re

import httpx

from sandbox.mails import Mail

_LINK = re.compile(r"<(https?://[^<>]+)>")
ONE_CLICK = "List-Unsubscribe=One-Click"


def way_out(mail: Mail) -> str:
    """Return the address that takes a reader off the list by one click; "" where there is none."""
    found = _LINK.search(mail["List-Unsubscribe"] or "")
    return found[1] if found and mail["List-Unsubscribe-Post"] == ONE_CLICK else ""


def leave(mail: Mail) -> int:
    """Take the reader off the list and return the HTTP status; a mail program follows nothing.

    Raises httpx.HTTPError when nobody answers.
    """
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with httpx.Client(timeout=10.0, trust_env=False) as client:
        return client.post(way_out(mail), content=ONE_CLICK, headers=form).status_code
