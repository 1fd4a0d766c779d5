"""Answers remembered for requests that may be sent twice."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """The first answer to a request with an Idempotency-Key, given again to its repeats.

    ``owner`` is whose key it is (``user:1`` or ``basket:…``); ``fingerprint`` is a hash of method,
    path and body, so that a key can't be used for another request; ``locked_until`` lets a request
    whose process died be taken up again.
    """

    owner = models.CharField(_("owner"), max_length=80)
    key = models.CharField(_("key"), max_length=120)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    locked_until = models.DateTimeField(_("being answered until"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    body = models.JSONField(_("answer"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["created_at"], name="idempotency_age"),)
        constraints = (
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_of_owner"),
        )

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
