"""What a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from books4all.lib.money import Money
from catalog.constants import SubjectScheme
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
    """A subject of a tree, with the copies it would bring; ``parent`` is a slug.

    Those of the two upper levels, those right under the subjects chosen, and those above them.
    ``scheme`` is a ``SubjectScheme``: the shelves of the shop, or Thema.
    """

    slug: str
    name: str
    parent: str
    copies: int
    scheme: str = SubjectScheme.SHELF


@dataclass(frozen=True, slots=True)
class EditionFound:
    """An edition that bears the ISBN asked for, and its copies on sale.

    ``number`` is its own ISBN-13 where that is not what was asked for but one slip away.
    """

    edition: Edition
    from_price: Money | None
    copies: int
    number: str = ""


@dataclass(frozen=True, slots=True)
class IsbnAnswer:
    """What became of an ISBN in the query.

    ``digits`` is what was typed without hyphens, ``isbn13`` its 13-digit form (empty when the check
    digit is wrong), ``expected`` the digit that would be right. When no edition bears a wrong number,
    ``meant`` holds those whose ISBN is one slip away from it.
    """

    digits: str
    isbn13: str
    expected: str
    editions: Sequence[EditionFound]
    meant: Sequence[EditionFound] = ()


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
    without filters). ``matched`` counts the works that the words match, whatever the filters.

    ``works`` is exact up to 10,000; ``more`` says that there are more, and ``works_about`` that with
    several filters it is only about right. ``about`` says that
    ``copies``, ``sellers``, ``counts`` and ``subjects`` were worked out from a sample of the works.
    ``corrected`` holds the words that were searched for instead of misspelt ones, ``meant`` those
    that may have been meant by words that were to be searched for as typed. ``too_broad``
    says that the search took too long and was stopped: fewer books must be asked for.
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
    more: bool = False
    about: bool = False
    works_about: bool = False
    corrected: str = ""
    meant: str = ""
    too_broad: bool = False
    isbn: IsbnAnswer | None = None
    landmark: Landmark | None = None

    @property
    def pages(self) -> int:
        """How many pages can be asked for, at least 1."""
        return max(1, min(LAST_PAGE, -(-(self.works + self.unsold) // PAGE_SIZE)))
