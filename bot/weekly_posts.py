"""What is posted once a week: the digest with its picture, and who was given how many leads."""

from datetime import datetime
from typing import Any

from bot import fairness, figures, pictures, recommending
from bot.audience import team_words
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackPictures, SlackPost
from bot.recommending import Told
from bot.texts import Words
from bot.views import digest, recommendations
from bot.views import fairness as fairness_views
from bot.views.blocks import section
from storage.outbox import Row
from storage.unit import View


def prepare_digest(desk: Desk, view: View, row: Row) -> Prepared:
    """Give the digest of the period that the row names, with what is to change (L6, L6.9)."""
    effect: Any = row.effect
    since, until = datetime.fromisoformat(effect.since), datetime.fromisoformat(effect.until)
    late = None if effect.asked else figures.late_since(desk, since=since, until=until)
    found, words = figures.report_of(desk, since=since, until=until), team_words(desk)
    desk.told.keep(effect, found)
    more = digest.whole_report(words, by_command=bool(desk.settings.public_url))
    beside = digest.Beside(more=more, late=late)
    if figures.is_newest(desk, until=until):
        beside = beside_of(recommending.told_of(desk, view), words, more=more, late=late)
    return [SlackPost(desk.settings.digest_channel, digest.digest(found, words, beside))]


def beside_of(
    told: Told, words: Words, *, more: str, late: datetime | None = None
) -> digest.Beside:
    """Give what stands beside a digest's figures: what to change, how to see more, how late."""
    said = words.lines(*recommendations.lines(told, words))
    top = words.say("digest.head_change" if said else "digest.no_change")
    under = recommendations.footnotes(told, words)
    blocks = (section(top), *recommendations.blocks(told, words))
    blocks += (section(words.lines(*under)),) if under else ()
    return digest.Beside(blocks, words.lines(top, said, *under), more, late)


def prepare_digest_picture(desk: Desk, _view: View, row: Row) -> Prepared:
    """Give the pictures under the digest, where there is anything to show: of its report (L6)."""
    effect: Any = row.effect
    since, until = datetime.fromisoformat(effect.since), datetime.fromisoformat(effect.until)
    found = desk.told.take(effect) or figures.report_of(desk, since=since, until=until)
    drawn = pictures.of_report(found, team_words(desk).plain)
    return [SlackPictures(desk.settings.digest_channel, drawn)] if drawn else Drop("nothing_drawn")


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
    return [post, SlackPictures(to, (pictures.picture("fairness", chart),))]
