"""What can go wrong, as a person sees it and as the Web API says it."""

from typing import Any


class SlackError(Exception):
    """An ``ok: false`` answer of the Web API, with the fields that travel beside the code."""

    def __init__(self, code: str, /, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class PersonError(Exception):
    """Something a person sees instead of what they asked for."""


class OperationTimeout(PersonError):
    """The app did not acknowledge in time (Slack: operation_timeout)."""


class OperationFailed(PersonError):
    """The app answered with an error, with nonsense, or is not there (Slack: dispatch_failed)."""


class ClientRefused(PersonError):
    """Slack's client would not have let the person do this, so nothing was sent.

    ``why`` is the kind of reason, for who tells it in the person's language: ``command``,
    ``thread``, ``input``, ``modal`` or ``place``.
    """

    def __init__(self, words: str, *, why: str = "place") -> None:
        super().__init__(words)
        self.why = why


class NoSuchElement(PersonError):
    """What the person wants to touch is not on the screen now."""
