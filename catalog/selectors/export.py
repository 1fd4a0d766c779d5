"""Editions with all that an export says of them, in steps that fit into memory."""

from collections.abc import Iterator, Sequence

from django.db.models import Prefetch, QuerySet

from catalog.models import Contribution, Edition, Listing, SeriesEntry, WorkSubject

STEP = 500
OFFERS_AN_EDITION = 20


def editions_whole(rows: QuerySet[Edition]) -> QuerySet[Edition]:
    """Return ``rows`` with work, people, subjects, series, identifiers and their offers: 6 queries.

    ``offers`` are the copies on sale, cheapest first, at most 20 an edition.
    """
    offers = Listing.objects.on_sale().select_related("seller").order_by("price_minor", "pk")
    people = Contribution.objects.select_related("person").order_by("sequence", "pk")
    return rows.select_related("work", "publisher").prefetch_related(
        "identifiers",
        Prefetch("work__contributions", people),
        Prefetch("work__work_subjects", WorkSubject.objects.select_related("subject")),
        Prefetch("work__series_entries", SeriesEntry.objects.select_related("series")),
        Prefetch("listings", offers, to_attr="all_offers"),
    )


def editions_after(after: int = 0, *, limit: int | None = None) -> Iterator[Edition]:
    """Yield editions by their keys from ``after`` on, ``limit`` of them or all."""
    while limit is None or limit > 0:
        size = STEP if limit is None else min(STEP, limit)
        rows = list(editions_whole(Edition.objects.filter(pk__gt=after).order_by("pk"))[:size])
        yield from with_offers(rows)
        if len(rows) < size:
            return
        after = rows[-1].pk
        limit = None if limit is None else limit - size


def with_offers(rows: Sequence[Edition]) -> Sequence[Edition]:
    """Keep the cheapest offers of each edition as ``offers``."""
    for edition in rows:
        edition.offers = edition.all_offers[:OFFERS_AN_EDITION]  # type: ignore[attr-defined]  # read by the exporter
    return rows


def listings_whole(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    """Return ``rows`` with their books, people, identifiers and series: 5 queries."""
    people = Contribution.objects.select_related("person").order_by("sequence", "pk")
    series = SeriesEntry.objects.select_related("series").order_by("pk")
    return rows.select_related("edition__work", "edition__publisher").prefetch_related(
        "edition__identifiers",
        Prefetch("edition__work__contributions", people),
        Prefetch("edition__work__series_entries", series),
    )
