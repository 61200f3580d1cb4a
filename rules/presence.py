"""What Slack shows of reps: hints for who gets a lead, which never hold one back (C3)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rules.playbook import Playbook
from rules.shifts import is_on_shift
from rules.team import Rep

FRESH, AGAIN = timedelta(minutes=15), timedelta(minutes=3)
AT_ONCE = 20
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """What Slack showed of a rep at a moment: away, and when not to be disturbed (all UTC)."""

    at: datetime
    away: bool = False
    quiet: tuple[datetime, datetime] | None = None


def is_fresh(look: Look | None, *, now: datetime) -> bool:
    """Say whether a look counts still at `now` (UTC): an older one is as good as none (C3)."""
    return look is not None and abs(now - look.at) < FRESH


def shows_away(look: Look | None, *, now: datetime) -> bool:
    """Say whether Slack shows a rep as away at `now` (UTC); unknown is present (C3)."""
    return look is not None and look.away and is_fresh(look, now=now)


def quiet_until(look: Look | None, *, now: datetime) -> datetime | None:
    """Give until when (UTC) a rep is not to be disturbed, None where they may be (C3)."""
    if look is None or look.quiet is None or not is_fresh(look, now=now):
        return None
    start, end = look.quiet
    return end if start <= now < end else None


def to_look_at(
    team: Iterable[Rep], looks: Mapping[str, Look], playbook: Playbook, *, now: datetime
) -> list[str]:
    """Give whom of those on shift to look at in this round: some, longest unseen first (C3).

    Managers are looked at where a pool names them. Nobody is again within AGAIN; `now` is UTC.
    """
    named = {one for pool in playbook.pools for one in pool.reps}
    here = [one.slack_id for one in team if _takes_leads(one, named, playbook, now=now)]
    last = {one: looks[one].at if one in looks else NEVER for one in here}
    due = [one for one in here if abs(now - last[one]) >= AGAIN]
    return sorted(due, key=lambda one: (last[one], one))[:AT_ONCE]


def _takes_leads(rep: Rep, named: Collection[str], playbook: Playbook, *, now: datetime) -> bool:
    asked = not rep.manages or rep.slack_id in named
    return asked and is_on_shift(rep, playbook.duties, now=now)
