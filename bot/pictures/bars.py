"""A picture of bars: one for each row, with how sure it is, from a line where nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.sheet import (
    BOTTOM,
    FAINT,
    GAIN,
    GREY,
    INK,
    LABEL,
    LOSS,
    MARGIN,
    NOTE,
    ROOM,
    SMALL,
    TOP,
    VALUE,
    WIDTH,
    Sheet,
)

ROW, TALL = 88, 128
BELOW_TEXT, SECOND, BAR_HEIGHT, THINNEST, GAP = 24, 40, 26, 4, 24
WHISKER, CAP, DIAMOND = 4, 18, 11


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its sample, what is drawn and how that is said.

    `low` to `high` is its interval, which `beside` says in words; `mark` stands on it too; what
    is `small` is too few to judge and grey.
    """

    name: str
    sample: str
    value: str
    earned: float
    beside: str = ""
    low: float | None = None
    high: float | None = None
    mark: float | None = None
    small: bool = False

    @property
    def reach(self) -> tuple[float, ...]:
        """All that has to find room along it."""
        told = (self.earned, self.low, self.high, self.mark)
        return tuple(one for one in told if one is not None)


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn, from the first bar down; `rtl` when it is read from the right."""

    title: str
    period: str
    alt: str
    bars: tuple[Bar, ...]
    rtl: bool
    notes: tuple[str, ...] = ()


def draw(found: Chart) -> bytes:
    """Draw a chart as a PNG, 1000 pixels wide."""
    return sheet_of(found).png()


def sheet_of(found: Chart) -> Sheet:
    """Draw a chart on a sheet."""
    tall = any(bar.beside for bar in found.bars)
    row = TALL if tall else ROW
    height = TOP + row * len(found.bars) + NOTE * len(found.notes) + BOTTOM
    sheet = Sheet(height, rtl=found.rtl)
    sheet.frame(found.title, found.period, found.notes)
    scale = _scale(found.bars)
    for place, bar in enumerate(found.bars):
        top = TOP + row * place + BELOW_TEXT
        _write(sheet, bar, top, tall=tall)
        _draw_bar(sheet, bar, top + BELOW_TEXT + (SECOND if tall else 0), scale)
    return sheet


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where nothing is, in pixels, and how many of them one is."""

    zero: float
    one: float

    def at(self, value: float) -> float:
        return self.zero + value * self.one


def _scale(bars: Sequence[Bar]) -> _Scale:
    low, high = (pick(0, *(one for bar in bars for one in bar.reach)) for pick in (min, max))
    one = ROOM / ((high - low) or 1)
    return _Scale(MARGIN - low * one, one)


def _write(sheet: Sheet, bar: Bar, top: float, *, tall: bool) -> None:
    end = WIDTH - MARGIN
    taken = sheet.write(bar.value, end, top, VALUE, side="end", room=ROOM * 2 / 3)
    name = bar.name if tall else f"{bar.name} · {bar.sample}"
    sheet.write(name, MARGIN, top, LABEL, room=ROOM - taken - GAP)
    if not tall:
        return
    taken = sheet.write(bar.beside, end, top + SECOND, SMALL, side="end") if bar.beside else 0
    sheet.write(bar.sample, MARGIN, top + SECOND, SMALL, room=ROOM - taken - GAP)


def _draw_bar(sheet: Sheet, bar: Bar, top: float, scale: _Scale) -> None:
    length = max(abs(bar.earned) * scale.one, THINNEST)
    start = scale.zero - (length if bar.earned < 0 else 0)
    color = GREY if bar.small else LOSS if bar.earned < 0 else GAIN
    sheet.box(start, top, (length, BAR_HEIGHT), color)
    middle = top + BAR_HEIGHT / 2
    if bar.low is not None and bar.high is not None:
        low, high, ink = scale.at(bar.low), scale.at(bar.high), FAINT if bar.small else INK
        sheet.box(low, middle - WHISKER / 2, (high - low, WHISKER), ink)
        for end in (low, high):
            sheet.box(end - WHISKER / 2, middle - CAP / 2, (WHISKER, CAP), ink)
    if bar.mark is not None:
        sheet.diamond(scale.at(bar.mark), middle, DIAMOND)
