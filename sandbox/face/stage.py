"""What the page shows, replaced as a whole when the language changes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time
from zoneinfo import ZoneInfo

from sandbox.town import Town


@dataclass(frozen=True, kw_only=True)
class Hint:
    """A completion of the composer: its command, how it is typed, what it does, what begins it."""

    verb: str
    usage: str
    words: str
    insert: str
    starts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Guide:
    """What the things to try are tried on: two leads with their reps, the first's customer."""

    rep: str
    lead_id: int
    customer: str
    second_rep: str
    second_id: int


@dataclass(frozen=True, kw_only=True)
class Show:
    """One language's world and what the page says of it; ``digest`` is its weekday and hour.

    ``rep_of`` says whose a lead is now, "" for nobody's: the guide's may change hands.
    """

    town: Town
    locale: str
    zone: ZoneInfo
    manager: str
    chosen: Guide
    hints: tuple[Hint, ...]
    campaigns: tuple[str, ...]
    products: tuple[str, ...]
    digest: tuple[int, time]
    rep_of: Callable[[int], str] = lambda _: ""

    @property
    def guide(self) -> Guide:
        """What the guide speaks of, with the reps who have its leads now."""
        chosen = self.chosen
        return replace(
            chosen,
            rep=self.rep_of(chosen.lead_id) or chosen.rep,
            second_rep=self.rep_of(chosen.second_id) or chosen.second_rep,
        )


@dataclass(kw_only=True)
class Stage:
    """The page's one source: no show while a world is being set up."""

    locale: str
    change_locale: Callable[[str], None]
    show: Show | None = None
    done: set[str] = field(default_factory=set)
