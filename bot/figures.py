"""The digest: figures of a period, and the one that is due every week (L6)."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.desk import Desk
from rules.digest import Figures, last_digest, make_figures
from rules.reports import PostDigest, PostDigestPicture
from storage import figures, outbox
from storage.unit import View

WEEK = timedelta(days=7)


def of_period(view: View, *, since: datetime, until: datetime) -> Figures:
    """Give the figures of a period; `until` is not included."""
    rows = figures.campaign_rows(view, since=since, until=until)
    response = figures.response(view, since=since, until=until)
    return make_figures(rows, since=since, until=until, response=response)


def digest_of(desk: Desk, *, since: datetime, until: datetime) -> Figures:
    """Give a period's figures for whoever asks now."""
    with desk.store.view() as view:
        return of_period(view, since=since, until=until)


def last_week(desk: Desk) -> tuple[datetime, datetime]:
    """Give the last whole week, as the weekly digest counts them, in the team's zone."""
    at_midnight = replace(desk.playbook, digest_at=time())
    _, since, until = last_digest(now=desk.clock(), playbook=at_midnight, zone=desk.settings.zone)
    return since, until


def post_digest(desk: Desk, *, since: datetime, until: datetime, asked: str) -> None:
    """Put a period's digest and its picture in line; `asked` sets this request apart."""
    period = since.isoformat(), until.isoformat()
    effects = PostDigest(*period, asked), PostDigestPicture(*period, asked)
    with desk.store.unit() as unit:
        outbox.add(unit, effects, now=desk.clock())
        unit.commit()


def post_weekly(desk: Desk) -> None:
    """Put the weekly digest in line once it is due; never for weeks before the first lead."""
    due, since, until = last_digest(
        now=desk.clock(), playbook=desk.playbook, zone=desk.settings.zone
    )
    effect = PostDigest(since.isoformat(), until.isoformat())
    with desk.store.view() as view:
        first = figures.first_lead_at(view)
        known = outbox.known(view, effect.once_key)
    if not known and first is not None and first < due and first < until:
        post_digest(desk, since=since, until=until, asked="")
