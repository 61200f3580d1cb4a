"""The digest in Slack and on a terminal: the same figures in the same words."""

from datetime import timedelta

from bot.texts import Safe, Words
from bot.views.blocks import Message, context, header, section, spoken
from rules.digest import Figures, Row
from rules.money import Money

LISTED = 15


def digest(figures: Figures, words: Words) -> Message:
    """Give a period's figures: in all, then campaign by campaign (L6.1-L6.4)."""
    head = _headline(figures, words)
    if figures.empty:
        text = words.lines(head, words.say("digest.empty"))
        return Message(
            text,
            (
                header(words.plain.say("digest.title", **_period(figures, words.plain))),
                section(words.say("digest.empty")),
            ),
        )
    totals = words.lines(*figure_lines(figures.total, words))
    rows = [campaign(row, words) for row in figures.campaigns[:LISTED]]
    rest = len(figures.campaigns) - LISTED
    more = words.say("digest.more", n=rest) if rest > 0 else ""
    note = words.say("digest.note")
    text = words.lines(head, totals, *rows, more, note)
    blocks = [
        header(words.plain.say("digest.title", **_period(figures, words.plain))),
        section(totals),
    ]
    blocks += [section(row) for row in rows]
    return Message(spoken(text), (*blocks, *((section(more),) if more else ()), context(note)))


def _headline(figures: Figures, words: Words) -> Safe:
    return words.say("digest.title", **_period(figures, words))


def _period(figures: Figures, words: Words) -> dict[str, Safe]:
    last = figures.until - timedelta(seconds=1)
    return {"since": words.day(figures.since), "until": words.day(last)}


def campaign(row: Row, words: Words) -> Safe:
    """Give one campaign's figures in two lines."""
    name = row.campaign or words.say("digest.no_campaign")
    return words.lines(words.say("digest.campaign", name=name), *figure_lines(row, words))


def figure_lines(row: Row, words: Words) -> list[Safe]:
    """Give a row's figures in two lines: leads and calls, then sales and money."""
    rate = row.answer_rate
    answered = (
        words.say("digest.answered", rate=words.percent(rate), n=row.calls)
        if rate is not None
        else words.say("digest.no_calls")
    )
    response = (
        words.say("digest.response", span=words.duration(row.response), n=row.called)
        if row.response is not None
        else ""
    )
    money = words.say(
        "digest.money",
        sales=words.say("digest.sales", n=row.sales),
        revenue=_money(row.revenue, words),
        cost=_cost(row, words),
    )
    first = words.join(words.say("digest.leads", n=row.leads), answered, response)
    return [first, money]


def _cost(row: Row, words: Words) -> Safe:
    """Give what leads cost, and of what credit that is less (L5.5)."""
    cost = _money(row.spent, words)
    credit = _money(row.credit, words)
    return words.say("digest.credited", cost=cost, credit=credit) if row.credit else cost


def _money(parts: tuple[Money, ...], words: Words) -> Safe:
    return Safe(" + ".join(words.money(one) for one in parts)) or words.say("digest.none")
