"""The figures of a period, and the digest that is due every week (L6)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from bot import recommending, rollups
from bot.counting import Period, exchange_of
from bot.desk import Desk
from bot.reporting import lines, look_back, report
from rules.counting import is_running, period_before
from rules.digest import Figures, last_digest
from rules.effect import Effect
from rules.report import ALL, Only, Report
from rules.reports import PostDigest, PostDigestPicture
from storage import digests, figures, kept, outbox
from storage.snapshots import steady
from storage.unit import View

WEEK = timedelta(days=7)
IN_TIME = timedelta(hours=2)
A_MOMENT = timedelta(microseconds=1)
EACH = "every_leads"


def report_of(desk: Desk, *, since: datetime, until: datetime, only: Only = ALL) -> Report:
    """Give the whole report of a period, `until` not included, and of the one before it (L6).

    Days are the team's. It tells of what is known by the period's end, or by now where that is
    sooner; slow over a long past, so no command waits for it.
    """
    rollups.catch_up(desk)
    zone = desk.settings.zone
    earlier = period_before(since, until, zone=zone)
    with steady(desk.store) as view:
        newer, older = Period(since, until, only), Period(*earlier, only)
        past = look_back(desk, view, (newer, older))
        found = report(desk, view, newer, past=past)
        before = report(desk, view, older, cohorts=False, past=past)
    return replace(found, before=before, running=is_running(since, until, zone=zone))


def of_period(desk: Desk, view: View, *, since: datetime, until: datetime) -> Figures:
    """Give the lines of a period alone; `until` is not included."""
    found = lines(desk, view, Period(since, until, ALL))
    return Figures(since, until, found.total, found.campaigns, exchange_of(desk).currency)


def last_week(desk: Desk) -> tuple[datetime, datetime]:
    """Give the last whole week, as the weekly digest counts them, in the team's zone."""
    at_midnight = replace(desk.playbook, digest_at=time())
    _, since, until = last_digest(now=desk.clock(), playbook=at_midnight, zone=desk.settings.zone)
    return since, until


def post_digest(desk: Desk, *, since: datetime, until: datetime, asked: str) -> None:
    """Put a period's digest and its picture in line; `asked` sets this request apart."""
    with desk.store.unit() as unit:
        outbox.add(unit, _digest(since, until, asked), now=desk.clock())
        unit.commit()


def _digest(since: datetime, until: datetime, asked: str) -> tuple[Effect, ...]:
    period = since.isoformat(), until.isoformat()
    return PostDigest(*period, asked), PostDigestPicture(*period, asked)


def post_weekly(desk: Desk) -> None:
    """Put the weekly digest in line once it is due; never for weeks before the first lead."""
    week = newest_week(desk)
    effect = PostDigest(week.since.isoformat(), week.until.isoformat())
    with desk.store.view() as view:
        known = outbox.known(view, effect.once_key)
        begun = week.begun(figures.first_lead_at(view))
    if not known and begun:
        recommending.try_to_make(desk)
        post_digest(desk, since=week.since, until=week.until, asked="")


@dataclass(frozen=True, slots=True)
class Week:
    """The week of the newest digest, and when that was due."""

    due: datetime
    since: datetime
    until: datetime

    def begun(self, first: datetime | None) -> bool:
        """Say whether there was a lead by then, the first of all came at a moment (UTC)."""
        return first is not None and first < self.due and first < self.until


def newest_week(desk: Desk) -> Week:
    """Give the week of which the newest digest tells, in the team's zone."""
    found = last_digest(now=desk.clock(), playbook=desk.playbook, zone=desk.settings.zone)
    return Week(*found)


def is_newest(desk: Desk, *, until: datetime) -> bool:
    """Say whether a period ends no sooner than the newest digest's: what is to change is of now."""
    return until >= newest_week(desk).until


def late_since(desk: Desk, *, since: datetime, until: datetime) -> datetime | None:
    """Give when the weekly digest of a period was due, where that is hours ago; else None."""
    due = datetime.combine(until.date(), desk.playbook.digest_at, desk.settings.zone)
    is_week = since.date() + WEEK == until.date()
    return due if is_week and desk.clock() - due.astimezone(UTC) > IN_TIME else None


def post_each(desk: Desk) -> None:
    """Put a digest in line for each so many leads that came, where the playbook wants it (L6).

    The count begins when that is first asked for; many at once make one digest.
    """
    each, now = desk.playbook.digest_every, desk.clock()
    with desk.store.view() as view:
        mark = kept.get(view, EACH)
    if mark is None or not each:
        if each or mark:
            _count_from(desk, now if each else None)
        return
    since = datetime.fromisoformat(mark)
    with desk.store.view() as view:
        came = digests.came_since(view, since) // each * each
        until = digests.nth_came_at(view, since, came) + A_MOMENT if came else since
    if came:
        recommending.try_to_make(desk)
        with desk.store.unit() as unit:
            if kept.get(unit, EACH, lock=True) == mark:
                kept.put(unit, EACH, until.isoformat(), at=now)
                outbox.add(unit, _digest(since, until, EACH), now=now)
                unit.commit()


def _count_from(desk: Desk, moment: datetime | None) -> None:
    """Let leads count from a moment (UTC) on, or no more."""
    with desk.store.unit() as unit:
        if moment is None:
            kept.forget(unit, EACH)
        else:
            kept.put_once(unit, EACH, moment.isoformat(), at=moment)
        unit.commit()
