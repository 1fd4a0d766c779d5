"""What a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from books4all.lib.money import Money
from catalog.models import Edition
from catalog.search.query import LAST_PAGE, PAGE_SIZE, Query
from catalog.selectors.cards import WorkCard


@dataclass(frozen=True, slots=True)
class Hit:
    """A work found. Its card counts and prices the copies that meet the filters, and no others."""

    card: WorkCard
    new_from: Money | None
    used_from: Money | None
    rare_from: Money | None


@dataclass(frozen=True, slots=True)
class SubjectCount:
    """A subject of the two upper levels, with the copies it would bring; ``parent`` is a slug."""

    slug: str
    name: str
    parent: str
    copies: int


@dataclass(frozen=True, slots=True)
class EditionFound:
    """An edition that bears the ISBN asked for, and its copies on sale."""

    edition: Edition
    from_price: Money | None
    copies: int


@dataclass(frozen=True, slots=True)
class IsbnAnswer:
    """What became of an ISBN in the query.

    ``digits`` is what was typed without hyphens, ``isbn13`` its 13-digit form (empty when the check
    digit is wrong), ``expected`` the digit that would be right.
    """

    digits: str
    isbn13: str
    expected: str
    editions: Sequence[EditionFound]


@dataclass(frozen=True, slots=True)
class Landmark:
    """A person, shop, series or subject that is called just what was typed."""

    kind: str
    name: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of works found, and the copies that every option of a filter would bring.

    ``works``, ``copies`` and ``sellers`` count what is on sale and meets the filters; ``unsold``
    counts works found without a copy on sale, which stand last (only for a search by words and
    without filters). ``matched`` counts the works that the words match, whatever the filters. ``corrected`` holds the words that were searched for instead of misspelt ones.
    """

    query: Query
    hits: Sequence[Hit]
    works: int
    copies: int
    sellers: int
    unsold: int = 0
    matched: int = 0
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    subjects: Sequence[SubjectCount] = ()
    corrected: str = ""
    isbn: IsbnAnswer | None = None
    landmark: Landmark | None = None

    @property
    def pages(self) -> int:
        """How many pages can be asked for, at least 1."""
        return max(1, min(LAST_PAGE, -(-(self.works + self.unsold) // PAGE_SIZE)))
