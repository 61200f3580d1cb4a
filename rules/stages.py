"""The life of a lead: which stage may follow which, what ends it, what makes it an MQL (S)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.conditions import fits
from rules.lead import Lead, let_go
from rules.permissions import Act
from rules.playbook import Playbook
from rules.pools import Score
from rules.refusals import Refused
from rules.words import LIVING, Stage, Step

BY_OPTOUT, RETURNED, UNDONE, BY_POINTS = "optout", "returned", "undone", "points"
JOINED = "joined"
"""Reasons of changes that a rule makes; all others are in a person's own words."""

ENDS = frozenset({Stage.WON, Stage.LOST, Stage.DISQUALIFIED})
TRANSITIONS: Mapping[Stage, frozenset[Stage]] = {
    Stage.ANONYMOUS: frozenset({Stage.ACQUAINTED, Stage.LEAD}) | ENDS,
    Stage.ACQUAINTED: frozenset({Stage.LEAD}) | ENDS,
    Stage.LEAD: frozenset({Stage.MQL, Stage.SQL, Stage.SQO}) | ENDS,
    Stage.MQL: frozenset({Stage.LEAD, Stage.SQL, Stage.SQO}) | ENDS,
    Stage.SQL: frozenset({Stage.LEAD, Stage.MQL, Stage.SQO}) | ENDS,
    Stage.SQO: frozenset({Stage.LEAD, Stage.MQL, Stage.SQL}) | ENDS,
    Stage.WON: frozenset({Stage.DISQUALIFIED}),
    Stage.LOST: frozenset({Stage.LEAD, Stage.MQL, Stage.DISQUALIFIED}),
    Stage.DISQUALIFIED: frozenset({Stage.LEAD, Stage.MQL}),
}
"""Where a lead may go from each stage; from every living one it may be sold, lost, disqualified."""

BELOW_SQO = frozenset(LIVING) - {Stage.SQO}
"""Where a lead stands while it is asked whether it is an SQO."""
LONGEST_REASON = 500
RESTORED = (
    *("stage", "staged_at", "next_what", "next_at", "importance", "closed_at"),
    *("ladder_at", "pool"),
)
"""What a change of stage changes of a lead, and taking it back restores."""
TIME_TO_UNDO = timedelta(hours=1)
"""How long what took a lead out of the queue can be taken back."""


@dataclass(frozen=True, slots=True)
class Points:
    """What a lead comes to by the playbook's scores, and which of them it meets."""

    total: int
    names: tuple[str, ...]


def check_move(lead: Lead, to: Stage) -> None:
    """Raise Refused where a lead stands at a stage already, or may not go there (S)."""
    if lead.stage is to:
        raise Refused("stage.stands", lead_id=lead.id, name=lead.name, stage=to)
    if to not in TRANSITIONS[lead.stage]:
        raise Refused("stage.not_from", lead_id=lead.id, name=lead.name, stage=lead.stage)


def needed(lead: Lead, to: Stage) -> Act:
    """Give what a person must be allowed for a move (S2).

    A manager decides on an SQO and on what was closed, whoever sells the lead on all else.
    """
    return Act.APPROVE if to is Stage.SQO or not lead.living else Act.STAGE


def moved(lead: Lead, to: Stage, *, now: datetime) -> Lead:
    """Give a lead at another stage from `now` (UTC) on; its next step stays as it is (S1)."""
    return replace(lead, stage=to, staged_at=now)


def disqualified(lead: Lead, *, now: datetime) -> Lead:
    """Give a lead that is out of every queue and plan from `now` (UTC) on (S3)."""
    return replace(
        moved(let_go(lead), Stage.DISQUALIFIED, now=now),
        closed_at=lead.closed_at or now,
        next_what=Step.NONE,
        next_at=None,
        pool="",
    )


def reopened(lead: Lead, to: Stage, *, now: datetime) -> Lead:
    """Give a closed lead as one that lives again, from `now` (UTC) on; its next step is not set."""
    return replace(moved(lead, to, now=now), closed_at=None, tried=0)


def came_to_stage(lead: Lead) -> datetime | None:
    """Give the moment (UTC) since which a lead stands at its stage, at first its arrival (S1)."""
    return lead.staged_at or lead.received_at


def time_in_stage(lead: Lead, *, now: datetime) -> timedelta:
    """Give how long a lead has stood at its stage at `now` (UTC) (S1)."""
    since = came_to_stage(lead)
    return max(now - since, timedelta(0)) if since else timedelta(0)


def holders(lead: Lead, *, followup_rep: str = "") -> tuple[str, ...]:
    """Give who holds a lead: its owner, who was handed it, calls it, agreed to call (S3)."""
    known = (lead.owner, lead.held_by, lead.talking_by, followup_rep)
    return tuple(dict.fromkeys(one for one in known if one))


def points(lead: Lead, scores: Sequence[Score]) -> Points:
    """Count a lead's points by the playbook's scores whose conditions hold for it (S)."""
    met = [one for one in scores if fits(one.when, lead)]
    return Points(sum(one.points for one in met), tuple(one.name for one in met))


def made_mql(lead: Lead, playbook: Playbook) -> Points | None:
    """Give the points that make a lead an MQL, None where it is none by them or is further (S)."""
    enough = playbook.staging.mql_points
    if not enough or lead.stage is not Stage.LEAD:
        return None
    counted = points(lead, playbook.scores)
    return counted if counted.total >= enough else None


def put_back(was: Stage, to: Stage, *, reason: str) -> bool:
    """Say whether a move took a lead back to an earlier stage of its living, and stands (S)."""
    order = list(Stage)
    return was in LIVING and order.index(to) < order.index(was) and reason != UNDONE


def offered(lead: Lead) -> tuple[Stage, ...]:
    """Give the stages that a person may choose for a lead; sold and lost are outcomes of a call."""
    chosen = (Stage.SQL, Stage.SQO, Stage.MQL, Stage.LEAD, Stage.DISQUALIFIED)
    return tuple(one for one in chosen if one in TRANSITIONS[lead.stage])


def is_reopening(lead: Lead, to: Stage) -> bool:
    """Say whether a move brings a closed lead back to life."""
    return not lead.living and to in LIVING
