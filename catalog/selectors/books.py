"""The page of a book: a work with its editions and all copies that can be bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from catalog import languages
from catalog.constants import HARDBACKS, Condition, Form, ReviewStatus, Role, role_label
from catalog.models import Listing, Review, Work
from catalog.selectors import related, sql
from catalog.selectors.cards import WorkCard
from catalog.selectors.copies import with_evidence
from catalog.selectors.editions import EditionRow, editions_of
from catalog.selectors.offers import Offer, offer_of
from catalog.selectors.paging import Page, page_number
from catalog.selectors.related import Related

OFFERS_A_PAGE = 25
REVIEWS_SHOWN = 10

# The kinds of copy, each copy being of exactly one.
KINDS: dict[str, str | Promise] = {
    "new": _("New"),
    "paperback": _("Used paperback"),
    "hardback": _("Used hardback"),
    "rare": _("Rare"),
    "other": _("Other used"),
}

# The work with everything that is said once about it.
_WORK = f"""
    SELECT w.*,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT p.name, p.native_name AS native, p.other_names AS others, p.slug, c.role
            FROM catalog_contribution c JOIN catalog_person p ON p.id = c.person_id
            WHERE c.work_id = w.id AND c.edition_id IS NULL
            ORDER BY c.sequence, c.id LIMIT 20
        ) AS row) AS people_json,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT s.id, s.name, s.slug, s.scheme, ws.is_main AS main,
                above.name AS parent, above.slug AS parent_slug
            FROM catalog_worksubject ws
            JOIN catalog_subject s ON s.id = ws.subject_id
            LEFT JOIN catalog_subject above ON above.id = s.parent_id
            WHERE ws.work_id = w.id ORDER BY ws.is_main DESC, ws.id LIMIT 20
        ) AS row) AS subjects_json,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT s.name, s.slug, e.number
            FROM catalog_seriesentry e JOIN catalog_series s ON s.id = e.series_id
            WHERE e.work_id = w.id ORDER BY s.name, e.id LIMIT 5
        ) AS row) AS series_json,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT rating AS stars, count(*) AS n FROM catalog_review
            WHERE work_id = w.id AND status = %(published)s GROUP BY rating
        ) AS row) AS stars_json,
        (SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT language, count(*) AS n, min(published_year) AS first, max(published_year) AS last
            FROM catalog_edition WHERE work_id = w.id GROUP BY language ORDER BY count(*) DESC, 1
        ) AS row) AS languages_json,
        {related.BESIDE} AS beside_json
    FROM catalog_work w WHERE w.slug = %(slug)s
"""  # noqa: S608 - pieces are ours

# All copies once: what there is of each kind, and a page of the copies, the cheapest delivered first.
# A row of a kind has the kind's name; a row of a copy has its key.
_COPIES = f"""
    WITH copies AS MATERIALIZED (
        SELECT l.id, l.seller_id, l.price_minor, {sql.GRAMS} AS grams, CASE
            WHEN l.rare THEN 'rare'
            WHEN l.condition = %(new)s THEN 'new'
            WHEN e.form = ANY (%(hardbacks)s) THEN 'hardback'
            WHEN e.form = %(paperback)s THEN 'paperback'
            ELSE 'other' END AS kind
        FROM catalog_edition e
        JOIN catalog_listing l ON l.edition_id = e.id
        JOIN accounts_seller s ON s.id = l.seller_id
        WHERE e.work_id = %(work)s AND {sql.ON_SALE}
    ),
    rates AS MATERIALIZED (
        SELECT sellers.seller_id, rate.*
        FROM (SELECT DISTINCT seller_id FROM copies) AS sellers
        CROSS JOIN LATERAL ({sql.RATES}) AS rate
    ),
    landed AS MATERIALIZED (
        SELECT DISTINCT ON (copies.id) copies.*, copies.price_minor + post.minor AS landed_minor,
            post.minor AS post_minor, rates.days_min, rates.days_max, rates.service
        FROM copies
        LEFT JOIN rates ON rates.seller_id = copies.seller_id
        CROSS JOIN LATERAL (SELECT {sql.postage("rates", "copies.grams")}) AS post (minor)
        ORDER BY copies.id, post.minor, rates.days_max, rates.id
    )
    (
        SELECT NULL::bigint AS id, coalesce(kind, ''), count(*), count(landed_minor),
            count(DISTINCT seller_id), min(landed_minor), NULL::json
        FROM landed GROUP BY GROUPING SETS ((kind), ())
    )
    UNION ALL
    (
        SELECT id, kind, 1, 1, 1, landed_minor, CASE WHEN post_minor IS NOT NULL THEN
            json_build_object(
                'minor', post_minor, 'days_min', days_min, 'days_max', days_max, 'service', service
            ) END
        FROM landed WHERE %(kind)s = '' OR kind = %(kind)s
        ORDER BY landed_minor NULLS LAST, price_minor, id LIMIT %(limit)s OFFSET %(offset)s
    )
"""  # noqa: S608 - pieces are ours


@dataclass(frozen=True, slots=True)
class KindOfCopy:
    """How many copies of a kind there are, and the lowest price delivered (None: none is sent)."""

    code: str
    label: str | Promise
    copies: int
    from_price: Money | None


@dataclass(frozen=True, slots=True)
class InLanguage:
    """How many editions there are in a language."""

    code: str
    name: str
    editions: int


@dataclass(frozen=True, slots=True)
class BookPage:
    """All that the page shows. On later pages of the offers the rest of the book is left out."""

    work: Work
    authors: list[dict[str, Any]]
    helpers: list[dict[str, Any]]
    subjects: list[dict[str, Any]]
    series: list[dict[str, str]]
    languages: list[InLanguage]
    years: tuple[int | None, int | None]
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
    together: Sequence[WorkCard]
    shelf: Sequence[WorkCard]

    @property
    def best(self) -> Offer | None:
        """The copy with the lowest price delivered, on the first page."""
        offers = self.offers.items
        return offers[0] if offers and self.offers.number == 1 else None

    @property
    def has_private(self) -> bool:
        """Whether one of the copies shown is a private person's."""
        return any(offer.listing.seller.is_private for offer in self.offers.items)

    @property
    def best_edition(self) -> EditionRow | None:
        """The edition of the best copy, with all that is known of it."""
        best = self.best
        edition = best.listing.edition_id if best else None
        return next((row for row in self.editions if row.edition.pk == edition), None)

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

    @property
    def editions_known(self) -> int:
        """How many editions there are, shown or not."""
        return sum(row.editions for row in self.languages)

    @property
    def translations(self) -> list[InLanguage]:
        """The languages other than the original one, those with most editions first."""
        known = {self.work.original_language, "und", "mul", ""}
        return [row for row in self.languages if row.code not in known]


def book_page(*, slug: str, country: str, kind: str = "", number: int = 1) -> BookPage:
    """Read the page of the work ``slug`` for a visitor in ``country``, in at most six queries.

    ``kind`` is a key of ``KINDS`` or empty for all copies; ``number`` the page of the offers.

    Raises:
        Work.DoesNotExist: there is no such book.
    """
    kind = kind if kind in KINDS else ""
    number = page_number(number)
    work = _work(slug)
    kinds, places = _copies(work, country, kind, number)
    everything = kinds.pop("", _NONE)
    total = kinds.get(kind, _NONE).copies if kind else everything.copies
    people, spoken = work.people_json, work.languages_json
    first = number == 1
    beside = related.related(work.pk, work.beside_json, country) if first else _NOTHING
    return BookPage(
        work=work,
        authors=[person for person in people if person["role"] == Role.AUTHOR],
        helpers=[
            {**person, "label": role_label(person["role"])}
            for person in people
            if person["role"] != Role.AUTHOR
        ],
        subjects=work.subjects_json,
        series=work.series_json,
        languages=[
            InLanguage(row["language"], languages.name_of(row["language"]), row["n"])
            for row in spoken
        ],
        years=_span(spoken),
        kinds=_kinds(kinds),
        kind=kind,
        copies=everything.copies,
        undeliverable=everything.copies - everything.sent,
        sellers=everything.sellers,
        from_price=_money(everything.from_minor),
        offers=Page(_offers(work, places), number, OFFERS_A_PAGE, total),
        editions=editions_of(work) if first else [],
        reviews=_reviews(work) if first else [],
        bars=_bars(work.stars_json),
        together=beside.together,
        shelf=beside.shelf,
    )


@dataclass(frozen=True, slots=True)
class _Tally:
    copies: int
    sent: int
    sellers: int
    from_minor: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a copy stands in the list, and on which terms it is sent."""

    listing: int
    landed_minor: int | None
    delivery: dict[str, Any] | None


_NONE = _Tally(0, 0, 0, None)
_NOTHING = Related(together=[], shelf=[])


def _work(slug: str) -> Any:
    given = {**related.terms(), "slug": slug, "published": ReviewStatus.PUBLISHED}
    for work in Work.objects.raw(_WORK, given):
        return work
    raise Work.DoesNotExist


def _copies(
    work: Work, country: str, kind: str, number: int
) -> tuple[dict[str, _Tally], list[_Place]]:
    """Count the copies of each kind ("" is all) and find those of a page, in one query."""
    given = {
        **sql.terms(country),
        "work": work.pk,
        "new": Condition.NEW,
        "hardbacks": list(HARDBACKS),
        "paperback": Form.PAPERBACK,
        "kind": kind,
        "limit": OFFERS_A_PAGE,
        "offset": (number - 1) * OFFERS_A_PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COPIES, given)
        rows = cursor.fetchall()
    kinds = {row[1]: _Tally(*row[2:6]) for row in rows if row[0] is None}
    return kinds, [_Place(row[0], row[5], row[6]) for row in rows if row[0] is not None]


def _kinds(tallies: dict[str, _Tally]) -> list[KindOfCopy]:
    found = [(code, label, tallies.get(code, _NONE)) for code, label in KINDS.items()]
    # "Other" is only worth a tab when there is one: maps, pamphlets, bindings nobody named.
    return [
        KindOfCopy(code, label, tally.copies, _money(tally.from_minor))
        for code, label, tally in found
        if tally.copies or code != "other"
    ]


def _offers(work: Work, places: Sequence[_Place]) -> list[Offer]:
    """Return the copies at ``places``; each gets the one work, which is not read again for each."""
    listings = with_evidence(Listing.objects.filter(pk__in=[place.listing for place in places]))
    found: dict[int, Any] = {
        row.pk: row for row in listings.order_by().select_related("edition__publisher", "seller")
    }
    offers = []
    for place in places:
        # A copy may have been withdrawn between the two statements.
        if listing := found.get(place.listing):
            listing.edition.work = work
            listing.landed_minor, listing.delivery = place.landed_minor, place.delivery
            offers.append(offer_of(listing))
    return offers


def _span(spoken: list[dict[str, Any]]) -> tuple[int | None, int | None]:
    """Return the years of the oldest and of the newest edition."""
    first = [row["first"] for row in spoken if row["first"] is not None]
    last = [row["last"] for row in spoken if row["last"] is not None]
    return min(first, default=None), max(last, default=None)


def _reviews(work: Work) -> list[Review]:
    published = Review.objects.filter(work=work, status=ReviewStatus.PUBLISHED).exclude(text="")
    return list(published.order_by("-published_at", "-pk")[:REVIEWS_SHOWN])


def _bars(stars: list[dict[str, int]]) -> list[tuple[int, int]]:
    counts = {row["stars"]: row["n"] for row in stars}
    return [(value, counts.get(value, 0)) for value in (5, 4, 3, 2, 1)]


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)
