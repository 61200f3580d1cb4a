"""What was tried and what came of it, a row each, as it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from tests.chaos.desks import End
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import Reckoning

HEADS = ("tried", "database", "struck", "promised", "sent", "lost", "stored twice", "sent twice")


@dataclass
class Row:
    """One trouble: how often it struck, what was promised meanwhile, and what came of it."""

    tried: str
    database: str
    struck: str
    promised: int = 0
    sent: int = 0
    lost: int = 0
    twice: int = 0
    doubled: int = 0
    counted: int = 0
    faults: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, tried: str, url: str, struck: str, ledger: Ledger, found: Reckoning) -> Self:
        """Make a row of a ledger and what was found of it."""
        row = cls(tried, url.partition(":")[0].partition("+")[0], struck)
        row.promised, row.sent = ledger.promises, found.sent
        row.lost, row.twice = len(found.lost), len(found.twice)
        row.doubled, row.counted = found.doubled.total(), found.counted.total()
        uncounted = [f"more went twice to {side} than counted" for side in found.uncounted]
        row.faults = [*found.lost, *found.twice, *uncounted]
        row.strange = list(ledger.strange)
        if found.folded:
            row.remarks.append(f"{found.folded} cards folded into a line, as the flood rule says")
        if ledger.repeated:
            row.remarks.append(f"{ledger.repeated} deliveries repeated on purpose")
        return row

    def end(self, end: End) -> None:
        """Note how the processes ended, and how long all took to leave."""
        self.remarks.append(f"drained in {end.took:.0f} s")
        self.strange += [f"a process ended with {code}" for code in end.codes if code]

    @property
    def holds(self) -> bool:
        """Whether everything that was promised was kept, and nobody answered nonsense."""
        return not (self.faults or self.strange)

    def cells(self) -> tuple[str, ...]:
        """Give what stands under the heads."""
        counted = f" (of {self.counted} counted)" if self.counted else ""
        return (
            *(self.tried, self.database, self.struck, str(self.promised), str(self.sent)),
            *(str(self.lost), str(self.twice), f"{self.doubled}{counted}"),
        )


def printed(rows: Iterable[Row]) -> str:
    """Set rows under their heads, as Markdown, with what each leaves to say below."""
    rows = list(rows)
    cells = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADS))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for row in rows:
        said = [*row.remarks, *row.faults[:20], *row.strange[:20]]
        lines += [f"- {row.tried}, {row.database}: {'; '.join(said)}"] if said else []
    return "\n".join(lines)


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "| " + " | ".join(cell.ljust(n) for cell, n in zip(cells, widths, strict=True)) + " |"
