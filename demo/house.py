"""What app.py hands in: the bot's makers, so that it alone knows all of them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from bot.desk import Desk
from bot.settings import Settings


@dataclass(frozen=True)
class House:
    """How a desk is opened by a clock, how its senders and its running parts are made."""

    open_desk: Callable[..., AbstractContextManager[Desk]]
    make_senders: Callable[[Desk], Mapping[type, Any]]
    build_bot: Callable[[Desk], list[Any]]
    settings: Callable[[Mapping[str, str]], Settings]
