"""Long lists a page at a time: which page of each a person looks at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Pages = Mapping[str, int]
LISTS = ("late", "due", "coming", "untimed", "members", "followups", "unassigned", "asked", "dead")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list that has a name: what stands on it, of how many, the how-manieth."""

    name: str
    items: Sequence[T]
    total: int
    number: int
    size: int

    @property
    def last(self) -> int:
        """The number of the last page; the first is 0."""
        return max(0, (self.total - 1) // self.size)


def page(
    name: str, pages: Pages, *, total: int, size: int, take: Callable[[int], Sequence[T]]
) -> Page[T]:
    """Give the page that a person looks at; `take` gives what follows after so many.

    A list that grew shorter meanwhile shows its last page.
    """
    number = min(pages.get(name, 0), max(0, (total - 1) // size))
    return Page(name, take(number * size) if total else (), total, number, size)
