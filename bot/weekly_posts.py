"""What is posted once a week: the digest with its picture, and who was given how many leads."""

from datetime import datetime
from typing import Any

from bot import fairness, figures, pictures
from bot.audience import team_words
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackPicture, SlackPost
from bot.texts import Safe
from bot.views import digest
from bot.views import fairness as fairness_views
from rules.digest import Figures
from storage.outbox import Row
from storage.unit import View


def prepare_digest(desk: Desk, view: View, row: Row) -> Prepared:
    """Give the digest of the period that the row names (L6)."""
    found = _digest_figures(view, row)
    return [SlackPost(desk.settings.digest_channel, digest.digest(found, team_words(desk)))]


def prepare_digest_picture(desk: Desk, view: View, row: Row) -> Prepared:
    """Give the picture under the digest, where there is money to show."""
    found, words = _digest_figures(view, row), team_words(desk).plain
    chart = pictures.chart(found, words, currency=desk.settings.currency)
    if chart is None:
        return Drop("no_money")
    png, to = pictures.draw(chart), desk.settings.digest_channel
    title = words.join(Safe(chart.title), Safe(chart.period))
    return [SlackPicture(to, png, "digest.png", title, chart.alt)]


def prepare_fairness(desk: Desk, view: View, _row: Row) -> Prepared:
    """Give who was given how many leads, for the managers' channel (C3)."""
    to = desk.settings.managers_channel
    if not to:
        return Drop("no_channel")
    found, words = fairness.of_weeks(view, until=desk.clock()), team_words(desk)
    chart = fairness_views.chart(found, words.plain)
    post = SlackPost(to, fairness_views.fairness(found, words), for_managers=True)
    if chart is None:
        return [post]
    png, title = pictures.draw(chart), words.plain.join(Safe(chart.title), Safe(chart.period))
    return [post, SlackPicture(to, png, "fairness.png", title, chart.alt)]


def _digest_figures(view: View, row: Row) -> Figures:
    effect: Any = row.effect
    since, until = datetime.fromisoformat(effect.since), datetime.fromisoformat(effect.until)
    return figures.of_period(view, since=since, until=until)
