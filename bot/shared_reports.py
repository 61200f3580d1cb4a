"""The report that a manager opens by a link, or keeps as a file (L6)."""

from bot import figures, links
from bot.desk import Desk
from bot.links import ReportTarget
from bot.page_parts import FOUND, Page, missing, team_words
from bot.report_page import report_html
from bot.team import member
from bot.texts import LOCALES, Words
from rules.refusals import Refused
from rules.report import Only, Report
from storage.unit import View


def shared_report(desk: Desk, token: str, *, language: str = "") -> Page:
    """Show the report of a link that still holds, to whom a manager gave it (L6); slow.

    It is gone as soon as the one who asked for it is no manager any more.
    """
    with desk.store.view() as view:
        target = links.report_target(view, token, now=desk.clock())
        if target is None or not _manages(desk, view, target.manager):
            return missing(desk)
    only = Only(target.campaign, target.rep)
    found = figures.report_of(desk, since=target.since, until=target.until, only=only)
    return Page(FOUND, report_file(desk, found, language=language))


def report_file(desk: Desk, report: Report, *, language: str = "") -> str:
    """Give a report as one page that opens offline, in the team's language or another; slow."""
    own = team_words(desk)
    words = Words(language, own.zone, mrkdwn=False) if language in LOCALES else own
    return report_html(report, words, name=desk.playbook.sender_name, made=desk.clock())


def link_to(desk: Desk, report: Report, *, manager: str) -> str:
    """Give the link to a report, for this manager alone; "" without PUBLIC_URL (L6)."""
    only = report.only
    target = ReportTarget(manager, report.since, report.until, only.campaign, only.rep)
    with desk.store.view() as view:
        return links.report_link(desk, view, target, now=desk.clock())


def _manages(desk: Desk, view: View, slack_id: str) -> bool:
    try:
        return member(view, slack_id, admins=desk.settings.admin_slack_ids).manages
    except Refused:
        return False
