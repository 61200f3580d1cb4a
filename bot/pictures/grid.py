"""A picture of a grid: the more, the lighter its cell; each says its value and its sample."""

from dataclasses import dataclass

from bot.pictures.sheet import (
    BOTTOM,
    FAINT,
    LABEL,
    MARGIN,
    NOTE,
    PALE,
    ROOM,
    SMALL,
    TOP,
    Sheet,
    Style,
)

HEADS, ROW, GAP, PAD = 48, 76, 4, 8
DARK = 0.48
# What a colour gives to how light it looks, of red, green and blue (ITU-R BT.601).
LIGHT = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is said, above its sample; `part` of the most, 0 to 1, None where small."""

    value: str = ""
    sample: str = ""
    part: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what it is of, above its sample, and its cells; None is left empty."""

    name: str
    sample: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """All that is drawn, `side` pixels for the names; `rtl` when it is read from the right."""

    title: str
    period: str
    alt: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    side: int
    rtl: bool
    notes: tuple[str, ...] = ()


def draw(found: Grid) -> bytes:
    """Draw a grid as a PNG, 1000 pixels wide."""
    return sheet_of(found).png()


def sheet_of(found: Grid) -> Sheet:
    """Draw a grid on a sheet."""
    height = TOP + HEADS + ROW * len(found.rows) + NOTE * len(found.notes) + PAD + BOTTOM
    sheet = Sheet(height, rtl=found.rtl)
    sheet.frame(found.title, found.period, found.notes)
    wide = (ROOM - found.side) / len(found.heads)
    for column, head in enumerate(found.heads):
        middle = MARGIN + found.side + wide * (column + 0.5)
        sheet.write(head, middle, TOP + HEADS / 2, LABEL, side="middle", room=wide - PAD)
    for place, row in enumerate(found.rows):
        top = TOP + HEADS + ROW * place
        _two(sheet, (row.name, row.sample), (MARGIN, top), found.side - PAD, (LABEL, SMALL))
        for column, cell in enumerate(row.cells):
            if cell is not None:
                _draw_cell(sheet, cell, (MARGIN + found.side + wide * column, top), wide)
    return sheet


def _two(
    sheet: Sheet,
    said: tuple[str, str],
    at: tuple[float, float],
    room: float,
    how: tuple[Style, Style],
) -> None:
    """Write a name above its sample, or in the middle where it has none."""
    first, second = (25, 55) if said[1] else (ROW / 2, ROW / 2)
    sheet.write(said[0], at[0], at[1] + first, how[0], room=room)
    if said[1]:
        sheet.write(said[1], at[0], at[1] + second, how[1], room=room)


def _draw_cell(sheet: Sheet, cell: Cell, at: tuple[float, float], wide: float) -> None:
    color = PALE if cell.part is None else color_of(cell.part)
    sheet.box(at[0], at[1], (wide - GAP, ROW - GAP), color)
    ink = FAINT if cell.part is None else "white" if lightness(color) < DARK else "black"
    middle, room = at[0] + (wide - GAP) / 2, wide - GAP - PAD
    first, second = (26, 55) if cell.value and cell.sample else (36, 36)
    if cell.value:
        bold = cell.part is not None
        sheet.write(
            cell.value, middle, at[1] + first, Style(30, ink, bold), side="middle", room=room
        )
    if cell.sample:
        sheet.write(cell.sample, middle, at[1] + second, Style(25, ink), side="middle", room=room)


def color_of(part: float) -> str:
    """Give a colour that is as light as the part is much, for every kind of colour vision."""
    from matplotlib import colormaps  # noqa: PLC0415 - slow to load
    from matplotlib.colors import to_hex  # noqa: PLC0415

    return to_hex(colormaps["cividis"](part))


def lightness(color: str) -> float:
    """Say how light a colour looks, 0 to 1, as in a print without colour."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return sum(part * weight for part, weight in zip(parts, LIGHT, strict=True))
