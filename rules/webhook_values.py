"""Values of the playbook that say whom other systems are: addresses, secrets, tables of names."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from rules.allowed import NotAllowed

Reader = Callable[[Any], Any]
PREFIX = "whsec_"
SHORTEST, LONGEST, LONGEST_URL = 1, 128, 2000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
MOST = 100


def address(value: object) -> str:
    """Read an address of the web, without a name and a password in it."""
    if not isinstance(value, str) or not _PRINTABLE.fullmatch(value) or len(value) > LONGEST_URL:
        raise NotAllowed("web_address")
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
        known = bool(whole) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise NotAllowed("web_address")
    return value


def secret(value: object) -> str:
    """Read a secret of the Standard Webhooks scheme: whsec_ and base64."""
    if not isinstance(value, str) or not value.startswith(PREFIX):
        raise NotAllowed("secret")
    try:
        key = base64.b64decode(value.removeprefix(PREFIX) + "==", validate=False)
    except binascii.Error:
        raise NotAllowed("secret") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise NotAllowed("secret")
    return value


def name(value: object) -> str:
    """Read a name of letters, digits, _ and -."""
    if not isinstance(value, str) or not (value == "" or _NAME.fullmatch(value)):
        raise NotAllowed("plain_name")
    return value


def names(*allowed: str) -> Reader:
    """Make a reader of a table that has names for some of these."""

    def read(value: object) -> dict[str, str]:
        if not isinstance(value, Mapping) or not set(value) <= set(allowed):
            raise NotAllowed("name_table", named=", ".join(allowed))
        if not all(isinstance(one, str) and len(one) <= MOST for one in value.values()):
            raise NotAllowed("name_table", named=", ".join(allowed))
        return {str(key): one for key, one in value.items()}

    return read
