"""Short-lived things an app gets with every interaction: trigger ids and response URLs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from threading import Lock

from sandbox.bounds import MOST_TOKENS, forget_oldest
from sandbox.errors import SlackError
from sandbox.records import Message

RESPONSE_URL_USES = 5


@dataclass(kw_only=True)
class Trigger:
    """Whose interaction it was, in which modal if any, and whether it was used."""

    user: str
    view_id: str | None
    born: float
    used: bool = False


@dataclass(kw_only=True)
class Triggers:
    """The newest trigger ids; each opens one view within ``lifetime`` seconds."""

    clock: Callable[[], float]
    lifetime: float
    _known: dict[str, Trigger] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def issue(self, *, user: str, view_id: str | None = None) -> str:
        """Return a new trigger id for a person's interaction."""
        name = f"{int(self.clock() * 1000)}.{len(self._known)}.{token_hex(16)}"
        with self._lock:
            self._known[name] = Trigger(user=user, view_id=view_id, born=self.clock())
            forget_oldest(self._known, most=MOST_TOKENS)
        return name

    def use(self, name: str) -> Trigger:
        """Spend a trigger id; raises invalid_, expired_ or exchanged_trigger_id."""
        with self._lock:
            trigger = self._known.get(name)
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if self.clock() - trigger.born > self.lifetime:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger


@dataclass(kw_only=True)
class ResponseUrl:
    """Where an answer by response_url goes; ``source`` is the message it may replace."""

    channel: str
    user: str
    source: Message | None
    born: float
    uses: int = 0


@dataclass(kw_only=True)
class ResponseUrls:
    """The newest response URLs: five uses within ``lifetime`` seconds each."""

    clock: Callable[[], float]
    lifetime: float
    _known: dict[str, ResponseUrl] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def issue(self, *, channel: str, user: str, source: Message | None = None) -> str:
        """Return the secret part of a new response URL."""
        name = token_hex(12)
        with self._lock:
            self._known[name] = ResponseUrl(
                channel=channel, user=user, source=source, born=self.clock()
            )
            forget_oldest(self._known, most=MOST_TOKENS)
        return name

    def use(self, name: str) -> ResponseUrl:
        """Spend one use; raises invalid_url, expired_url or used_url."""
        with self._lock:
            known = self._known.get(name)
            if known is None:
                raise SlackError("invalid_url")
            if self.clock() - known.born > self.lifetime:
                raise SlackError("expired_url")
            if known.uses >= RESPONSE_URL_USES:
                raise SlackError("used_url")
            known.uses += 1
            return known
