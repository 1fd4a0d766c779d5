"""Shops: the street they stand in, and each with its window, stock and terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Value, Window
from django.db.models.functions import MD5, Cast, Concat, JSONObject
from django.utils import timezone

from accounts.models import Seller
from books4all.lib.money import Money
from catalog.constants import ReviewStatus, Service
from catalog.models import DeliveryRate, Listing, Review, Subject, Work
from catalog.querysets import ListingQuerySet
from catalog.selectors.offers import Offer, days_line, offer_of, place_line, shop_url
from catalog.selectors.paging import Page, bounds, page_number

SHOPS_A_PAGE = 12
STOCK_A_PAGE = 24
WINDOW_SHOWN = 8
REVIEWS_SHOWN = 5
SUBJECTS_SHOWN = 6
# For a window of three different books, with some to spare for copies of one book.
NEWEST_READ = 8


@dataclass(frozen=True, slots=True)
class Front:
    """A shop as seen from the street. ``works`` are three covers for the window."""

    name: str
    url: str
    place: str
    paint: str
    rating: float | None
    works: list[Work]
    # Of how many shops this is one, where the query counted them.
    total: int = 0


@dataclass(frozen=True, slots=True)
class CountryCount:
    """How many shops a country has."""

    code: str
    name: str
    shops: int


@dataclass(frozen=True, slots=True)
class Postage:
    """What one service to the visitor's country costs and how long it takes."""

    service: str
    first: Money
    further: Money
    days: str


@dataclass(frozen=True, slots=True)
class ShopPage:
    """All that a shop's page shows."""

    seller: Seller
    place: str
    window: list[Offer]
    stock: Page[Offer]
    subjects: Sequence[Subject]
    subject: str
    query: str
    postage: list[Postage]
    reviews: Sequence[Review]


def fronts(sellers: "QuerySet[Seller]") -> list[Front]:
    """Return ``sellers`` as fronts with their windows, in one query."""
    window = (
        Listing.objects.on_sale()
        .filter(seller=OuterRef("pk"))
        .order_by("-listed_at", "-pk")
        .values(
            row=JSONObject(
                title="edition__work__title",
                author_line="edition__work__author_line",
                cover_subject="edition__work__cover_subject",
            )
        )[:NEWEST_READ]
    )
    return [
        Front(
            name=seller.name,
            url=shop_url(seller),
            place=place_line(seller),
            paint=seller.paint,
            rating=seller.rating,
            works=_covers(seller.window),
            total=getattr(seller, "total", 0),
        )
        for seller in sellers.annotate(window=ArraySubquery(window))
    ]


def _covers(rows: list[dict[str, str]]) -> list[Work]:
    """Return three works for a window, each title once."""
    once = {row["title"]: row for row in rows}
    return [Work(**row) for row in list(once.values())[:3]]


def street(count: int = 4) -> "QuerySet[Seller]":
    """Return the open shops of today's street: others every day, so that each gets its turn."""
    today = timezone.now().date().isoformat()
    turn = MD5(Concat(Cast("pk", CharField()), Value(today)))
    return Seller.objects.open().annotate(total=Window(Count("pk"))).order_by(turn)[:count]


def shops_page(*, country: str = "", number: int = 1) -> tuple[Page[Front], list[CountryCount]]:
    """Return a page of all shops, perhaps of one country only, and the countries to choose from."""
    approved = Seller.objects.approved()
    countries = [
        CountryCount(row["country"], _country_name(row["country"]), row["n"])
        for row in approved.order_by().values("country").annotate(n=Count("pk"))
    ]
    countries.sort(key=lambda row: row.name)
    total = sum(row.shops for row in countries if not country or row.code == country)
    shops = approved.filter(country=country) if country else approved
    number = page_number(number)
    rows = fronts(shops.order_by("name", "pk")[bounds(number, SHOPS_A_PAGE)])
    return Page(rows, number, SHOPS_A_PAGE, total), countries


def _country_name(code: str) -> str:
    return str(Seller(country=code).country.name)


def shop_page(
    *, slug: str, country: str, query: str = "", subject: str = "", number: int = 1
) -> ShopPage:
    """Read the page of an approved shop for a visitor in ``country``, in six queries.

    ``query`` finds words in title or author in the stock; ``subject`` (a slug) narrows it.

    Raises:
        Seller.DoesNotExist: there is no such shop, or it may not sell.
    """
    seller = Seller.objects.approved().get(slug=slug)
    stock = Listing.objects.on_sale().filter(seller=seller)
    number = page_number(number)
    plain = not query and not subject and number == 1
    return ShopPage(
        seller=seller,
        place=place_line(seller),
        window=_window(stock, country) if plain else [],
        stock=_stock(_narrow(stock, query, subject), country, number),
        subjects=_subjects(seller),
        subject=subject,
        query=query,
        postage=postage(seller, country),
        reviews=_reviews(seller),
    )


def _narrow(stock: ListingQuerySet, query: str, subject: str) -> ListingQuerySet:
    for word in query.split()[:8]:
        stock = stock.filter(
            Q(edition__work__title__unaccent__icontains=word)
            | Q(edition__work__author_line__unaccent__icontains=word)
        )
    if subject:
        stock = stock.filter(edition__work__in=_works_of(subject))
    return stock


def _works_of(subject: str) -> "QuerySet[Work, Mapping[str, object]]":
    return Work.objects.filter(
        Q(subjects__slug=subject) | Q(subjects__parent__slug=subject)
    ).values("pk")


def _window(stock: ListingQuerySet, country: str) -> list[Offer]:
    chosen = stock.with_book().with_delivery(country)
    listings = chosen.order_by("-edition__work__popularity", "-pk")[: WINDOW_SHOWN * 2]
    # One copy a book: a window does not show the same title twice.
    once = {listing.edition.work_id: listing for listing in reversed(list(listings))}
    return [offer_of(listing) for listing in reversed(once.values())][:WINDOW_SHOWN]


def _stock(stock: ListingQuerySet, country: str, number: int) -> Page[Offer]:
    listings = (
        stock.with_book()
        .with_delivery(country)
        .annotate(total=Window(Count("pk")))
        .order_by("-listed_at", "-pk")
    )
    rows = list(listings[bounds(number, STOCK_A_PAGE)])
    total = rows[0].total if rows else 0  # type: ignore[attr-defined]  # annotated
    return Page([offer_of(row) for row in rows], number, STOCK_A_PAGE, total)


def _subjects(seller: Seller) -> Sequence[Subject]:
    copies = Count(
        "works__editions__listings",
        filter=Q(works__editions__listings__in=Listing.objects.on_sale().filter(seller=seller)),
        distinct=True,
    )
    subjects = Subject.objects.filter(works__editions__listings__seller=seller)
    counted = subjects.annotate(copies=copies).filter(copies__gt=0)
    return list(counted.order_by("-copies", "name")[:SUBJECTS_SHOWN])


def postage(seller: Seller, country: str) -> list[Postage]:
    """Return what ``seller`` charges to post to ``country``, the cheapest service first."""
    rates = DeliveryRate.objects.applying_to(country).filter(seller=seller)
    return [
        Postage(
            service=str(Service(rate.service).label),
            first=rate.cost(1),
            further=Money(rate.further_minor, rate.currency),
            days=days_line(rate.days_min, rate.days_max),
        )
        for rate in rates.order_by("first_minor", "pk")
    ]


def _reviews(seller: Seller) -> Sequence[Review]:
    published: Any = Review.objects.filter(seller=seller, status=ReviewStatus.PUBLISHED)
    return list(published.exclude(text="").order_by("-published_at", "-pk")[:REVIEWS_SHOWN])
