"""Who acts in Slack, and by which key the act is known."""

from dataclasses import dataclass

from bot.desk import Desk
from bot.readers import Reader


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, and the key by which a redelivered command or click is known."""

    desk: Desk
    who: Reader
    key: str
