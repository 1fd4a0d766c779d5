"""A publisher with its editions, the newest first."""

from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet

from catalog.models import Edition, Publisher
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import MOST_COUNTED, Slice

EDITIONS_A_PAGE = 48
EDITIONS_NAMED = 3


@dataclass(slots=True)
class Published:
    """A book as a publisher brought it out: its card, and the editions there were of it."""

    card: WorkCard
    editions: list[Edition] = field(default_factory=list)

    @property
    def note(self) -> str:
        """The editions in words: "Hardback, 1994; Paperback, 1996"."""
        lines = (
            ", ".join(part for part in (row.form_label, str(row.published_year or "")) if part)
            for row in self.editions[:EDITIONS_NAMED]
        )
        return "; ".join(dict.fromkeys(lines))


@dataclass(frozen=True, slots=True)
class PublisherPage:
    """A publisher: how many editions (10,001: more than 10,000), the books, the imprints."""

    publisher: Publisher
    editions: int
    books: Slice[Published]
    imprints: list[str]


def publisher_page(*, slug: str, country: str, after: str = "", before: str = "") -> PublisherPage:
    """Read a publisher's page in four queries.

    ``after`` and ``before`` are places in the list as ``Slice`` gives them; anything else is the start.

    Raises:
        Publisher.DoesNotExist: there is no such publisher.
    """
    publisher = Publisher.objects.get(slug=slug)
    editions = Edition.objects.filter(publisher=publisher)
    counted = editions.order_by().values("pk")[: MOST_COUNTED + 1].count()
    rows, has_before, has_after = _rows(editions, after, before)
    names = dict.fromkeys(row.imprint for row in rows if row.imprint)
    return PublisherPage(
        publisher=publisher,
        editions=counted,
        books=Slice(
            items=_books(rows, country),
            before=_named(rows[0]) if rows and has_before else "",
            after=_named(rows[-1]) if rows and has_after else "",
        ),
        imprints=[name for name in names if name.casefold() != publisher.name.casefold()],
    )


def _rows(
    editions: "QuerySet[Edition]", after: str, before: str
) -> tuple[list[Edition], bool, bool]:
    """Read a page with one to spare, and say whether there are editions before and after it."""
    backwards = bool(before) and not after
    place = _place(before if backwards else after)
    parts = _backwards(editions, place) if backwards else _forwards(editions, place)
    rows: list[Edition] = []
    for part in parts:
        if len(rows) <= EDITIONS_A_PAGE:
            rows += part[: EDITIONS_A_PAGE + 1 - len(rows)]
    more = len(rows) > EDITIONS_A_PAGE
    rows = rows[:EDITIONS_A_PAGE]
    if backwards:
        rows.reverse()
        return rows, more, True
    return rows, bool(place), more


# Those with a year and those without are read apart: one condition for both could not enter the
# index at the place, and page 100 would read all pages before it.


def _forwards(
    editions: "QuerySet[Edition]", place: tuple[int | None, int] | None
) -> "list[QuerySet[Edition]]":
    if place is None:
        return [editions.order_by(F("published_year").desc(nulls_last=True), "-pk")]
    year, pk = place
    undated = editions.filter(published_year__isnull=True).order_by("-pk")
    if year is None:
        return [undated.filter(pk__lt=pk)]
    dated = editions.filter(~Q(published_year=year, pk__gte=pk), published_year__lte=year)
    return [dated.order_by(F("published_year").desc(nulls_last=True), "-pk"), undated]


def _backwards(
    editions: "QuerySet[Edition]", place: tuple[int | None, int] | None
) -> "list[QuerySet[Edition]]":
    dated = editions.filter(published_year__isnull=False)
    dated = dated.order_by(F("published_year").asc(nulls_first=True), "pk")
    undated = editions.filter(published_year__isnull=True).order_by("pk")
    if place is None:
        return [undated, dated]
    year, pk = place
    if year is None:
        return [undated.filter(pk__gt=pk), dated]
    return [dated.filter(~Q(published_year=year, pk__lte=pk), published_year__gte=year)]


def _books(rows: list[Edition], country: str) -> list[Published]:
    """Return the books of a page once each, at the place of their newest edition there."""
    cards = cards_for(list(dict.fromkeys(row.work_id for row in rows)), country)
    books = {card.work.pk: Published(card) for card in cards}
    for row in rows:
        books[row.work_id].editions.append(row)
    return list(books.values())


def _named(edition: Edition) -> str:
    year = "x" if edition.published_year is None else str(edition.published_year)
    return f"{year}.{edition.pk}"


def _place(text: str) -> tuple[int | None, int] | None:
    first, _dot, second = text.partition(".")
    if not (second.isascii() and second.isdigit() and len(second) < 19):
        return None
    if first == "x":
        return None, int(second)
    figures = first.removeprefix("-")
    if not (figures.isascii() and figures.isdigit() and len(figures) < 5):
        return None
    return int(first), int(second)
