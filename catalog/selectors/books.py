"""The page of a book: a work with its editions and all copies that can be bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Min, OuterRef, Q, Value, When
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from books4all.lib.isbn import hyphenate
from books4all.lib.money import Money
from catalog import languages
from catalog.constants import (
    HARDBACKS,
    Condition,
    Form,
    IdentifierType,
    ReviewStatus,
    Role,
)
from catalog.models import (
    Contribution,
    Edition,
    Identifier,
    Listing,
    Review,
    SeriesEntry,
    Work,
    WorkSubject,
)
from catalog.querysets import ListingQuerySet
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.offers import Offer, offer_of
from catalog.selectors.paging import Page, bounds, page_number

OFFERS_A_PAGE = 25
EDITIONS_SHOWN = 40
REVIEWS_SHOWN = 10
SHELF_SHOWN = 8

# The kinds of copy, each copy being of exactly one.
KINDS: dict[str, str | Promise] = {
    "new": _("New"),
    "paperback": _("Used paperback"),
    "hardback": _("Used hardback"),
    "rare": _("Rare"),
    "other": _("Other used"),
}
_KIND = Case(
    When(rare=True, then=Value("rare")),
    When(Q(condition=Condition.NEW), then=Value("new")),
    When(edition__form__in=HARDBACKS, then=Value("hardback")),
    When(edition__form=Form.PAPERBACK, then=Value("paperback")),
    default=Value("other"),
)


@dataclass(frozen=True, slots=True)
class KindOfCopy:
    """How many copies of a kind there are, and the lowest price delivered (None: none is sent)."""

    code: str
    label: str | Promise
    copies: int
    from_price: Money | None


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition in the list, with its ISBNs as printed and the people of this edition only."""

    edition: Edition
    isbns: list[str]
    people: list[dict[str, str]]
    copies: int


@dataclass(frozen=True, slots=True)
class BookPage:
    """All that the page shows. On later pages of the offers the rest of the book is left out."""

    work: Work
    authors: list[dict[str, str]]
    helpers: list[dict[str, str]]
    subjects: list[dict[str, Any]]
    series: list[dict[str, str]]
    kinds: list[KindOfCopy]
    kind: str
    copies: int
    undeliverable: int
    sellers: int
    from_price: Money | None
    offers: Page[Offer]
    editions: Sequence[EditionRow]
    reviews: Sequence[Review]
    bars: list[tuple[int, int]]
    shelf: list[WorkCard]

    @property
    def best(self) -> Offer | None:
        """The copy with the lowest price delivered, on the first page."""
        offers = self.offers.items
        return offers[0] if offers and self.offers.number == 1 else None

    @property
    def kind_label(self) -> str | Promise:
        """The chosen kind in words, empty for all copies."""
        return KINDS.get(self.kind, "")

    @property
    def original_tag(self) -> str:
        """The original language's tag for HTML, so that a screen reader changes its voice."""
        return languages.bcp47(self.work.original_language)

    @property
    def is_first(self) -> bool:
        """Whether this is the whole page of the book, not just more of its copies."""
        return self.offers.number == 1


def book_page(*, slug: str, country: str, kind: str = "", number: int = 1) -> BookPage:
    """Read the page of the work ``slug`` for a visitor in ``country``, in at most six queries.

    ``kind`` is a key of ``KINDS`` or empty for all copies; ``number`` the page of the offers.

    Raises:
        Work.DoesNotExist: there is no such book.
    """
    kind = kind if kind in KINDS else ""
    number = page_number(number)
    work = _work(slug)
    tally = _tally(work, country)
    kinds = _kinds(tally)
    total = tally[f"{kind}_n"] if kind else tally["copies"]
    people: list[dict[str, str]] = work.people_json  # type: ignore[attr-defined]  # annotated
    first = number == 1
    return BookPage(
        work=work,
        authors=[person for person in people if person["role"] == Role.AUTHOR],
        helpers=[
            {**person, "label": role_label(person["role"])}
            for person in people
            if person["role"] != Role.AUTHOR
        ],
        subjects=work.subjects_json,  # type: ignore[attr-defined]  # annotated
        series=work.series_json,  # type: ignore[attr-defined]  # annotated
        kinds=kinds,
        kind=kind,
        copies=tally["copies"],
        undeliverable=tally["copies"] - tally["sent"],
        sellers=tally["sellers"],
        from_price=_money(tally["from_minor"]),
        offers=Page(_offers(work, country, kind, number), number, OFFERS_A_PAGE, total),
        editions=_editions(work) if first else [],
        reviews=_reviews(work) if first else [],
        bars=_bars(work.stars_json),  # type: ignore[attr-defined]  # annotated
        shelf=same_shelf(work, country) if first else [],
    )


def _work(slug: str) -> Work:
    people = Contribution.objects.filter(work=OuterRef("pk"), edition__isnull=True).order_by(
        "sequence", "pk"
    )
    subjects = WorkSubject.objects.filter(work=OuterRef("pk")).order_by("-is_main", "pk")
    series = SeriesEntry.objects.filter(work=OuterRef("pk")).order_by("series__name", "pk")
    stars = (
        Review.objects.filter(work=OuterRef("pk"), status=ReviewStatus.PUBLISHED)
        .order_by()
        .values("rating")
        .annotate(row=JSONObject(stars="rating", n=Count("pk")))
        .values("row")
    )
    return Work.objects.annotate(
        people_json=ArraySubquery(
            people.values(
                row=JSONObject(
                    name="person__name",
                    native="person__native_name",
                    slug="person__slug",
                    role="role",
                )
            )[:20]
        ),
        subjects_json=ArraySubquery(
            subjects.values(
                row=JSONObject(
                    id="subject_id",
                    name="subject__name",
                    slug="subject__slug",
                    main="is_main",
                    parent="subject__parent__name",
                    parent_slug="subject__parent__slug",
                )
            )[:20]
        ),
        series_json=ArraySubquery(
            series.values(
                row=JSONObject(name="series__name", slug="series__slug", number="number")
            )[:5]
        ),
        stars_json=ArraySubquery(stars),
    ).get(slug=slug)


def _of(work: Work) -> ListingQuerySet:
    return Listing.objects.on_sale().filter(edition__work=work)


def _tally(work: Work, country: str) -> dict[str, Any]:
    """Count the copies of each kind and find each kind's lowest price, in one query."""
    counts: dict[str, Any] = {
        "copies": Count("pk"),
        "sent": Count("landed_minor"),
        "sellers": Count("seller", distinct=True),
        "from_minor": Min("landed_minor"),
    }
    for code in KINDS:
        counts[f"{code}_n"] = Count("pk", filter=Q(kind=code))
        counts[f"{code}_from"] = Min("landed_minor", filter=Q(kind=code))
    return _of(work).order_by().with_landed_price(country).annotate(kind=_KIND).aggregate(**counts)


def _kinds(tally: dict[str, Any]) -> list[KindOfCopy]:
    kinds = [
        KindOfCopy(code, label, tally[f"{code}_n"], _money(tally[f"{code}_from"]))
        for code, label in KINDS.items()
    ]
    # "Other" is only worth a tab when there is one: maps, pamphlets, bindings nobody named.
    return [kind for kind in kinds if kind.copies or kind.code != "other"]


def _offers(work: Work, country: str, kind: str, number: int) -> list[Offer]:
    """Return a page of copies, the cheapest delivered first, those not sent there last."""
    listings = _of(work)
    if kind:
        listings = listings.annotate(kind=_KIND).filter(kind=kind)
    listings = (
        listings.with_book()
        .with_delivery(country)
        .order_by(F("landed_minor").asc(nulls_last=True), "price_minor", "pk")
    )
    return [offer_of(listing) for listing in listings[bounds(number, OFFERS_A_PAGE)]]


def _editions(work: Work) -> list[EditionRow]:
    identifiers = Identifier.objects.filter(
        edition=OuterRef("pk"), type=IdentifierType.ISBN13
    ).order_by("pk")
    people = Contribution.objects.filter(edition=OuterRef("pk")).order_by("sequence", "pk")
    copies = (
        Listing.objects.on_sale()
        .filter(edition=OuterRef("pk"))
        .order_by()
        .values("edition")
        .annotate(n=Count("pk"))
        .values("n")
    )
    editions = (
        Edition.objects.filter(work=work)
        .select_related("publisher")
        .annotate(
            isbns=ArraySubquery(identifiers.values("value")[:3]),
            people_json=ArraySubquery(
                people.values(
                    row=JSONObject(name="person__name", slug="person__slug", role="role")
                )[:5]
            ),
            copies=ArraySubquery(copies),
        )
        .order_by(F("published_year").desc(nulls_last=True), "pk")[:EDITIONS_SHOWN]
    )
    return [
        EditionRow(
            edition=edition,
            isbns=[hyphenate(isbn) for isbn in edition.isbns],
            people=[{**row, "role_label": role_label(row["role"])} for row in edition.people_json],
            copies=sum(edition.copies),
        )
        for edition in editions
    ]


def _reviews(work: Work) -> list[Review]:
    published = Review.objects.filter(work=work, status=ReviewStatus.PUBLISHED).exclude(text="")
    return list(published.order_by("-published_at", "-pk")[:REVIEWS_SHOWN])


def same_shelf(work: Work, country: str) -> list[WorkCard]:
    """Return cards of other works by the same author, then of the same main subject."""
    authors = Contribution.objects.filter(work=work, role=Role.AUTHOR, edition__isnull=True).values(
        "person"
    )
    subjects = WorkSubject.objects.filter(work=work, is_main=True).values("subject")
    by_author = Q(
        pk__in=Contribution.objects.filter(
            person__in=authors, role=Role.AUTHOR, edition__isnull=True
        ).values("work")
    )
    of_subject = Q(pk__in=WorkSubject.objects.filter(subject__in=subjects).values("work"))
    works = (
        Work.objects.filter(by_author | of_subject)
        .exclude(pk=work.pk)
        .annotate(same_hand=Case(When(by_author, then=Value(0)), default=Value(1)))
        .order_by("same_hand", "-popularity", "pk")[:SHELF_SHOWN]
    )
    return cards_for(works, country)


def role_label(code: str) -> str:
    """Return a contributor's role in words."""
    return str(dict(Role.choices).get(code, code))


def _bars(stars: list[dict[str, int]]) -> list[tuple[int, int]]:
    counts = {row["stars"]: row["n"] for row in stars}
    return [(value, counts.get(value, 0)) for value in (5, 4, 3, 2, 1)]


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)
