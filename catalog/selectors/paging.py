"""One page of a bounded list, and one slice of a list without end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

# Deeper pages cost the database more than anybody reads: searching narrows better than paging.
LAST_PAGE = 200
# Counting stops here; after that "more than 10,000" is honest.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """``items`` of page ``number`` (from 1) of a list of ``total``, ``size`` a page."""

    items: Sequence[T_co]
    number: int
    size: int
    total: int

    @property
    def num_pages(self) -> int:
        """How many pages can be asked for, at least 1."""
        return max(1, min(LAST_PAGE, -(-self.total // self.size)))

    @property
    def cut_short(self) -> bool:
        """Whether the list goes on after the last page that can be asked for."""
        return self.total > LAST_PAGE * self.size

    @property
    def shown(self) -> int:
        """How many items all pages together show."""
        return min(self.total, LAST_PAGE * self.size)

    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.num_pages


@dataclass(frozen=True, slots=True)
class Slice(Generic[T_co]):
    """Neighbours in a list that nobody counts.

    ``before`` and ``after`` are places in the list: where the items before these end, and where those
    after them begin. Empty when there are none.
    """

    items: Sequence[T_co]
    before: str
    after: str


def bounds(number: int, size: int) -> slice:
    """Return the slice of page ``number``; numbers outside 1 to ``LAST_PAGE`` are moved inside."""
    first = (page_number(number) - 1) * size
    return slice(first, first + size)


def page_number(number: int) -> int:
    """Return ``number`` moved into 1 to ``LAST_PAGE``."""
    return min(max(number, 1), LAST_PAGE)
