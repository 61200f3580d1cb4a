"""What a story is made of: customers, the acts that happened, and the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.world import User


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A person who may buy: ``phone`` as they typed it, ``e164`` their true mobile or ``""``.

    ``answers`` is the chance (0..1) that they take a call now; ``temper`` how a call or a reply
    goes: ``eager``, ``busy``, ``silent`` or ``wrong_number``; ``language`` is BCP 47.
    """

    key: str
    name: str
    phone: str
    e164: str
    email: str
    language: str
    answers: float
    temper: str
    replies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Arrive:
    """A lead comes in at a source's door; ``at`` is UTC, ``fields`` the body that is posted."""

    at: datetime
    source: str
    customer: Customer
    fields: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Say:
    """The lead's owner types a command at ``at`` (UTC); ``{id}`` stands for the lead's number."""

    at: datetime
    customer: str
    command: str


@dataclass(frozen=True, kw_only=True)
class Pin:
    """The manager chooses the ``tier`` of all leads of a campaign at ``at`` (UTC)."""

    at: datetime
    campaign: str
    tier: str


Act = Arrive | Say | Pin


@dataclass(frozen=True, kw_only=True)
class Story:
    """A team with its weeks: ``past`` is in order of time and ends before the story's now."""

    locale: str
    seed: int
    users: tuple[User, ...]
    manager: str
    team_toml: str
    playbook_toml: str
    sender: str
    past: tuple[Act, ...]
