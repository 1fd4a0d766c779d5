"""What a reader has saved: wants and a reading list. Queries start from who asks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When

from accounts.models import User
from books4all.lib.isbn import hyphenate
from books4all.lib.money import Money
from catalog.constants import IdentifierType, WantStatus, form_label
from catalog.models import Edition, Identifier, Listing, Want, WantMatch, Work
from catalog.querysets import on_sale
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import Page, bounds, page_number
from catalog.selectors.waiting import Waiter
from catalog.selectors.want_rule import Met, still_met

WANTS_A_PAGE = 30
BOOKS_A_PAGE = 24
# A want names as many of its copies; the book's page or a search has the others.
COPIES_A_WANT = 3
# As many editions of a book are offered to wait for.
MOST_EDITIONS = 200


@dataclass(frozen=True, slots=True)
class FoundCopy:
    """A copy on sale that meets a want, at its price delivered."""

    listing: Listing
    price: Money
    is_new: bool

    @property
    def url(self) -> str:
        """The offer on its book's page."""
        return f"{self.listing.edition.work.get_absolute_url()}#copy-{self.listing.pk}"


@dataclass(frozen=True, slots=True)
class WantRow:
    """A want, and the copies on sale that meet its terms, the cheapest first."""

    want: Want
    matches: int = 0
    new: int = 0
    copies: list[FoundCopy] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The book's title, or the words that stand for whatever they will find."""
        return self.want.book.title if self.want.book else self.want.query

    @property
    def edition(self) -> str:
        """The one edition that is waited for, in words; empty for any."""
        return edition_words(self.want.edition) if self.want.edition else ""

    @property
    def most(self) -> Money | None:
        """The most the reader would pay, delivered."""
        return self.want.most

    @property
    def from_price(self) -> Money | None:
        """The lowest price delivered of the copies."""
        return self.copies[0].price if self.copies else None

    @property
    def state(self) -> str:
        """What became of it: "found", "looking" or "paused"."""
        if self.paused:
            return "paused"
        return "found" if self.copies else "looking"

    @property
    def paused(self) -> bool:
        """Whether nobody looks for it just now."""
        return self.want.status == WantStatus.PAUSED


def open_wants(who: Waiter) -> QuerySet[Want]:
    """Return somebody's wants that are looked for or paused, with their books."""
    wants = who.wants.filter(status__in=(WantStatus.ACTIVE, WantStatus.PAUSED))
    return wants.select_related("work", "edition__work", "edition__publisher")


def wants_of(who: Waiter, *, number: int = 1) -> Page[WantRow]:
    """Return a page of somebody's open wants, those that can be bought now first."""
    wants = open_wants(who)
    copies = WantMatch.objects.filter(on_sale("listing__"), want=OuterRef("pk"))
    place = Case(
        When(status=WantStatus.PAUSED, then=Value(2)),
        When(Exists(copies), then=Value(0)),
        default=Value(1),
    )
    number = page_number(number)
    total = wants.count()
    rows = wants.order_by(place, "-created_at", "-pk")
    shown = list(rows[bounds(number, WANTS_A_PAGE)])
    found = with_copies(shown)
    # A copy on sale may be beyond the terms: then it counts as none.
    found.sort(key=lambda row: ("found", "looking", "paused").index(row.state))
    return Page(found, number, WANTS_A_PAGE, total)


def with_copies(wants: Sequence[Want]) -> list[WantRow]:
    """Return wants, in their order, with what meets them now; two queries."""
    met: dict[int, list[Met]] = defaultdict(list)
    for one in still_met([want.pk for want in wants]):
        met[one.want_id].append(one)
    named = [one.listing_id for found in met.values() for one in found[:COPIES_A_WANT]]
    listings = Listing.objects.with_book().in_bulk(named)
    return [
        WantRow(
            want=want,
            matches=len(met[want.pk]),
            new=sum(one.is_new for one in met[want.pk]),
            copies=[
                FoundCopy(
                    listings[one.listing_id],
                    Money(one.landed_minor, listings[one.listing_id].currency),
                    one.is_new,
                )
                for one in met[want.pk][:COPIES_A_WANT]
                if one.listing_id in listings
            ],
        )
        for want in wants
    ]


def want_of(who: Waiter, want_id: int) -> Want | None:
    """Return one open, confirmed want of theirs, None if there is no such."""
    return open_wants(who).filter(pk=want_id).first()


def new_copies_for(user: User) -> int:
    """Count the copies on sale that meet the user's wants and that they have not looked at; one query.

    By the copies alone: a price that has risen since is noticed on the page.
    """
    return WantMatch.objects.filter(
        on_sale("listing__"),
        want__user=user,
        want__status=WantStatus.ACTIVE,
        seen_at__isnull=True,
    ).count()


def editions_to_want(work: Work) -> list[Edition]:
    """Return the editions of a book that can be waited for, the latest first; one query.

    Each has ``isbn``, its first ISBN-13 or None.
    """
    numbers = Identifier.objects.filter(edition=OuterRef("pk"), type=IdentifierType.ISBN13)
    rows = work.editions.select_related("publisher").annotate(
        isbn=Subquery(numbers.order_by("pk").values("value")[:1])
    )
    return list(rows.order_by(F("published_year").desc(nulls_last=True), "pk")[:MOST_EDITIONS])


def edition_words(edition: Edition) -> str:
    """Return an edition as a reader tells it from others: publisher, year, form, and ISBN if known."""
    number = getattr(edition, "isbn", None)
    parts = [
        edition.publisher.name if edition.publisher else "",
        str(edition.published_year or ""),
        form_label(edition.form),
        hyphenate(number) if number else "",
    ]
    return ", ".join(part for part in parts if part)


def reading_list_of(user: User, *, country: str, number: int = 1) -> Page[WorkCard]:
    """Return a page of the books on the user's reading list, the last saved first."""
    works = Work.objects.filter(readinglistitem__reading_list__user=user)
    number = page_number(number)
    rows = works.order_by("-readinglistitem__created_at", "pk")
    total = works.count()
    return Page(cards_for(rows[bounds(number, BOOKS_A_PAGE)], country), number, BOOKS_A_PAGE, total)
