"""What a click is, and what may be answered to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.views.blocks import Message
from handlers.act import Act
from rules.refusals import Refused

DIGITS = 9


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the person privately; `instead` puts it in place of the message that was clicked."""

    message: Message
    instead: bool = False


@dataclass(frozen=True, slots=True)
class SayLater:
    """Tell the person what takes longer to make than Slack waits for an ack.

    One such thing is made at a time, while all other answers go on.
    """

    make: Callable[[], Message]


@dataclass(frozen=True, slots=True)
class OpenModal:
    """Open a modal."""

    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UpdateModal:
    """Change the modal that is open."""

    view_id: str
    hash: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Errors:
    """Keep the modal open and say beside each field what is wrong."""

    errors: dict[str, str]


Answer = Say | SayLater | OpenModal | UpdateModal


@dataclass(frozen=True, slots=True)
class Click:
    """A click: who, on what, with which value."""

    act: Act
    value: str
    body: dict[str, Any]

    @property
    def number(self) -> int:
        """The lead's or follow-up's number that the button carries."""
        if not self.value.isascii() or not self.value.isdigit() or len(self.value) > DIGITS:
            raise Refused("button.stale")
        return int(self.value)


def who_of(body: dict[str, Any]) -> str:
    """Give the Slack id of who clicked, or typed a command."""
    return str(body["user_id"] if "user_id" in body else body["user"]["id"])


def text_of(values: dict[str, Any], field: str) -> str:
    """Read what was typed in a field, "" for one that is empty or not there."""
    return (values.get(field) or "").strip()


def answering(view: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Let a modal remember where its confirmation goes: to the message that was clicked."""
    meta = json.loads(view["private_metadata"]) | {"answer": body.get("response_url", "")}
    return view | {"private_metadata": json.dumps(meta)}
