"""What decisions rest on now: the playbook, and what was measured of the team's own calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from rules.answering import Hours
from rules.playbook import Playbook
from rules.tiers import Grades, grade
from rules.words import Kind


@dataclass(slots=True)
class Present:
    """The playbook and the measures by which the desk works at this moment.

    The one thing of a desk that changes while it runs: each field is put in place whole, so who
    reads it needs no lock. Who puts something in place holds `changing` from before reading what
    is stored, so that nobody who read earlier comes later; `measuring` is held by who measures on
    demand. `version` is the newest change made in Slack, 0 for the file alone;
    `grades` are closing rates (L1.3), `hours` when leads of a kind answer (L6.1); `graded_by`
    marks the rules by which they were graded, "" before anything was recalled. `base` is the
    playbook without what was changed in Slack; `seen` is the state of its file (time and size,
    None where there is none) and the version that were looked at last.
    """

    playbook: Playbook = field(default_factory=Playbook)
    version: int = 0
    grades: Grades = field(default_factory=lambda: grade((), Playbook().tiers))
    hours: Mapping[Kind, Hours] = field(default_factory=dict)
    graded_by: str = ""
    low_answer: bool = False
    base: Playbook = field(init=False)
    seen: tuple[tuple[int, int] | None, int] = (None, 0)
    changing: Lock = field(default_factory=Lock, repr=False, compare=False)
    measuring: Lock = field(default_factory=Lock, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Begin with a playbook in which nothing was changed."""
        self.base = self.playbook

    @property
    def low_answer_mode(self) -> bool:
        """Whether only high tiers get SMS: measured, or as a manager forces it (L2.5)."""
        forced = {"on": True, "off": False}
        return forced.get(self.playbook.low_answer.mode, self.low_answer)
