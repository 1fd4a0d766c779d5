"""Chainable filters and prefetch recipes over catalog's tables."""

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONArray, JSONObject, Least, NullIf
from django.utils import timezone

from accounts.constants import SellerStatus
from catalog.constants import (
    HEAVIEST_G,
    ListingStatus,
    RateBasis,
    Role,
    SubjectScheme,
    destinations_for,
)

if TYPE_CHECKING:
    from catalog.models import DeliveryRate, Listing, Work  # noqa: F401 named in quotes below


# What a work has more of says little about it.
MOST_KIN = 4


class WorkQuerySet(models.QuerySet["Work"]):
    """Works, as pages show them."""

    def by_popularity(self) -> Self:
        """Order by popularity, most first."""
        return self.order_by("-popularity", "pk")

    def with_prices(self, country: str) -> Self:
        """Annotate ``prices``: the lowest price delivered to ``country`` and the offers on sale.

        A JSON object of ``landed_minor`` (null when nothing can be sent there) and ``copies``, or
        None for a work without copies. Worked out per row of the page: limit the queryset.
        """
        listings = apps.get_model("catalog", "Listing").objects
        prices = (
            listings.on_sale()
            .filter(edition__work=OuterRef("pk"))
            .with_landed_price(country)
            .order_by()
            .values("edition__work")
            .annotate(
                of_work=JSONObject(
                    landed_minor=models.Min("landed_minor"), copies=models.Count("pk")
                )
            )
            .values("of_work")
        )
        return self.annotate(prices=Subquery(prices))

    def with_kin(self) -> Self:
        """Annotate ``authors_kin``, ``series_kin`` and ``subjects_kin``: lists of [kind, name, slug].

        Kinds are "author", "series" and "subject" (a shelf of the shop). Worked out per row of the
        page: limit the queryset.
        """
        people = _kin("Contribution", "person", "author", role=Role.AUTHOR, edition__isnull=True)
        series = _kin("SeriesEntry", "series", "series")
        shelves = _kin("WorkSubject", "subject", "subject", subject__scheme=SubjectScheme.SHELF)
        return self.annotate(authors_kin=people, series_kin=series, subjects_kin=shelves)


def open_today(prefix: str = "") -> Q:
    """Return the condition for a seller who sells now: approved, and not on holiday today (UTC).

    ``prefix`` leads from the queried table to the seller, such as ``seller__``.
    """
    today = timezone.now().date()
    closed = Q(**{f"{prefix}closed_from__lte": today}) & (
        Q(**{f"{prefix}closed_to__gte": today}) | Q(**{f"{prefix}closed_to__isnull": True})
    )
    return Q(**{f"{prefix}status": SellerStatus.APPROVED}) & ~closed


def _kin(model: str, of: str, kind: str, **which: object) -> ArraySubquery:
    """Return the things of a kind that an outer work belongs to, as [kind, name, slug]."""
    rows = apps.get_model("catalog", model).objects.filter(work=OuterRef("pk"), **which)
    thing = JSONArray(models.Value(kind), f"{of}__name", f"{of}__slug")
    return ArraySubquery(rows.order_by("pk").values_list(thing)[:MOST_KIN])


def on_sale(prefix: str = "") -> Q:
    """Return the condition for a copy that can be bought now.

    On sale = active, of an approved seller who is not on holiday today (UTC), with a copy free.
    ``prefix`` leads from the queried table to the listing, such as ``editions__listings__``.
    """
    return (
        Q(**{f"{prefix}status": ListingStatus.ACTIVE})
        & Q(**{f"{prefix}on_hand__gt": F(f"{prefix}held")})
        & open_today(f"{prefix}seller__")
    )


class ListingQuerySet(models.QuerySet["Listing"]):
    """Listings, by who may see them and how they are shown."""

    def on_sale(self) -> Self:
        """Return copies that can be bought now."""
        return self.filter(on_sale())

    def with_landed_price(self, country: str) -> Self:
        """Annotate ``landed_minor``: a copy's price with its delivery to ``country``, or None.

        The delivery is that of a parcel of one book by the seller's cheapest service.
        """
        return self.annotate(
            landed_minor=F("price_minor") + Subquery(_cheapest_rate(country).values("postage")[:1])  # type: ignore[misc]  # annotated
        )

    def with_delivery(self, country: str) -> Self:
        """Annotate ``landed_minor`` and ``delivery``, the rate it stands on.

        ``delivery`` is a JSON object of ``minor``, ``days_min``, ``days_max`` and ``service``, or
        None when the seller does not post to ``country``.
        """
        rate = _cheapest_rate(country).values(
            rate=JSONObject(
                minor="postage", days_min="days_min", days_max="days_max", service="service"
            )
        )
        return self.with_landed_price(country).annotate(delivery=Subquery(rate[:1]))

    def with_book(self) -> Self:
        """Load what a line about a copy shows: edition, work, publisher and seller."""
        return self.select_related("edition__work", "edition__publisher", "seller")


class DeliveryRateQuerySet(models.QuerySet["DeliveryRate"]):
    """Delivery rates, by where the parcel goes."""

    def to(self, country: str) -> Self:
        """Return the rates that cover ``country``, exact ones before zones before "elsewhere"."""
        wanted = destinations_for(country)
        return self.filter(destination__in=wanted).order_by(
            "seller_id", "service", _precedence(country)
        )

    def applying_to(self, country: str) -> Self:
        """Return the one rate a seller and service that counts for ``country``: the most exact.

        Where that one says that nothing is posted there, none is returned.
        """
        wanted = destinations_for(country)
        ranked = self.filter(destination__in=wanted).annotate(rank=_precedence(country))
        more_exact = (
            self.model.objects.filter(
                destination__in=wanted, seller=OuterRef("seller"), service=OuterRef("service")
            )
            .annotate(rank=_precedence(country))
            .filter(rank__lt=OuterRef("rank"))
        )
        return ranked.filter(~Exists(more_exact), posts=True)

    def with_postage(self, grams: object) -> Self:
        """Annotate ``postage``: what each rate comes to for one copy that weighs ``grams``."""
        postage = models.Func(
            models.Case(models.When(basis=RateBasis.WEIGHT, then=True), default=False),
            "first_minor",
            "further_minor",
            "first_g",
            "further_g",
            grams,
            function="catalog_postage",
            output_field=models.BigIntegerField(),
        )
        return self.annotate(postage=postage)


def _precedence(country: str) -> models.Case:
    """Return the rank of a rate's destination for ``country``: 0 is the most exact."""
    return models.Case(
        *(
            models.When(destination=code, then=i)
            for i, code in enumerate(destinations_for(country))
        ),
        output_field=models.SmallIntegerField(),
    )


def posted_weight(listing: str, edition: str, *, outer: bool = False) -> Least:
    """Return what one copy weighs in a parcel of its own (g), as ``Listing.posted_g`` and ``Load``.

    ``listing`` and ``edition`` lead from the queried table to their weights; ``outer``: from the
    table around a subquery.
    """
    look: type[F] = OuterRef if outer else F
    known = (NullIf(look(f"{path}weight_g"), Value(0)) for path in (listing, edition))
    return Least(Coalesce(*known, Value(settings.UNWEIGHED_FIRST_G)), Value(HEAVIEST_G))


def _cheapest_rate(country: str) -> "DeliveryRateQuerySet":
    """Return the cheapest rate for an outer listing from its seller to ``country``."""
    rates = apps.get_model("catalog", "DeliveryRate").objects
    return (
        rates.applying_to(country)
        .filter(seller=OuterRef("seller"))
        .with_postage(posted_weight("", "edition__", outer=True))
        .order_by("postage", "days_max", "pk")  # type: ignore[misc]  # annotated
    )
