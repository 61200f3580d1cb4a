"""The audit as acts write it: who did what, when, from where, and what it changed (C5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from bot.desk import Desk
from rules.audit import Line, as_kept, changed
from rules.lead import Lead
from rules.team import Rep
from storage import audit
from storage.audit import Verified
from storage.unit import Unit

SLACK, HTTP, MAIL, CLOCK, TERMINAL = "slack", "http", "mail", "clock", "terminal"
LISTED = 200
TURNS = ("turn",)
"""What the rotation changes of a rep by itself."""
NOTHING: Mapping[str, Any] = MappingProxyType({})

origin: ContextVar[str] = ContextVar("origin", default=TERMINAL)
"""From where the act comes that this thread carries out; what came by no door is a command's."""


@contextmanager
def comes_from(where: str) -> Iterator[None]:
    """Let what is done inside be written down as coming from this door."""
    before = origin.set(where)
    try:
        yield
    finally:
        origin.reset(before)


def write(
    desk: Desk,
    unit: Unit,
    by: str,
    act: str,
    subject: str,
    *,
    before: Mapping[str, Any] = NOTHING,
    after: Mapping[str, Any] = NOTHING,
) -> None:
    """Write an act down in the caller's unit; `by` is a Slack id, "" a rule or a customer (C5).

    `before` and `after` hold what changed, never a customer's name, number, address or words.
    """
    at = desk.clock()
    line = Line(at, by, act, subject, origin.get(), as_kept(before), as_kept(after))
    audit.add(unit, line)


def write_lead(
    desk: Desk, unit: Unit, by: str, act: str, *, before: Lead, after: Lead, **more: object
) -> None:
    """Write an act on a lead down, with what it changed of its state and what `more` is told."""
    was, now = changed(before, after)
    write(desk, unit, by, act, of_lead(after.id), before=was, after=now | more)


def write_team(
    desk: Desk, unit: Unit, by: str, act: str, *, before: Iterable[Rep], after: Iterable[Rep]
) -> None:
    """Write down for each member who came or changed what differs of them."""
    known = {one.slack_id: one for one in before}
    for rep in after:
        was = known.get(rep.slack_id)
        names = [
            one.name
            for one in fields(rep)
            if one.name not in TURNS
            and (was is None or getattr(was, one.name) != getattr(rep, one.name))
        ]
        if names:
            old = {name: getattr(was, name) for name in names} if was else NOTHING
            new = {name: getattr(rep, name) for name in names}
            write(desk, unit, by, act, of_rep(rep.slack_id), before=old, after=new)


def write_playbook(
    desk: Desk, unit: Unit, by: str, act: str, found: Mapping[str, Sequence[Any]]
) -> None:
    """Write a change of the playbook down: of each key its value before and after (L1.2)."""
    before, after = ({key: pair[side] for key, pair in found.items()} for side in (0, 1))
    write(desk, unit, by, act, "playbook", before=before, after=after)


def of_lead(lead_id: int) -> str:
    """Name a lead as the audit does."""
    return f"lead:{lead_id}"


def of_rep(slack_id: str) -> str:
    """Name a member of the team as the audit does."""
    return f"rep:{slack_id}"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the audit has of one lead, oldest first."""

    lead_id: int
    lines: tuple[Line, ...]


def listed(desk: Desk, lead_id: int) -> Listed:
    """Give what the audit has of one lead: its newest lines."""
    with desk.store.view() as view:
        return Listed(lead_id, tuple(audit.lines(view, of_lead(lead_id), most=LISTED)))


def verify(desk: Desk) -> Verified:
    """Say whether the audit still is what was written (C5); takes its time where it is long."""
    with desk.store.view() as view:
        return audit.verify(view)
