"""Who acts in Slack, and by which key the act is known."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk import Desk
from bot.readers import Reader

Barred = Callable[[str], str]
"""Names the refusal that keeps an account of Slack out of the team, "" for none."""


def nobody_barred(_slack_id: str) -> str:
    """Keep nobody out, where Slack is not asked."""
    return ""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, and the key by which a redelivered command or click is known.

    `barred` asks Slack about an account.
    """

    desk: Desk
    who: Reader
    key: str
    barred: Barred = nobody_barred
