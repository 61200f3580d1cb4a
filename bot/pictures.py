"""The digest's chart: revenue less lead cost, a bar for each campaign, as a PNG for a phone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from bot.texts import FSI, PDI, Safe, Words
from bot.views.blocks import clip
from rules.digest import Figures, Row
from rules.money import Money, exponent

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

MOST = 8
NAME_LIMIT = 32
ROUND_FROM = 10

# All in pixels; a phone shows the picture at about a third of its width.
DPI, POINTS = 100, 72
WIDTH, MARGIN = 1000, 40
TOP, ROW, BOTTOM = 128, 88, 16
BELOW_TEXT, BAR_HEIGHT, THINNEST, GAP = 24, 26, 4, 24
# Blue and orange of Okabe and Ito: told apart by every kind of colour vision, and in grey.
COLORS = 256
GAIN, LOSS, INK, FAINT = "#0072B2", "#D55E00", "#1D1C1D", "#616061"


@dataclass(frozen=True, slots=True)
class Bar:
    """One campaign's bar: its sample, what is drawn (minor units) and how that is said."""

    name: str
    sample: str
    value: str
    earned: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn, bars from best to worst; `rtl` when it is read from the right."""

    title: str
    period: str
    alt: str
    bars: tuple[Bar, ...]
    rtl: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """What one campaign or several earned, in minor units, and of how many leads."""

    name: str
    earned: int
    leads: int


def chart(figures: Figures, words: Words, *, currency: str) -> Chart | None:
    """Lay a period's chart out in plain `words`; None where there is no money in `currency`.

    Of more than eight campaigns those with the least at stake are folded into the last bar.
    """
    rows = [row for row in figures.campaigns if _is_told_in(row, currency)]
    if not any((*row.revenue, *row.spent) for row in rows):
        return None
    parts = _best_first(_part(row, words, currency) for row in rows)
    kept = _best_first(sorted(parts, key=lambda part: -abs(part.earned))[:MOST])
    rest = _fold([part for part in parts if part not in kept], words)
    bars = tuple(_bar(part, words, currency) for part in (*kept, *rest))
    title, period = words.say("picture.title"), _period(figures, words, currency)
    finding = _finding(bars[: len(kept)], words)
    alt = words.say("picture.alt", title=title, period=period, finding=finding)
    return Chart(title, period, alt, bars, rtl=words.locale == "he")


def _is_told_in(row: Row, currency: str) -> bool:
    """Say whether a campaign's money is of this currency at all; none is nothing earned."""
    money = (*row.revenue, *row.spent)
    return not money or any(one.currency == currency for one in money)


def _part(row: Row, words: Words, currency: str) -> _Part:
    came, went = (
        sum(one.minor for one in side if one.currency == currency)
        for side in (row.revenue, row.spent)
    )
    name = " ".join(row.campaign.split()) or words.say("digest.no_campaign")
    return _Part(clip(name, NAME_LIMIT), came - went, row.leads)


def _best_first(parts: Iterable[_Part]) -> list[_Part]:
    return sorted(parts, key=lambda part: (-part.earned, -part.leads, part.name))


def _fold(parts: Sequence[_Part], words: Words) -> list[_Part]:
    name = words.say("picture.others", n=len(parts))
    earned, leads = sum(one.earned for one in parts), sum(one.leads for one in parts)
    return [_Part(name, earned, leads)] if parts else []


def _bar(part: _Part, words: Words, currency: str) -> Bar:
    value = words.money(_rounded(part.earned, currency))
    if part.leads:
        each = words.money(_rounded(part.earned / part.leads, currency))
        value = words.join(value, words.say("picture.each", amount=each))
    sample = words.say("digest.leads", n=part.leads)
    return Bar(words.join(part.name), sample, value, part.earned)


def _rounded(minor: float, currency: str) -> Money:
    """Leave the cents away where they would only hide the amount."""
    unit: int = 10 ** exponent(currency)
    small = abs(minor) < ROUND_FROM * unit
    return Money(round(minor) if small else round(minor / unit) * unit, currency)


def _period(figures: Figures, words: Words, currency: str) -> Safe:
    last = figures.until - timedelta(seconds=1)
    period = words.say("picture.period", since=words.day(figures.since), until=words.day(last))
    money = (*figures.total.revenue, *figures.total.cost)
    mixed = any(one.currency != currency for one in money)
    return words.join(period, words.say("picture.only", currency=currency) if mixed else "")


def _finding(bars: Sequence[Bar], words: Words) -> Safe:
    """Say in words which campaign earned most, and which least or lost."""
    best, worst = bars[0], bars[-1]
    found = [_said("picture.most" if best.earned > 0 else "picture.none", best, words)]
    if worst is not best:
        found.append(_said("picture.lost" if worst.earned < 0 else "picture.least", worst, words))
    return Safe(" ".join(found))


def _said(key: str, bar: Bar, words: Words) -> Safe:
    return words.say(key, name=Safe(bar.name), sample=Safe(bar.sample), value=Safe(bar.value))


def draw(found: Chart) -> bytes:
    """Draw a chart as a PNG, 1000 pixels wide."""
    # Slow to load, and needed once a week.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    height = TOP + ROW * len(found.bars) + BOTTOM
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    sheet = _Sheet(figure, height, rtl=found.rtl)
    sheet.write(found.title, 44, _TITLE)
    sheet.write(found.period, 92, _SMALL)
    _draw_bars(sheet, found.bars)
    canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib's own lack types
    return _png(canvas)


def _png(canvas: "FigureCanvasAgg") -> bytes:
    """Give what was drawn as a PNG of 256 colours, a third of the size of one of all."""
    from PIL import Image  # noqa: PLC0415

    width, height = canvas.get_width_height()
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    whole = Image.frombytes("RGBA", (width, height), pixels)
    png = BytesIO()
    whole.convert("RGB").quantize(COLORS).save(png, "PNG", optimize=True)
    return png.getvalue()


def _draw_bars(sheet: "_Sheet", bars: Sequence[Bar]) -> None:
    low, high = (pick(0, *(bar.earned for bar in bars)) for pick in (min, max))
    scale = (WIDTH - 2 * MARGIN) / ((high - low) or 1)
    for place, bar in enumerate(bars):
        top = TOP + ROW * place + BELOW_TEXT
        taken = sheet.write(bar.value, top, _VALUE, at_end=True)
        room = WIDTH - 2 * MARGIN - taken - GAP
        sheet.write(f"{bar.name} · {bar.sample}", top, _LABEL, room=room)
        length = max(abs(bar.earned) * scale, THINNEST)
        start = MARGIN - low * scale - (length if bar.earned < 0 else 0)
        sheet.bar(start, top + BELOW_TEXT, length, LOSS if bar.earned < 0 else GAIN)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a line is written; the size in pixels."""

    size: int
    color: str = INK
    bold: bool = False

    @property
    def points(self) -> float:
        return self.size * POINTS / DPI

    @property
    def font_file(self) -> str:
        """The font that comes with matplotlib and has Hebrew."""
        from matplotlib import get_data_path  # noqa: PLC0415

        return f"{get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if self.bold else ''}.ttf"


_TITLE, _SMALL = _Style(38, bold=True), _Style(29, FAINT)
_LABEL, _VALUE = _Style(30), _Style(30, bold=True)


class _Sheet:
    """Paper measured in pixels from its top and from the side on which reading starts."""

    def __init__(self, figure: "Figure", height: int, *, rtl: bool) -> None:
        self._figure, self._height, self._rtl = figure, height, rtl

    def write(
        self, text: str, top: float, style: _Style, *, at_end: bool = False, room: float = WIDTH
    ) -> float:
        """Write a line, smaller where it is too long for its room; gives the width it takes."""
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415
        from matplotlib.transforms import IdentityTransform  # noqa: PLC0415

        right = at_end is not self._rtl
        line = self._figure.text(
            WIDTH - MARGIN if right else MARGIN,
            self._height - top,
            _drawable(text, style.font_file),
            ha="right" if right else "left",
            va="center_baseline",
            fontproperties=FontProperties(fname=style.font_file, size=style.points),
            color=style.color,
            parse_math=False,
            transform=IdentityTransform(),
        )
        width: float = line.get_window_extent().width
        line.set_fontsize(style.points * min(1, room / width))
        return min(width, room)

    def bar(self, start: float, top: float, length: float, color: str) -> None:
        """Draw a bar of so many pixels."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415
        from matplotlib.transforms import IdentityTransform  # noqa: PLC0415

        left = WIDTH - start - length if self._rtl else start
        place = (left, self._height - top - BAR_HEIGHT)
        made = Rectangle(place, length, BAR_HEIGHT, color=color, transform=IdentityTransform())
        self._figure.add_artist(made)


def _drawable(text: str, font_file: str) -> str:
    """Leave away what the font has no sign for, such as emoji; isolates are no signs."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    font = FT2Font(font_file)
    kept = (char for char in text if char in FSI + PDI or font.get_char_index(ord(char)))
    return " ".join("".join(kept).split())
