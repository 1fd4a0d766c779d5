"""What has just been put out: all copies, those of a subject, of a shop, and the rare room."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q

from accounts.models import Seller
from catalog.models import Listing, SubjectWork
from catalog.querysets import ListingQuerySet
from catalog.selectors.offers import Offer, offer_of
from catalog.selectors.paging import Slice
from catalog.selectors.subjects import Node, subject_family

COPIES_A_PAGE = 48
# A shelf of fewer works is asked for its copies; a fuller one is looked for among the newest copies.
SMALL_SHELF = 3000
NEWEST_LOOKED_THROUGH = 20_000

_THOSE_ON_SHELF = """
    SELECT newest.id FROM ({newest}) AS newest (id, edition_id)
    WHERE EXISTS (
        SELECT FROM catalog_edition e JOIN catalog_subjectwork sw ON sw.work_id = e.work_id
        WHERE e.id = newest.edition_id AND sw.subject_id = %s OFFSET 0
    )
    LIMIT %s
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A book with its newest copy, and how many more copies of it are among the copies of a page."""

    offer: Offer
    more: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Copies, the newest first. ``subject`` where only a shelf's are shown."""

    copies: Slice[Offer]
    subject: Node | None = None

    @property
    def books(self) -> list[Arrival]:
        """The books of these copies once each, where the newest copy stands."""
        return books_of(self.copies.items)


# What makes a copy rare, as the rare room can be narrowed by it.
MARKS = {"signed": "signed", "first": "first_edition", "inscribed": "inscribed"}


def new_arrivals(*, country: str, subject: str = "", after: str = "", before: str = "") -> Arrivals:
    """Return the newest copies on sale, perhaps only those on one shelf; in one query, or three.

    ``after`` and ``before`` are places in the list as ``Slice`` gives them; anything else is the start.

    Raises:
        Subject.DoesNotExist: there is no such subject.
    """
    shelf = subject_family(subject)[0] if subject else None
    return Arrivals(copies=_shelf_slice(shelf, country, after, before), subject=shelf)


def _shelf_slice(
    shelf: Node | None, country: str, after: str, before: str, size: int = COPIES_A_PAGE
) -> Slice[Offer]:
    """Read a shelf's copies from whichever end is the shorter: its works, or the newest copies."""
    if shelf is None or shelf.works > SMALL_SHELF:
        return _slice(_on_sale(), country, after, before, size=size, shelf=shelf)
    return _slice(_of_shelf(shelf), country, after, before, size=size)


def rare_room(*, country: str, mark: str = "", after: str = "", before: str = "") -> Slice[Offer]:
    """Return rare and collectable copies on sale, the newest first, in one query.

    ``mark`` is a key of ``MARKS``, or empty for all of them.
    """
    copies = _on_sale().filter(rare=True)
    if mark in MARKS:
        copies = copies.filter(**{MARKS[mark]: True})
    return _slice(copies, country, after, before)


def books_of(offers: Sequence[Offer]) -> list[Arrival]:
    """Return the books of ``offers`` once each, at the place of the first copy."""
    times = Counter(offer.work.pk for offer in offers)
    once: dict[int, Arrival] = {}
    for offer in offers:
        once.setdefault(offer.work.pk, Arrival(offer, times[offer.work.pk] - 1))
    return list(once.values())


def newest_of_shop(*, seller: Seller, country: str, count: int) -> Sequence[Offer]:
    """Return what a shop has listed last, in one query."""
    return _slice(_on_sale().filter(seller=seller), country, "", "", size=count).items


def newest(*, country: str, count: int, shelf: Node | None = None) -> Sequence[Offer]:
    """Return the ``count`` copies listed last, perhaps of one shelf, in one query or two."""
    return _shelf_slice(shelf, country, "", "", count).items


def _on_sale() -> ListingQuerySet:
    return Listing.objects.on_sale().filter(listed_at__isnull=False)


def _of_shelf(shelf: Node) -> ListingQuerySet:
    """Return the copies of a shelf of few works, found by its works."""
    works = SubjectWork.objects.filter(subject=shelf.pk).values("work")
    return _on_sale().filter(edition__work__in=works)


def _on_full_shelf(newest: ListingQuerySet, shelf: Node, size: int) -> ListingQuerySet:
    """Return the first ``size`` of the ordered copies ``newest`` that stand on a shelf of many works.

    They are asked one after another, until enough have said yes: joined, all of the shelf's copies
    would be read and sorted.
    """
    looked_through = newest.values("pk", "edition")[:NEWEST_LOOKED_THROUGH]
    statement, parameters = looked_through.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_THOSE_ON_SHELF.format(newest=statement), [*parameters, shelf.pk, size])
        keys = [row[0] for row in cursor.fetchall()]
    return Listing.objects.filter(pk__in=keys)


def _slice(
    copies: ListingQuerySet,
    country: str,
    after: str,
    before: str,
    *,
    size: int = COPIES_A_PAGE,
    shelf: Node | None = None,
) -> Slice[Offer]:
    backwards = bool(before) and not after
    place = _place(before if backwards else after)
    if place:
        at, pk = place
        # Two conditions and not one with OR: the index is entered at the place.
        if backwards:
            copies = copies.filter(~Q(listed_at=at, pk__lte=pk), listed_at__gte=at)
        else:
            copies = copies.filter(~Q(listed_at=at, pk__gte=pk), listed_at__lte=at)
    order = ("listed_at", "pk") if backwards else ("-listed_at", "-pk")
    copies = copies.order_by(*order)
    if shelf:
        copies = _on_full_shelf(copies, shelf, size + 1).order_by(*order)
    rows = list(copies.with_book().with_delivery(country)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (bool(place), more)
    return Slice(
        items=[offer_of(row) for row in rows],
        before=_named(rows[0]) if rows and has_before else "",
        after=_named(rows[-1]) if rows and has_after else "",
    )


def _named(listing: Listing) -> str:
    """Name a copy's place: the microsecond it was listed, and its key."""
    at = listing.listed_at or _EPOCH
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{listing.pk}"


def _place(text: str) -> tuple[datetime, int] | None:
    first, _dash, second = text.partition("-")
    if not (first.isascii() and first.isdigit() and second.isascii() and second.isdigit()):
        return None
    # Sixteen figures end in the year 2286; eighteen fit a key.
    if len(first) > 16 or len(second) > 18:
        return None
    return _EPOCH + timedelta(microseconds=int(first)), int(second)
