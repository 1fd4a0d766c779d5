"""Shops: the street they stand in, and each with its window, stock and terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Value, Window
from django.db.models.functions import MD5, Cast, Concat, JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Seller, SellerStanding
from accounts.selectors import standing_of
from books4all.lib.money import Money
from books4all.lib.text import fold
from catalog.constants import ReviewStatus, Service, SubjectScheme
from catalog.models import DeliveryRate, Listing, Review, Subject, SubjectWork, Work
from catalog.querysets import ListingQuerySet
from catalog.selectors.copies import with_evidence
from catalog.selectors.offers import (
    Offer,
    days_line,
    offer_of,
    place_line,
    shop_url,
    standing_line,
)
from catalog.selectors.paging import MOST_COUNTED, Page, bounds, page_number

SHOPS_A_PAGE = 12
STOCK_A_PAGE = 24
WINDOW_SHOWN = 8
REVIEWS_SHOWN = 5
SUBJECTS_SHOWN = 6
# For a window of three different books, with some to spare for copies of one book.
NEWEST_READ = 8
# A shop of a hundred thousand copies is judged by those it listed last: what stands in its window,
# what it is strong in. Words are looked for among so many, too.
WINDOW_CHOSEN_FROM = 500
SUBJECTS_COUNTED = 2000
SEARCHED = 10_000
MOST_WORDS = 8

# How many copies were found, and the keys of those of a page.
_COUNTED_PAGE = """
    WITH found AS MATERIALIZED ({found})
    SELECT (SELECT count(*) FROM found), ARRAY(
        SELECT id FROM found AS page (id, listed_at) ORDER BY listed_at DESC, id DESC
        OFFSET %s LIMIT %s
    )
"""
# Titles are folded in the table. Folding the authors of thousands of copies takes a while: only what
# has something to fold is.
_WORD = """(
    w.sort_title LIKE %s OR w.author_line ILIKE %s
    OR w.author_line ~ '[^ -~]' AND unaccent(w.author_line) ILIKE %s
)"""
_ALL_OF = "SELECT id, listed_at FROM ({newest}) AS newest (id, listed_at, edition_id)"
_WITH_WORDS = """
    SELECT newest.id, newest.listed_at
    FROM ({newest}) AS newest (id, listed_at, edition_id)
    JOIN catalog_edition e ON e.id = newest.edition_id
    JOIN catalog_work w ON w.id = e.work_id
    WHERE {words}
    LIMIT %s
"""
_SUBJECTS = """
    WITH newest AS MATERIALIZED ({newest}),
    counted AS (
        SELECT ws.subject_id, count(*) AS copies
        FROM newest AS copies (id)
        JOIN catalog_listing l ON l.id = copies.id
        JOIN catalog_edition e ON e.id = l.edition_id
        JOIN catalog_worksubject ws ON ws.work_id = e.work_id
        GROUP BY ws.subject_id
    )
    SELECT s.*, counted.copies FROM counted JOIN catalog_subject s ON s.id = counted.subject_id
    WHERE s.scheme = ANY (%s) ORDER BY counted.copies DESC, s.name, s.id LIMIT %s
"""


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
    price: str
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
    standing: SellerStanding | None
    # Whether it has more copies than are looked through for words.
    is_large: bool

    @property
    def searched_newest(self) -> int:
        """Among how many copies the words were looked for, if the shop may have more than that."""
        return SEARCHED if self.query and self.is_large else 0

    @property
    def counted_all(self) -> bool:
        """Whether the number of copies is exact, and with it that of each subject."""
        return self.stock.total <= SUBJECTS_COUNTED


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
                cover_image="edition__cover_image",
            )
        )[:NEWEST_READ]
    )
    return [
        Front(
            name=seller.name,
            url=shop_url(seller),
            place=standing_line(seller),
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
    """Read the page of an approved shop for a visitor in ``country``, in eight queries.

    ``query`` finds words in title or author in the stock; ``subject`` (a slug) narrows it. Copies are
    counted to 10,000 (10,001: there are more).

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
        stock=_stock(_on_shelf(stock, subject), country, query, number),
        subjects=_subjects(stock),
        subject=subject,
        query=query,
        postage=postage(seller, country),
        reviews=_reviews(seller),
        standing=standing_of(seller),
        is_large=bool(query) and _newest(stock, SEARCHED + 1)[SEARCHED:].exists(),
    )


def _newest(stock: ListingQuerySet, count: int) -> "QuerySet[Listing, Mapping[str, object]]":
    """Return the keys of the copies listed last, read from the shop's own index."""
    return stock.order_by("-listed_at", "-pk").values("pk")[:count]


def _on_shelf(stock: ListingQuerySet, subject: str) -> ListingQuerySet:
    on_it = SubjectWork.objects.filter(subject__slug=subject, work=OuterRef("edition__work"))
    return stock.filter(Exists(on_it)) if subject else stock


def _window(stock: ListingQuerySet, country: str) -> list[Offer]:
    newest = Listing.objects.filter(pk__in=_newest(stock, WINDOW_CHOSEN_FROM))
    best = newest.order_by("-edition__work__popularity", "-pk").values("pk")[: WINDOW_SHOWN * 2]
    chosen = Listing.objects.filter(pk__in=best).with_book().with_delivery(country)
    listings = chosen.order_by("-edition__work__popularity", "-pk")
    # One copy a book: a window does not show the same title twice.
    once = {listing.edition.work_id: listing for listing in reversed(list(listings))}
    return [offer_of(listing) for listing in reversed(once.values())][:WINDOW_SHOWN]


def _stock(stock: ListingQuerySet, country: str, query: str, number: int) -> Page[Offer]:
    """Return a page of the stock, the newest first: its keys and the count in one statement."""
    statement, parameters = _found(stock, query.split()[:MOST_WORDS])
    part = bounds(number, STOCK_A_PAGE)
    with connection.cursor() as cursor:
        limits = [part.start, part.stop - part.start]
        cursor.execute(_COUNTED_PAGE.format(found=statement), [*parameters, *limits])
        total, keys = cursor.fetchone()
    listings = Listing.objects.filter(pk__in=keys or []).with_book().with_delivery(country)
    rows = with_evidence(listings).order_by("-listed_at", "-pk")
    return Page([offer_of(row) for row in rows], number, STOCK_A_PAGE, total)


def _found(stock: ListingQuerySet, words: Sequence[str]) -> tuple[str, Sequence[Any]]:
    """Return the statement, with its parameters, that finds copies by all of ``words``, if any."""
    newest = stock.order_by("-listed_at", "-pk").values("pk", "listed_at", "edition")
    most = SEARCHED if words else MOST_COUNTED + 1
    statement, parameters = newest[:most].query.sql_with_params()
    if not words:
        return _ALL_OF.format(newest=statement), parameters
    found = _WITH_WORDS.format(newest=statement, words=" AND ".join([_WORD] * len(words)))
    patterns = [f"%{_plain(fold(word))}%" for word in words for _side in range(3)]
    return found, [*parameters, *patterns, MOST_COUNTED + 1]


def _plain(text: str) -> str:
    """Return ``text`` for LIKE, in which it has no signs of its own meaning."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _subjects(stock: ListingQuerySet) -> Sequence[Subject]:
    """Return the shelves that most of the newest copies stand on, with how many of them."""
    newest, parameters = _newest(stock, SUBJECTS_COUNTED).query.sql_with_params()
    given = [*parameters, [SubjectScheme.SHELF, SubjectScheme.THEMA], SUBJECTS_SHOWN]
    return list(Subject.objects.raw(_SUBJECTS.format(newest=newest), given))


def postage(seller: Seller, country: str) -> list[Postage]:
    """Return what ``seller`` charges to post to ``country``, the cheapest service first."""
    rates = DeliveryRate.objects.applying_to(country).filter(seller=seller)
    return [
        Postage(
            service=str(Service(rate.service).label),
            price=price_line(rate),
            days=days_line(rate.days_min, rate.days_max),
        )
        for rate in rates.order_by("first_minor", "pk")
    ]


def price_line(rate: DeliveryRate) -> str:
    """Return what a rate costs, in words: "£2.80, then £1.00 a book"."""
    words = {
        "first": Money(rate.first_minor, rate.currency),
        "further": Money(rate.further_minor, rate.currency),
        "first_g": weight_words(rate.first_g),
        "further_g": weight_words(rate.further_g),
    }
    if rate.by_weight:
        return (
            _("%(first)s up to %(first_g)s, then %(further)s for each further %(further_g)s")
            % words
        )
    return _("%(first)s, then %(further)s a book") % words


def weight_words(grams: int) -> str:
    """Return a weight as people say it: "400 g", "1.5 kg"."""
    return f"{grams / 1000:g} kg" if grams >= 1000 else f"{grams} g"


def _reviews(seller: Seller) -> Sequence[Review]:
    published: Any = Review.objects.filter(seller=seller, status=ReviewStatus.PUBLISHED)
    return list(published.exclude(text="").order_by("-published_at", "-pk")[:REVIEWS_SHOWN])
