"""What leads earn in time: those of each month, by how long they have lived (L6.5)."""

from collections.abc import Sequence

from bot.pictures.grid import Cell, Grid, Row
from bot.pictures.picture import only_currency
from bot.pictures.profit import rounded
from bot.pictures.says import few_leads, month
from bot.texts import Safe, Words
from rules.report import Report
from rules.report_leads import MonthCohort

STEP = 30
STEPS = (1, 2, 3, 6, 12)
MOST = 12
SIDE = 236


def chart(report: Report, words: Words) -> Grid | None:
    """Lay the months out in plain `words`, newest last; None where none can be judged."""
    rows = [one for one in report.cohorts if one.campaign is None and one.leads and one.curve]
    rows = sorted(rows, key=lambda one: one.month)[-MOST:]
    told = [one for one in rows if not one.small]
    if not any(any(one.curve) for one in told):
        return None
    steps = [one for one in STEPS if one <= max(len(row.curve) for row in rows)]
    currency, title = only_currency(report), words.say("picture.cohorts")
    about = words.say("picture.by_month")
    mixed = words.say("picture.only", currency=currency) if currency else ""
    most = max(row.curve[step - 1] for row in told for step in steps if step <= len(row.curve))
    alt = words.say("picture.alt", title=title, period=about, finding=_finding(told, report, words))
    return Grid(
        title,
        words.join(about, mixed),
        alt,
        tuple(words.duration(step * STEP * 86400) for step in steps),
        tuple(_row(row, steps, most, report, words) for row in rows),
        SIDE,
        rtl=words.locale == "he",
        notes=() if len(told) == len(rows) else (few_leads(report, words),),
    )


def _row(one: MonthCohort, steps: Sequence[int], most: float, report: Report, words: Words) -> Row:
    cells = tuple(
        _cell(one, step, most, report, words) if step <= len(one.curve) else None for step in steps
    )
    return Row(month(one.month, words), words.say("digest.leads", n=one.leads), cells)


def _cell(one: MonthCohort, step: int, most: float, report: Report, words: Words) -> Cell:
    earned = one.curve[step - 1]
    part = None if one.small else max(0.0, earned / most) if most > 0 else 0.0
    return Cell(words.money(rounded(earned, report.currency)), "", part)


def _finding(told: Sequence[MonthCohort], report: Report, words: Words) -> Safe:
    """Say which month earned most and least by the age that the most of them have reached."""
    ages = [age for age in STEPS if sum(len(one.curve) >= age for one in told) > 1]
    age = ages[-1] if ages else 1
    aged = sorted(
        (one for one in told if len(one.curve) >= age), key=lambda one: -one.curve[age - 1]
    )
    ends = [("picture.cohort_most", aged[0])]
    ends += [("picture.cohort_least", aged[-1])] if len(aged) > 1 else []
    span = words.duration(age * STEP * 86400)
    said = (
        words.say(
            key,
            month=month(one.month, words),
            span=span,
            amount=words.money(rounded(one.curve[age - 1], report.currency)),
            n=one.leads,
        )
        for key, one in ends
    )
    return Safe(" ".join(said))
