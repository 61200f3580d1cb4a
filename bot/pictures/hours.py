"""Who answers when: the part of calls answered in each hour of the week (L6.1)."""

from collections.abc import Mapping

from bot.pictures.grid import Cell, Grid, Row
from bot.pictures.says import day_name, few_calls, period_of, week
from bot.texts import Safe, Words
from rules.figures_calls import put_together
from rules.report import Report
from rules.report_calls import WeekHour

SPANS = (1, 2, 3, 4, 6)
ENOUGH = 6
SIDE = 118

Cells = Mapping[tuple[int, int], WeekHour]


def chart(report: Report, words: Words) -> Grid | None:
    """Lay the week out in plain `words`, by the customers' clock; None where calls are too few.

    Hours are put together where an hour of the week alone has too few calls to judge.
    """
    span, cells, best = _finest(report)
    if not best:
        return None
    days, hours = week(words), sorted({hour for _, hour in cells})
    most = max(one.rate for one in best.values()) or 1.0
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
    found = put_together(report.answering.hours, least=report.least_calls, span=span)
    return {(one.weekday, one.hour): one for one in found}


def _told(cells: Cells) -> Cells:
    return {place: one for place, one in cells.items() if not one.calls.small}


def _hours(hour: int, span: int) -> str:
    return f"{hour:02}:00" if span == 1 else f"{hour:02}–{hour + span:02}"


def _cell(one: WeekHour | None, most: float, words: Words) -> Cell | None:
    if one is None or not one.calls.of:
        return None
    if one.calls.small:
        return Cell(sample=str(one.calls.of))
    return Cell(words.percent(one.rate), str(one.calls.of), one.rate / most)


def _found(told: Cells, span: int, words: Words) -> list[Safe]:
    """Say which hours answer most, of those that are surest to, which least, and how compared."""
    best = max(told, key=lambda place: (told[place].surest, told[place].hour))
    worst = min(told, key=lambda place: (told[place].at_most, place))
    found = [_said("picture.answered_most", best, told, span, words)]
    if worst != best:
        found.append(_said("picture.answered_least", worst, told, span, words))
    mixed = any(
        words.percent(one.rate) != words.percent(one.calls.rate or 0.0) for one in told.values()
    )
    return [*found, words.say("picture.same_mix_hours")] if mixed else found


def _said(key: str, place: tuple[int, int], told: Cells, span: int, words: Words) -> Safe:
    one, day = told[place], day_name(place[0], words)
    rate, hours = words.percent(one.rate), words.join(_hours(place[1], span))
    return words.say(key, day=day, hours=hours, rate=rate, n=one.calls.of)
