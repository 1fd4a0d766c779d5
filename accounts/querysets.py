"""Chainable filters over accounts' tables."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.constants import SellerStatus

if TYPE_CHECKING:
    from accounts.models import Seller  # noqa: F401 named in quotes below


class SellerQuerySet(models.QuerySet["Seller"]):
    """Sellers, by what may be done with them."""

    def approved(self) -> Self:
        """Return sellers whose shop front anyone may look at."""
        return self.filter(status=SellerStatus.APPROVED)

    def open(self) -> Self:
        """Return approved sellers who are not on a holiday today (UTC)."""
        today = timezone.now().date()
        return self.approved().exclude(
            Q(closed_from__lte=today) & (Q(closed_to__gte=today) | Q(closed_to__isnull=True))
        )
