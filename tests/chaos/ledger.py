"""What the desk promised: each intake it took with 202, each act it acked. Threads may write."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

NOANSWER, NOTE, REPLY = "noanswer", "note", "reply"


@dataclass(frozen=True)
class Act:
    """One thing that a rep did once; `acked` when the desk said that it stands."""

    what: str
    lead: int
    words: str
    acked: bool


@dataclass
class Ledger:
    """Everything that was promised, and how often it was asked for."""

    intakes: dict[str, int] = field(default_factory=dict)
    """The lead that a 202 named, by the Idempotency-Key."""
    moved: list[str] = field(default_factory=list)
    """Keys that were answered with another lead later."""
    acts: list[Act] = field(default_factory=list)
    repeated: int = 0
    refused: int = 0
    strange: list[str] = field(default_factory=list)
    """Answers that nobody foresaw, in their own words."""
    _lock: Lock = field(default_factory=Lock)

    def took(self, key: str, lead: int) -> None:
        """Write down a 202; the same key must name the same lead for ever."""
        with self._lock:
            if self.intakes.setdefault(key, lead) != lead:
                self.moved.append(key)

    def did(self, act: Act) -> None:
        """Write down an act, acked or not."""
        with self._lock:
            self.acts.append(act)

    def count(self, name: str) -> None:
        """Count one more of what is only counted."""
        with self._lock:
            setattr(self, name, getattr(self, name) + 1)

    def refuse(self, words: str) -> None:
        """Write down that an act was refused; without words that would be strange."""
        self.count("refused")
        if not words.strip():
            self.wonder("an act was answered without a word")

    def wonder(self, words: Any) -> None:
        """Write down an answer that nobody foresaw."""
        with self._lock:
            self.strange.append(str(words)[:200])

    def acked(self, what: str) -> list[Act]:
        """Give the acts of a kind that the desk acked."""
        with self._lock:
            return [act for act in self.acts if act.what == what and act.acked]

    @property
    def promises(self) -> int:
        """How many things the desk promised so far."""
        with self._lock:
            return len(self.intakes) + sum(act.acked for act in self.acts)
