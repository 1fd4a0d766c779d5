"""What a shop's dashboard counts in its stock."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller


def _some() -> "ArrayField[list[int], list[int]]":
    """Return a field for the keys of a few copies that are counted beside it."""
    return ArrayField(models.BigIntegerField(), default=list, blank=True)


class StockTally(models.Model):
    """Counts over the whole stock of a large shop, which no page can wait for.

    Written by catalog.services.tallies each night. A shop that is counted in no time has none.
    """

    seller = models.OneToOneField(
        Seller, on_delete=models.CASCADE, primary_key=True, related_name="stock_tally"
    )
    counted_at = models.DateTimeField(_("counted"))
    no_photo = models.PositiveIntegerField(_("without a photograph"), default=0)
    priced_high = models.PositiveIntegerField(_("priced high"), default=0)
    long_here = models.PositiveIntegerField(_("long on the shelf"), default=0)
    no_photo_ids = _some()
    priced_high_ids = _some()
    long_here_ids = _some()

    class Meta:
        verbose_name = _("tally of a stock")
        verbose_name_plural = _("tallies of stocks")

    def __str__(self) -> str:
        return f"{self.seller} {self.counted_at:%Y-%m-%d}"
