"""Who answers when: the part of calls answered in each hour of the week (L6.1)."""

from collections import Counter
from collections.abc import Mapping

from bot.pictures.grid import Cell, Grid, Row
from bot.pictures.says import day_name, few_calls, period_of, week
from bot.texts import Safe, Words
from rules import stats
from rules.report import Report
from rules.report_values import Share

SPANS = (1, 2, 3, 4, 6)
ENOUGH = 6
SIDE = 118

Cells = Mapping[tuple[int, int], Share]


def chart(report: Report, words: Words) -> Grid | None:
    """Lay the week out in plain `words`, by the customers' clock; None where calls are too few.

    Hours are put together where an hour of the week alone has too few calls to judge.
    """
    span, cells, best = _finest(report)
    if not best:
        return None
    days, hours = week(words), sorted({hour for _, hour in cells})
    most = max(share.rate or 0.0 for share in best.values()) or 1.0
    rows = tuple(
        Row(
            _hours(hour, span),
            "",
            tuple(_cell(cells.get((day, hour)), most, words) for day in days),
        )
        for hour in range(hours[0], hours[-1] + 1, span)
    )
    title, period = words.say("picture.hours"), period_of(report, words)
    found = _found(best, span, words)
    return Grid(
        title,
        words.join(period, words.say("picture.their_clock")),
        words.say("picture.alt", title=title, period=period, finding=Safe(" ".join(found))),
        tuple(day_name(day, words, short=True) for day in days),
        rows,
        SIDE,
        rtl=words.locale == "he",
        notes=(*found, *((few_calls(report, words),) if len(best) < len(cells) else ())),
    )


def _finest(report: Report) -> tuple[int, Cells, Cells]:
    """Give the finest hours of which enough can be judged, all of them, and those that can."""
    tried = ((span, _cells(report, span)) for span in SPANS)
    told = [(span, cells, _told(cells)) for span, cells in tried]
    return max(told, key=lambda one: (min(len(one[2]), ENOUGH), -one[0]))


def _cells(report: Report, span: int) -> Cells:
    hits, calls = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for one in report.answering.hours:
        place = one.weekday, one.hour // span * span
        hits[place] += one.calls.hits
        calls[place] += one.calls.of
    least = report.least_calls
    return {place: stats.share(hits[place], of, least=least) for place, of in calls.items()}


def _told(cells: Cells) -> Cells:
    return {place: share for place, share in cells.items() if not share.small}


def _hours(hour: int, span: int) -> str:
    return f"{hour:02}:00" if span == 1 else f"{hour:02}–{hour + span:02}"


def _cell(share: Share | None, most: float, words: Words) -> Cell | None:
    if share is None or share.rate is None:
        return None
    if share.small:
        return Cell(sample=str(share.of))
    return Cell(words.percent(share.rate), str(share.of), share.rate / most)


def _found(told: Cells, span: int, words: Words) -> list[Safe]:
    """Say which hours answer most, of those that are surest to, and which least."""
    best = max(told, key=lambda place: (told[place].low or 0.0, place))
    worst = min(told, key=lambda place: (told[place].high or 0.0, place))
    found = [_said("picture.answered_most", best, told, span, words)]
    if worst != best:
        found.append(_said("picture.answered_least", worst, told, span, words))
    return found


def _said(key: str, place: tuple[int, int], told: Cells, span: int, words: Words) -> Safe:
    share, day = told[place], day_name(place[0], words)
    rate, hours = words.percent(share.rate or 0.0), words.join(_hours(place[1], span))
    return words.say(key, day=day, hours=hours, rate=rate, n=share.of)
