"""What it costs to have copies sent, and how long it takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.money import Money
from catalog.constants import ANYWHERE, EU_ZONE, RateBasis, Service
from catalog.querysets import DeliveryRateQuerySet


@dataclass(frozen=True, slots=True)
class Load:
    """What is in a parcel: how many books (1 or more), and what they weigh together (g)."""

    books: int
    grams: int

    @classmethod
    def of(cls, copies: Iterable[tuple[int | None, int]]) -> Self:
        """Return the load of ``copies``: pairs of one copy's weight (None: unknown) and how many.

        Of the books whose weight nobody has given the first counts as UNWEIGHED_FIRST_G, each
        further one as UNWEIGHED_FURTHER_G, whatever else is in the parcel: so that a parcel weighs
        the same in whichever order it is packed, and never less for another book.
        """
        books = known = unknown = 0
        for grams, quantity in copies:
            books += quantity
            if grams is None:
                unknown += quantity
            else:
                known += grams * quantity
        if unknown:
            known += settings.UNWEIGHED_FIRST_G + settings.UNWEIGHED_FURTHER_G * (unknown - 1)
        return cls(books, known)


class DeliveryRate(models.Model):
    """What a seller charges to post to a destination, and how long it takes.

    Of the rates of a service the one that names a destination most exactly counts: a country before
    the European Union before everywhere else. One that does not ``post`` says that nothing is sent
    there, though the wider rate would.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="delivery_rates")
    destination = models.CharField(
        _("destination"),
        max_length=2,
        help_text=_("A country’s code, EU for the European Union, or * for everywhere else"),
    )
    service = models.CharField(
        _("service"), max_length=10, choices=Service.choices, default=Service.STANDARD
    )
    posts = models.BooleanField(
        _("posts there"),
        default=True,
        db_default=True,
        help_text=_("Not ticked: nothing is sent there, whatever wider rates say"),
    )
    basis = models.CharField(
        _("goes by"),
        max_length=6,
        choices=RateBasis.choices,
        default=RateBasis.ITEM,
        db_default=RateBasis.ITEM.value,
    )
    first_minor = models.PositiveIntegerField(_("first book, or first weight (pence)"))
    further_minor = models.PositiveIntegerField(_("each further one (pence)"))
    first_g = models.PositiveIntegerField(
        _("first weight, up to (g)"),
        default=1000,
        db_default=1000,
        help_text=_("Only for rates by weight"),
    )
    further_g = models.PositiveIntegerField(
        _("each further started (g)"),
        default=500,
        db_default=500,
        help_text=_("Only for rates by weight"),
    )
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    days_min = models.PositiveSmallIntegerField(_("days, at least"))
    days_max = models.PositiveSmallIntegerField(_("days, at most"))

    objects = DeliveryRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery rate")
        verbose_name_plural = _("delivery rates")
        ordering = ("seller", "destination", "service")
        constraints = (
            models.UniqueConstraint(
                fields=["seller", "destination", "service"],
                name="rate_once_a_destination",
            ),
            models.CheckConstraint(
                condition=Q(days_min__lte=F("days_max")), name="rate_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(destination__in=(ANYWHERE, EU_ZONE))
                | Q(destination__regex=r"^[A-Z]{2}$"),
                name="rate_destination_known",
            ),
            models.CheckConstraint(
                condition=Q(first_g__gt=0) & Q(further_g__gt=0),
                name="rate_weights_positive",
                violation_error_message=_("A weight is at least 1 g."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.seller} → {self.destination} ({self.get_service_display()})"

    @property
    def by_weight(self) -> bool:
        """Whether the price goes by weight, not by the number of books."""
        return self.basis == RateBasis.WEIGHT

    def cost(self, load: Load) -> Money:
        """Return the price of a parcel.

        By the book: the first, and each further one. By weight: what is covered first, and each
        further weight that is begun. ``catalog_postage``, a function of the database, is the same
        for one copy.
        """
        if self.by_weight:
            over = max(0, load.grams - self.first_g)
            further = -(-over // self.further_g)
        else:
            further = load.books - 1
        return Money(self.first_minor + self.further_minor * further, self.currency)
