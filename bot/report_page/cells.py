"""What the tables of the report are made of: a cell as it reads and as it is sorted."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.profit import rounded
from bot.texts import Safe, Words
from bot.views.figures import on_its_line
from rules.report_values import Amount, Share, Spread


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words; it is sorted by `order`, "" last; one of a `small` sample is grey."""

    text: str
    order: str = ""
    small: bool = False


NOTHING = Cell("")


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its title, with what it is of; the first cell of a row names it."""

    key: str
    title: str
    about: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the cells of a report in this money, in plain `words`; what is None stays empty."""

    words: Words
    currency: str

    def table(self, key: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
        """Make a table of the texts of its key and of its heads."""
        about = f"report.{key}_about"
        return Table(
            key,
            self.words.say(f"report.{key}"),
            self.words.say(about) if self.words.has(about) else "",
            tuple(self.words.say(f"report.head_{one}") for one in heads),
            tuple(map(tuple, rows)),
        )

    def name(self, text: str, otherwise: str) -> Cell:
        """Name a row, or say what has no name."""
        shown = " ".join(text.split()) or self.words.say(otherwise)
        return Cell(shown, shown.casefold())

    def count(self, number: int) -> Cell:
        """Write a number of things."""
        return Cell(str(number), str(number))

    def minor(self, value: float | None) -> Cell:
        """Write minor units as money."""
        if value is None:
            return NOTHING
        said = on_its_line(self.words.money(rounded(value, self.currency)))
        return Cell(said, str(round(value)))

    def amount(self, amount: Amount) -> Cell:
        """Write money, of several currencies beside each other; it is sorted by the report's."""
        parts = amount.parts(self.currency)
        said = Safe(" + ".join(on_its_line(self.words.money(one)) for one in parts))
        return Cell(said or self.words.say("digest.none"), str(amount.minor))

    def share(self, share: Share, *, sure: bool = True) -> Cell:
        """Write a part with its sample, and with its interval where it is to be `sure`."""
        rate = share.rate
        if rate is None:
            return NOTHING
        said = self.words.say("report.part_of", rate=self.words.percent(rate), n=share.of)
        if sure and share.low is not None and share.high is not None:
            said = self.words.lines(said, self.between(share.low, share.high))
        return Cell(said, f"{rate:.6f}", share.small)

    def between(self, low: float, high: float) -> Safe:
        """Write an interval of parts."""
        ends = {"low": self.words.percent(low), "high": self.words.percent(high)}
        return self.words.say("picture.between", **ends)

    def interval(self, low: float | None, high: float | None) -> Cell:
        """Write an interval of money."""
        if low is None or high is None:
            return NOTHING
        ends = {"low": self.minor(low).text, "high": self.minor(high).text}
        said = self.words.say("picture.between", **{at: Safe(one) for at, one in ends.items()})
        return Cell(said, str(round(low)))

    def part(self, rate: float | None) -> Cell:
        """Write a part alone."""
        return NOTHING if rate is None else Cell(self.words.percent(rate), f"{rate:.6f}")

    def times(self, value: float | None) -> Cell:
        """Write how many times a thing came back."""
        return NOTHING if value is None else Cell(f"{value:.2f}", f"{value:.6f}")

    def median(self, spread: Spread) -> Cell:
        """Write how long it took half of them, with how many they are."""
        if spread.median is None:
            return NOTHING
        span = self.words.duration(spread.median)
        said = self.words.say("report.median_of", span=span, n=spread.of)
        return Cell(said, str(round(spread.median)), spread.small)

    def span(self, seconds: float | None, *, small: bool = False) -> Cell:
        """Write a time."""
        if seconds is None:
            return NOTHING
        return Cell(self.words.duration(seconds), str(round(seconds)), small)
