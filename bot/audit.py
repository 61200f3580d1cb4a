"""The audit as acts write it: who did what, when, from where, and what it changed (C5)."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.desk import Desk
from bot.hooks import happened
from rules.audit import Head, Line, as_kept, changed
from rules.lead import Lead
from rules.team import Rep
from storage import audit, audit_stand, kept, leads, reps
from storage.audit import Verified
from storage.audit_stand import Stand
from storage.unit import Unit, View

log = logging.getLogger(__name__)

SLACK, HTTP, MAIL, CLOCK, TERMINAL = "slack", "http", "mail", "clock", "terminal"
LISTED = 200
STAND = "audit_stand"
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
    desk: Desk,
    unit: Unit,
    by: str,
    act: str,
    *,
    before: Lead,
    after: Lead,
    attempt_id: int | None = None,
    **more: object,
) -> None:
    """Write an act on a lead down, with what it changed of its state and what `more` is told.

    Other systems are told of it too (C2); `attempt_id` is the call's that it came of.
    """
    was, now = changed(before, after)
    write(desk, unit, by, act, of_lead(after.id), before=was, after=now | more)
    origin_of = origin.get()
    happened(
        desk, unit, before=before, after=after, act=act, origin=origin_of, attempt_id=attempt_id
    )


def write_created(desk: Desk, unit: Unit, lead: Lead, *, source: str) -> None:
    """Write down that a lead came, by which source; other systems are told of it too (C2)."""
    write(desk, unit, "", "create", of_lead(lead.id), after={"source": source})
    happened(desk, unit, before=None, after=lead, act="create", origin=origin.get())


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
            if was is None or getattr(was, one.name) != getattr(rep, one.name)
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
    """What the audit has of one lead, or of everything (0), oldest first; `more` was left out.

    From `since` (UTC) on, where that was asked; `names` are the team's by their Slack ids.
    """

    lead_id: int
    lines: tuple[Line, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    more: bool = False


def listed(
    desk: Desk, lead_id: int = 0, *, since: datetime | None = None, most: int = LISTED
) -> Listed:
    """Give what the audit has of one lead, or of everything: its newest lines (C5).

    None from before `since` (UTC).
    """
    subject = of_lead(lead_id) if lead_id else ""
    with desk.store.view() as view:
        found = audit.lines(view, subject, most=most + 1, since=since)
        names = {one.slack_id: one.name for one in reps.everybody(view)}
    return Listed(lead_id, tuple(found[-most:]), names, since, more=len(found) > most)


def verify(desk: Desk, since: Head | None = None) -> Verified:
    """Say whether the audit still is what was written (C5); takes its time where it is long.

    It must contain the head that the desk noted last, and the one `since` which it is asked for.
    """
    with desk.store.view() as view:
        noted = _noted(view)
        heads = [since] if since else []
        found = audit.verify(view, [*heads, *([noted.head] if noted else [])])
        emptied = not found.lines and leads.any_there(view)
    return replace(found, emptied=emptied)


def note_stand(desk: Desk) -> bool:
    """Note where the audit ends, so that a cut shows; False where it is not what was noted (C5).

    What was noted last stays then, for `verify` to tell.
    """
    with desk.store.unit() as unit:
        before = _noted(unit)
        now = audit_stand.stand(unit, before)
        if now is None and before:
            log.error("the audit is not what was noted: run `python app.py audit verify`")
            return False
        if now and now != before:
            kept.put(unit, STAND, asdict(now), at=desk.clock())
            unit.commit()
    return True


def _noted(view: View) -> Stand | None:
    found: dict[str, Any] | None = kept.get(view, STAND)
    return Stand(found["number"], Head(**found["head"])) if found else None
