"""The paper that pictures are drawn on: measured in pixels from where reading starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from bot.texts import FSI, PDI

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.font_manager import FontProperties
    from matplotlib.transforms import Transform

# All in pixels; a phone shows the picture at about a third of its width.
DPI, POINTS = 100, 72
WIDTH, MARGIN = 1000, 40
ROOM = WIDTH - 2 * MARGIN
TOP, NOTE, BOTTOM = 128, 44, 16
COLORS = 256
# Blue and orange of Okabe and Ito: told apart by every kind of colour vision, and in grey.
GAIN, LOSS, INK, FAINT = "#0072B2", "#D55E00", "#1D1C1D", "#616061"
GREY, PALE = "#B4B3B4", "#EDECED"

Side = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a line is written; the size in pixels."""

    size: int
    color: str = INK
    bold: bool = False

    @property
    def points(self) -> float:
        """The size as matplotlib counts it."""
        return self.size * POINTS / DPI

    @property
    def font_file(self) -> str:
        """The font that comes with matplotlib and has Hebrew."""
        from matplotlib import get_data_path  # noqa: PLC0415 - slow to load

        return f"{get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if self.bold else ''}.ttf"

    @property
    def font(self) -> "FontProperties":
        """The font in its size."""
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415

        return FontProperties(fname=self.font_file, size=self.points)


TITLE, SMALL = Style(38, bold=True), Style(29, FAINT)
LABEL, VALUE = Style(30), Style(30, bold=True)


class Sheet:
    """Paper of so many pixels in height, with a title and notes; `rtl` runs from the right."""

    def __init__(self, height: int, *, rtl: bool) -> None:
        # Slow to load, and needed once a week.
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        self._figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(self._figure)
        self._height, self._rtl = height, rtl

    def frame(self, title: str, about: str, notes: Sequence[str]) -> None:
        """Write what stands above and below every picture."""
        self.write(title, MARGIN, 44, TITLE)
        self.write(about, MARGIN, 92, SMALL)
        below = self._height - BOTTOM - NOTE * len(notes)
        for place, note in enumerate(notes):
            self.write(note, MARGIN, below + NOTE * place + NOTE / 2, SMALL)

    def write(
        self,
        text: str,
        at: float,
        top: float,
        style: Style,
        *,
        side: Side = "start",
        room: float = ROOM,
    ) -> float:
        """Write a line, smaller where it is too long for its room; gives the width it takes.

        `side` says which end of the line, or its middle, stands at `at`; `top` is its middle.
        """
        outer = "right" if (side == "end") is not self._rtl else "left"
        line = self._figure.text(
            self._across(at),
            self._height - top,
            _drawable(text, style.font_file),
            ha="center" if side == "middle" else outer,
            va="center_baseline",
            fontproperties=style.font,
            color=style.color,
            parse_math=False,
            transform=_pixels(),
        )
        width: float = line.get_window_extent().width
        if width > room:
            line.set_fontsize(style.points * room / width)
        return min(width, room)

    def box(self, start: float, top: float, size: tuple[float, float], color: str) -> None:
        """Fill a box of so many pixels in width and height."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415

        left = WIDTH - start - size[0] if self._rtl else start
        self._add(Rectangle((left, self._height - top - size[1]), *size, color=color, lw=0))

    def diamond(self, at: float, top: float, reach: float) -> None:
        """Draw a mark whose middle stands there."""
        from matplotlib.patches import Polygon  # noqa: PLC0415

        x, y = self._across(at), self._height - top
        corners = [(x - reach, y), (x, y + reach), (x + reach, y), (x, y - reach)]
        self._add(Polygon(corners, facecolor="white", edgecolor=INK, lw=2))

    def png(self) -> bytes:
        """Give what was drawn as a PNG of 256 colours, a third of the size of one of all."""
        from PIL import Image  # noqa: PLC0415

        self._canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib's own lack types
        size = self._canvas.get_width_height()
        pixels = bytes(self._canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        made = BytesIO()
        whole = Image.frombytes("RGBA", size, pixels).convert("RGB")
        whole.quantize(COLORS).save(made, "PNG", optimize=True)
        return made.getvalue()

    def extents(self) -> list[tuple[float, float, float, float]]:
        """Give where each line of text stands: left, bottom, right, top."""
        return [one.get_window_extent().extents for one in self._figure.texts]

    def _across(self, at: float) -> float:
        return WIDTH - at if self._rtl else at

    def _add(self, shape: "Artist") -> None:
        shape.set_transform(_pixels())
        self._figure.add_artist(shape)


def _pixels() -> "Transform":
    from matplotlib.transforms import IdentityTransform  # noqa: PLC0415

    return IdentityTransform()


def _drawable(text: str, font_file: str) -> str:
    """Leave away what the font has no sign for, such as emoji; isolates are no signs."""
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    font = FT2Font(font_file)
    kept = (char for char in text if char in FSI + PDI or font.get_char_index(ord(char)))
    return " ".join("".join(kept).split())
