"""A work as a card: its lowest price to the visitor’s door, and how many copies there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max

from books4all.lib.money import Money
from catalog.models import Listing, Work
from catalog.querysets import WorkQuerySet
from catalog.selectors import sql

# Of a seller's copies of a work that weigh the same the cheapest is the cheapest delivered too, so that
# prices are compared after those have become one row, and the post of each seller is looked up once.
_CARDS = f"""
    WITH wanted AS MATERIALIZED (
        SELECT work_id, row_number() OVER () AS place FROM ({{works}}) AS asked (work_id)
    ),
    copies AS MATERIALIZED (
        SELECT e.work_id, l.seller_id, {sql.GRAMS} AS grams, count(*) AS copies,
            min(l.price_minor) AS price_minor
        FROM wanted
        JOIN catalog_edition e ON e.work_id = wanted.work_id
        JOIN catalog_listing l ON l.edition_id = e.id
        JOIN accounts_seller s ON s.id = l.seller_id
        WHERE {sql.ON_SALE}
        GROUP BY 1, 2, 3
    ),
    rates AS MATERIALIZED (
        SELECT sellers.seller_id, rate.*
        FROM (SELECT DISTINCT seller_id FROM copies) AS sellers
        CROSS JOIN LATERAL ({sql.RATES}) AS rate
    ),
    landed AS (
        SELECT copies.work_id,
            min(copies.price_minor + {sql.postage("rates", "copies.grams")}) AS landed_minor
        FROM copies JOIN rates ON rates.seller_id = copies.seller_id
        GROUP BY copies.work_id
    ),
    counted AS (SELECT work_id, sum(copies) AS copies FROM copies GROUP BY work_id),
    prices AS (
        SELECT counted.work_id, counted.copies, landed.landed_minor
        FROM counted LEFT JOIN landed ON landed.work_id = counted.work_id
    )
    SELECT w.*, prices.landed_minor, coalesce(prices.copies, 0)::bigint AS copies
    FROM wanted
    JOIN catalog_work w ON w.id = wanted.work_id
    LEFT JOIN prices ON prices.work_id = w.id
    ORDER BY wanted.place
"""  # noqa: S608 - pieces are ours, and what is asked for is a parameter


@dataclass(frozen=True, slots=True)
class WorkCard:
    """A work with what its copies cost.

    ``from_price`` is the lowest price of a copy with its delivery to the visitor's country, or None
    when no copy on sale can be sent there. ``copies`` counts the offers on sale, wherever they can
    be sent (a pile of identical copies counts once, as it is one line on the book's page).
    """

    work: Work
    from_price: Money | None
    copies: int


def card_of(work: Work) -> WorkCard:
    """Return the card of a work that was read with ``WorkQuerySet.with_prices``."""
    prices = work.prices or {"landed_minor": None, "copies": 0}  # type: ignore[attr-defined]  # annotated
    return WorkCard(work, _money(prices["landed_minor"]), prices["copies"])


def cards_for(works: WorkQuerySet | Iterable[int], country: str) -> list[WorkCard]:
    """Return cards of ``works`` in their order, in one query.

    ``works`` is a bounded, ordered queryset of works, or their primary keys (those that don't exist
    are left out). ``country`` (ISO 3166) is where the parcel goes.
    """
    given: dict[str, Any] = sql.terms(country)
    if isinstance(works, WorkQuerySet):
        asked, parameters = _statement(works)
        given |= parameters
    else:
        asked, given["works"] = "SELECT unnest(%(works)s::bigint[])", list(works)
        if not given["works"]:
            return []
    rows = Work.objects.raw(_CARDS.format(works=asked), given)
    return [_card(row) for row in rows]


def _card(row: Any) -> WorkCard:
    return WorkCard(row, _money(row.landed_minor), row.copies)


def _statement(works: WorkQuerySet) -> tuple[str, dict[str, Any]]:
    """Return the statement that gives the keys of ``works``, its parameters named ``asked_0`` on."""
    statement, parameters = works.values_list("pk").query.sql_with_params()
    first, *rest = statement.split("%s")
    numbered = "".join(f"%(asked_{n})s{part}" for n, part in enumerate(rest))
    return first + numbered, {f"asked_{n}": value for n, value in enumerate(parameters)}


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)


def newest_listings(work_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when the newest copy on sale of each of these works was listed, in one query.

    A work without a copy on sale is left out.
    """
    rows = (
        Listing.objects.on_sale()
        .filter(edition__work__in=list(work_ids))
        .order_by()
        .values_list("edition__work")
        .annotate(newest=Max("listed_at"))
    )
    return dict(rows)
