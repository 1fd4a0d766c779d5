"""What the sandbox provider has paid in already: its own books, as if on its servers."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SandboxMovement(models.Model):
    """A payment or refund of the sandbox that has been settled, by its name there."""

    reference = models.CharField(max_length=120, primary_key=True)
    # The payment it is of, by the merchant's key and by the sandbox's own name.
    about = models.CharField(max_length=120)
    settlement = models.CharField(max_length=60, db_index=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    settled_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("sandbox movement")
        verbose_name_plural = _("sandbox movements")
        ordering = ("-settled_at",)

    def __str__(self) -> str:
        return self.reference
