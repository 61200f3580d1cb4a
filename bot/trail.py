"""Where something came from, in every log line and row on its way: from intake to delivery."""

from contextlib import AbstractContextManager
from hashlib import blake2b

from storage.trail import current, following

__all__ = ["current", "following", "of_act", "of_intake"]


def of_intake(intake_id: int) -> AbstractContextManager[None]:
    """Follow an intake by its number, unless something that is followed brought it."""
    return following(current() or f"intake-{intake_id}")


def of_act(trigger: str) -> AbstractContextManager[None]:
    """Follow a command or click by a short digest of Slack's trigger, which is secret itself."""
    name = blake2b(trigger.encode(), digest_size=5).hexdigest() if trigger else "none"
    return following(f"act-{name}")
