"""What leaves the house and how it went: the words that deliveries and senders share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.pictures.picture import Picture
from bot.views.blocks import Message
from rules.retries import Failure

ADDRESS_REFUSED = "smtp_address"


@dataclass(frozen=True, slots=True)
class SlackPost:
    """A new message; `to` is a channel's name or id, or a member's id, `thread` its parent's ts.

    `seen_version` is the lead's version that a card shows, `newest_line` the number of the last
    line of history that is told; what is `for_managers` never goes to a public channel. One that
    is `pinned` is pinned to its channel, where the bot may.
    """

    to: str
    message: Message
    seen_version: int = 0
    for_managers: bool = False
    thread: str = ""
    newest_line: int = 0
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class SlackUpdate:
    """A change of a message that stands already; it is the last for what the posts `over` name."""

    channel: str
    ts: str
    message: Message
    over: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SlackPictures:
    """Pictures for a channel, all in one message."""

    to: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class SlackFile:
    """A file for one person alone, under a message; `to` is a member's id."""

    to: str
    message: Message
    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class SlackHome:
    """What a person's Home tab shows from now on."""

    to: str
    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message to an E.164 number."""

    to: str
    body: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail with its two forms; `key` makes its Message-ID the same at every try.

    `name` is whose it is, as the playbook says now. `unsubscribe` is the link that refuses such
    mail at one press, "" for none. An `advert` is an advertisement; all other mail answers what
    the customer did.
    """

    to: str
    subject: str
    text: str
    html: str
    key: str
    unsubscribe: str = ""
    advert: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Hook:
    """What another system is told, signed with its `secret`; `key` is the same at every try.

    `private` when names that lead into a private network may be followed.
    """

    url: str
    secret: str
    key: str
    body: bytes
    private: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """What HubSpot's contact of a lead should say; `remote_id` is its own number, "" not known."""

    remote_id: str
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class LeadForm:
    """A form to be fetched from Meta, by its number there."""

    number: str


Order = (
    SlackPost
    | SlackUpdate
    | SlackPictures
    | SlackFile
    | SlackHome
    | Sms
    | Mail
    | Hook
    | Contact
    | LeadForm
)


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing is to be sent any more, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Not to be sent before this moment (UTC)."""

    until: datetime


Prepared = list[Order] | Drop | Wait


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a delivered message stands: its channel and id there; `body` is what was fetched."""

    channel: str = ""
    ref: str = ""
    body: bytes = b""


class DeliveryFailed(Exception):
    """Raised by a sender: the other side's code, and for how many seconds it wants rest.

    `alone` when it is about this one order, so that others of its lane need not wait.
    """

    def __init__(self, code: str, *, retry_after: float | None = None, alone: bool = False) -> None:
        super().__init__(code)
        self.failure = Failure(code, retry_after, alone=alone)


class Sender(Protocol):
    """Carries orders of one kind to one other side."""

    def send(self, order: Any) -> Sent:  # noqa: ANN401 - each sender names its own orders
        """Deliver; raises DeliveryFailed."""
