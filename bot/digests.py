"""The digest as it is asked for: the newest, or a campaign's, a rep's, a time's figures (L6)."""

import difflib
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot import figures, recommending, weeks
from bot.desk import Desk
from bot.recommending import Told
from bot.team import member
from bot.weeks import Own
from rules.acts import AskDigest
from rules.refusals import Refused
from rules.report import ALL, Only, Report
from rules.team import Rep
from storage import digests, reps
from storage.unit import View

Days = tuple[datetime, datetime]
KNOWN = timedelta(days=400)
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked for: a report, with what is recommended now, or one rep's `own` figures.

    `name` is the rep's where somebody else asked for theirs, else "".
    """

    report: Report
    told: Told | None = None
    own: Own | None = None
    name: str = ""


def ask(desk: Desk, asked: AskDigest, *, by: str) -> Found:
    """Find what somebody asked for; slow over a long past, so no command waits for it (L6).

    Managers see all, and everybody else their own figures alone. Raises Refused for what is not
    theirs to see, for a campaign or a person that nobody knows, and for both at once.
    """
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        if not actor.manages and (asked.campaign or asked.rep not in {"", by}):
            raise Refused("digest.managers_only")
        campaign = _campaign(desk, view, asked.campaign)
        rep = _rep(view, asked, actor)
        _refuse_both(campaign, rep)
    days = _so_far(desk, period(desk, asked))
    if rep is not None:
        found = _of_rep(desk, rep, days)
        return replace(found, name="") if rep.slack_id == by else found
    if asked.fresh and campaign is None:
        recommending.try_to_make(desk)
    return _of_all(desk, days, campaign)


def of_period(desk: Desk, days: Days, *, campaign: str = "", rep: str = "") -> Found:
    """Find a period's figures for who has the desk itself; `rep` is a name or a Slack id.

    Raises Refused for a campaign or a person that nobody knows, and for both at once.
    """
    with desk.store.view() as view:
        known = _campaign(desk, view, campaign)
        named = [one for one in reps.everybody(view) if rep in {one.slack_id, one.name}]
    if rep and not named:
        raise Refused("digest.no_rep")
    _refuse_both(known, named[0] if rep else None)
    days = _so_far(desk, days)
    return _of_rep(desk, named[0], days) if rep else _of_all(desk, days, known)


def _so_far(desk: Desk, days: Days) -> Days:
    """Cut a period that is not over at this moment, to the second: a link holds no less."""
    since, until = days
    now = desk.clock().replace(microsecond=0) + A_SECOND
    return since, now if since < now < until else until


def _of_all(desk: Desk, days: Days, campaign: str | None) -> Found:
    since, until = days
    only = ALL if campaign is None else Only(campaign=campaign)
    found = figures.report_of(desk, since=since, until=until, only=only)
    if campaign is not None:
        return Found(found)
    if not figures.is_newest(desk, until=until):
        return Found(found)
    with desk.store.view() as view:
        return Found(found, recommending.told_of(desk, view))


def period(desk: Desk, asked: AskDigest) -> Days:
    """Give the time that is asked for, whole days of the team's zone, the end not included.

    Without one it is that of the newest digest; `fresh` is the last seven days with today.
    """
    zone = desk.settings.zone
    if asked.last_week:
        return figures.last_week(desk)
    if not asked.days and not asked.fresh:
        week = figures.newest_week(desk)
        return week.since, week.until
    today = desk.clock().astimezone(zone).date()
    first, last = asked.days or (today - figures.WEEK + timedelta(days=1), today)
    end = last + timedelta(days=1)
    return datetime.combine(first, time(), zone), datetime.combine(end, time(), zone)


def _campaign(desk: Desk, view: View, typed: str) -> str | None:
    """Give a campaign as it is written; raises Refused with those that are like it."""
    if not typed:
        return None
    known = digests.campaigns(view, since=desk.clock() - KNOWN)
    folded = {one.casefold(): one for one in known}
    found = folded.get(typed.casefold())
    if found is not None:
        return found
    inside = [one for one in folded if typed.casefold() in one]
    if len(inside) == 1:
        return folded[inside[0]]
    near = [*difflib.get_close_matches(typed.casefold(), folded, n=1), *inside]
    if near:
        raise Refused("digest.no_campaign_near", name=typed, nearest=folded[near[0]])
    raise Refused("digest.no_campaign", name=typed)


def _rep(view: View, asked: AskDigest, actor: Rep) -> Rep | None:
    """Give whose figures are asked for, None for the team's; raises Refused for a stranger."""
    if not asked.rep:
        return None if actor.manages else actor
    found = reps.get(view, asked.rep)
    if found is None:
        raise Refused("digest.no_rep")
    return found


def _refuse_both(campaign: str | None, rep: Rep | None) -> None:
    """Refuse a rep's figures in one campaign: what they called is summed for all together."""
    if campaign is not None and rep is not None:
        raise Refused("digest.one_of_both", campaign=campaign, name=rep.name)


def _of_rep(desk: Desk, rep: Rep, days: Days) -> Found:
    since, until = days
    with desk.store.view() as view:
        own = weeks.own_figures(desk, view, rep.slack_id, since=since, until=until)
    return Found(own.report, own=own, name=rep.name)
