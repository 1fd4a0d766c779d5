"""Whole collections as querysets, for readers that page through them by key."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import Seller
from books4all.lib import isbn as isbns
from catalog.constants import IdentifierType
from catalog.models import (
    Contribution,
    DeliveryRate,
    Edition,
    Identifier,
    Listing,
    Person,
    Subject,
    SubjectWork,
    Work,
)
from catalog.querysets import ListingQuerySet, WorkQuerySet
from catalog.selectors.copies import with_evidence


def works(
    *, country: str, person: str = "", subject: str = "", series: str = "", language: str = ""
) -> WorkQuerySet:
    """Return works with their lowest price delivered to ``country``.

    ``person``, ``subject`` (with all that is under it) and ``series`` are slugs;
    ``language`` is that of the original (ISO 639-2/B).
    """
    found = Work.objects.with_prices(country)
    if person:
        written = Contribution.objects.filter(person__slug=person).values("work")
        found = found.filter(pk__in=written)
    if subject:
        on_it = SubjectWork.objects.filter(subject__slug=subject).values("work")
        found = found.filter(pk__in=on_it)
    if series:
        found = found.filter(series_entries__series__slug=series)
    if language:
        found = found.filter(original_language=language)
    return found


def listings(
    *, country: str, work: str = "", edition: int | None = None, seller: str = ""
) -> ListingQuerySet:
    """Return copies on sale, with their delivery to ``country``; ``work`` and ``seller`` are slugs."""
    found = with_evidence(Listing.objects.on_sale().with_book().with_delivery(country))
    if work:
        found = found.filter(edition__work__slug=work)
    if edition is not None:
        found = found.filter(edition_id=edition)
    if seller:
        found = found.filter(seller__slug=seller)
    return found


def editions(*, work: str = "", isbn: str = "") -> QuerySet[Edition]:
    """Return editions with their publisher, ISBNs, people and number of offers.

    ``isbn`` is taken in any writing; one with a wrong check digit finds nothing.
    """
    people = Contribution.objects.filter(edition=OuterRef("pk")).order_by("sequence", "pk")
    numbers = Identifier.objects.filter(edition=OuterRef("pk"), type=IdentifierType.ISBN13)
    copies = (
        Listing.objects.on_sale()
        .filter(edition=OuterRef("pk"))
        .order_by()
        .values("edition")
        .annotate(n=Count("pk"))
        .values("n")
    )
    found = Edition.objects.select_related("publisher", "work").annotate(
        isbns=ArraySubquery(numbers.order_by("pk").values("value")[:5]),
        people_json=ArraySubquery(
            people.values(row=JSONObject(name="person__name", slug="person__slug", role="role"))[
                :10
            ]
        ),
        copies=Coalesce(Subquery(copies), 0),
    )
    if work:
        found = found.filter(work__slug=work)
    if isbn:
        wanted = Identifier.objects.filter(
            type=IdentifierType.ISBN13, value=isbns.to_isbn13(isbn) or "none"
        )
        found = found.filter(pk__in=wanted.values("edition"))
    return found


def people(*, name: str = "") -> QuerySet[Person]:
    """Return everybody who wrote, translated or edited; ``name`` is the beginning as sorted."""
    found = Person.objects.all()
    return found.filter(sort_name__istartswith=name) if name else found


def subjects() -> QuerySet[Subject]:
    """Return subjects of all schemes with what they stand under."""
    return Subject.objects.select_related("parent")


def shops(*, country: str = "") -> QuerySet[Seller]:
    """Return shops whose front anyone may look at; ``country`` is where they are."""
    found = Seller.objects.approved()
    return found.filter(country=country) if country else found


def rates_to(seller: Seller, country: str) -> QuerySet[DeliveryRate]:
    """Return what ``seller`` charges to post to ``country``, the cheapest first."""
    rates = DeliveryRate.objects.applying_to(country).filter(seller=seller)
    return rates.order_by("first_minor", "pk")
