"""One page of a bounded list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

# Deeper pages cost the database more than anybody reads: searching narrows better than paging.
LAST_PAGE = 200


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

    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.num_pages


def bounds(number: int, size: int) -> slice:
    """Return the slice of page ``number``; numbers outside 1 to ``LAST_PAGE`` are moved inside."""
    first = (page_number(number) - 1) * size
    return slice(first, first + size)


def page_number(number: int) -> int:
    """Return ``number`` moved into 1 to ``LAST_PAGE``."""
    return min(max(number, 1), LAST_PAGE)
