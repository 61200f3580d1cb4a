"""The digest's pictures, drawn for a phone: what is told without them too, seen at once (L6)."""

from collections.abc import Iterator

from bot.pictures import bars, cohorts, grid, hours, profit, response, stages
from bot.pictures.bars import Chart
from bot.pictures.grid import Grid
from bot.pictures.picture import Picture
from bot.texts import Words
from rules.report import Report

CHARTS = {
    "profit": profit.chart,
    "hours": hours.chart,
    "response": response.chart,
    "stages": stages.chart,
    "cohorts": cohorts.chart,
}


def of_report(report: Report, words: Words) -> tuple[Picture, ...]:
    """Draw all that a report has something to say of, in plain `words` (L6); slow."""
    return tuple(picture(name, found) for name, found in _charts(report, words))


def _charts(report: Report, words: Words) -> Iterator[tuple[str, Chart | Grid]]:
    for name, chart in CHARTS.items():
        found = chart(report, words)
        if found is not None:
            yield name, found


def picture(name: str, found: Chart | Grid) -> Picture:
    """Draw one, with its title and what it says to who doesn't see it."""
    return Picture(draw(found), f"{name}.png", f"{found.title} · {found.period}", found.alt)


def draw(found: Chart | Grid) -> bytes:
    """Draw one as a PNG, 1000 pixels wide."""
    return bars.draw(found) if isinstance(found, Chart) else grid.draw(found)
