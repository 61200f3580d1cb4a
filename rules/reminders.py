"""What the rep's day sends: reminders, the agenda, Home, what follows a lead in its thread."""

from dataclasses import dataclass
from typing import ClassVar

from rules.effect import Effect
from rules.words import Switch


@dataclass(frozen=True, slots=True)
class NudgeCall(Effect):
    """Remind the owner of a lead that waits for its first call (C1).

    `clock` is the ISO moment from which it waits for this owner, `step` the ladder's.
    """

    lead_id: int
    rep: str
    clock: str
    step: int
    kind: ClassVar[str] = "nudge_call"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.SPEED

    @property
    def once_key(self) -> str:
        """One message for each step."""
        return f"nudge_call:{self.lead_id}:{self.rep}:{self.clock}:{self.step}"


@dataclass(frozen=True, slots=True)
class RetireCall(Effect):
    """Take the buttons off reminders of a first call that was made, or is another's now."""

    lead_id: int
    kind: ClassVar[str] = "retire_call"

    @property
    def collapse_key(self) -> str:
        """Once is enough while it waits."""
        return f"retire_call:{self.lead_id}"


@dataclass(frozen=True, slots=True)
class AskSqo(Effect):
    """Ask a manager whether a lead is an SQO; `to` is "" for the managers' channel (S2).

    `line` is the question's line of history, `again` 0 at first and 1 for the reminder.
    """

    lead_id: int
    line: int
    again: int
    to: str = ""
    kind: ClassVar[str] = "ask_sqo"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """Each is asked once a round."""
        return f"ask_sqo:{self.line}:{self.again}:{self.to}"


@dataclass(frozen=True, slots=True)
class TellStage(Effect):
    """Tell who holds a lead what `by` did to its stage, and why (S3).

    `notice` is the stage, or another word of the texts; `turn` is the lead's version then.
    """

    lead_id: int
    rep: str
    notice: str
    by: str
    reason: str
    turn: int
    kind: ClassVar[str] = "tell_stage"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """Told once each time to each."""
        return f"tell_stage:{self.notice}:{self.lead_id}:{self.rep}:{self.turn}"


@dataclass(frozen=True, slots=True)
class TellAway(Effect):
    """Tell a rep that they were set away: so many leads in a row were moved from them (C1).

    `at` is the ISO moment.
    """

    rep: str
    moves: int
    at: str
    kind: ClassVar[str] = "tell_away"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """Told once each time."""
        return f"tell_away:{self.rep}:{self.at}"


@dataclass(frozen=True, slots=True)
class WelcomeRep(Effect):
    """Welcome somebody whom `by` added to the team; `at` is the ISO moment."""

    rep: str
    by: str
    at: str
    kind: ClassVar[str] = "welcome"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """Welcomed once each time."""
        return f"welcome:{self.rep}:{self.at}"


@dataclass(frozen=True, slots=True)
class SendGuide(Effect):
    """Give an administrator the steps of the first run."""

    rep: str
    kind: ClassVar[str] = "guide"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """Once ever for each."""
        return f"guide:{self.rep}"


@dataclass(frozen=True, slots=True)
class SendCatchUp(Effect):
    """Remind a rep in one message of all that came due at once; `leads` have their numbers.

    `about` is 'nags' for follow-ups (L4.3), 'calls' for first calls (C1); `at` is the ISO moment.
    """

    rep: str
    about: str
    at: str
    leads: tuple[int, ...]
    kind: ClassVar[str] = "catch_up"
    private: ClassVar[bool] = True

    @property
    def switch(self) -> str:
        """What it reminds of is switched off as when it is reminded of by itself."""
        return Switch.SPEED if self.about == "calls" else Switch.NAGS

    @property
    def once_key(self) -> str:
        """One message for each round; a second one names others."""
        return f"catch_up:{self.rep}:{self.about}:{self.at}:{self.leads[0]}"


@dataclass(frozen=True, slots=True)
class SendAgenda(Effect):
    """Give a rep the day's agenda when the shift begins (L4.4); `day` is its ISO date."""

    rep: str
    day: str
    kind: ClassVar[str] = "agenda"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.AGENDA

    @property
    def once_key(self) -> str:
        """One agenda for each day."""
        return f"agenda:{self.rep}:{self.day}"


@dataclass(frozen=True, slots=True)
class HandOver(Effect):
    """Tell a rep in one message of many leads that became theirs; `at` is the ISO moment.

    `was` had them before and `why` names the text; `first` are the numbers of some of them.
    """

    rep: str
    was: str
    why: str
    at: str
    count: int
    first: tuple[int, ...]
    kind: ClassVar[str] = "hand_over"
    private: ClassVar[bool] = True
    switch: ClassVar[str] = Switch.LEADS

    @property
    def once_key(self) -> str:
        """One message for each time and reason; a second one names others."""
        lead = next(iter(self.first), 0)
        return f"hand_over:{self.rep}:{self.was}:{self.why}:{self.at}:{lead}"


@dataclass(frozen=True, slots=True)
class TellReassigned(Effect):
    """Tell the manager who asked for it that many leads have moved, or have gone back (C3).

    `run` names the move and `state` how it stands: moved, undone.
    """

    rep: str
    run: str
    state: str
    kind: ClassVar[str] = "tell_reassigned"
    private: ClassVar[bool] = True

    @property
    def once_key(self) -> str:
        """Told once when all have moved, and once when they are back."""
        return f"reassigned:{self.run}:{self.state}"


@dataclass(frozen=True, slots=True)
class PostBoard(Effect):
    """Bring the pinned message of the leads channel up to the present: today's response (C1)."""

    kind: ClassVar[str] = "board"
    channel: ClassVar[str] = "leads"

    @property
    def collapse_key(self) -> str:
        """One change while it waits."""
        return "board"


@dataclass(frozen=True, slots=True)
class PostLines(Effect):
    """Put what happened to a lead in the thread of its post (C4)."""

    lead_id: int
    kind: ClassVar[str] = "post_lines"
    channel: ClassVar[str] = "threads"

    @property
    def collapse_key(self) -> str:
        """Many lines, one message."""
        return f"lines:{self.lead_id}"


@dataclass(frozen=True, slots=True)
class ShowHome(Effect):
    """Bring a person's Home tab up to the present."""

    rep: str
    kind: ClassVar[str] = "show_home"

    @property
    def collapse_key(self) -> str:
        """Once is enough while it waits."""
        return f"home:{self.rep}"

    @property
    def lane(self) -> str:
        """Nobody waits for somebody else's Home."""
        return f"home:{self.rep}"
