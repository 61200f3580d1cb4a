"""Who reads what is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads: what turns ids into names, and the moment at which they read.

    ``now`` is aware; ``file_url`` gives a file's address on this same server by its id.
    """

    me: str
    people: Mapping[str, str]
    channels: Mapping[str, str]
    zone: ZoneInfo
    locale: str
    now: datetime
    file_url: Callable[[str], str]
