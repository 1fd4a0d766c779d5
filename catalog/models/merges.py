"""Rows of the catalogue that became one, how to take them apart again, and which may be one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books4all.lib.models import Timestamped
from catalog.constants import DoubtState, Mergeable, MergeAction


class Redirect(models.Model):
    """The old address of a row that was merged into another: ``target_id`` is where to go now.

    Chains are kept flat: when a target is merged itself, what pointed at it is pointed on.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Mergeable.choices)
    # Empty for editions, which have no page of their own.
    old_slug = models.SlugField(_("old address"), max_length=100, blank=True)
    old_id = models.BigIntegerField(_("old key"))
    target_id = models.BigIntegerField(_("key it leads to"))
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ("-pk",)
        indexes = (models.Index(fields=["kind", "target_id"], name="redirect_target"),)
        constraints = (
            models.UniqueConstraint(fields=["kind", "old_id"], name="redirect_key_once"),
            models.UniqueConstraint(
                fields=["kind", "old_slug"],
                condition=~Q(old_slug=""),
                name="redirect_address_once",
            ),
            models.CheckConstraint(
                condition=~Q(old_id=F("target_id")), name="redirect_leads_elsewhere"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.old_slug or self.old_id} → {self.target_id}"


class Merge(models.Model):
    """A merge, or a split, and everything needed to take it back.

    ``manifest`` lists what was done in its order (catalog.services.merging.journal): every row moved
    with its old value, and every row removed as it was.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Mergeable.choices)
    action = models.CharField(
        _("what"), max_length=8, choices=MergeAction.choices, default=MergeAction.MERGE
    )
    # Keys and names as they were: the rows may be merged on, or gone.
    kept_id = models.BigIntegerField(_("key of the one kept"))
    kept_name = models.CharField(_("kept"), max_length=300)
    gone_id = models.BigIntegerField(_("key of the other"))
    gone_name = models.CharField(_("merged into it"), max_length=300)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    manifest = models.JSONField(editable=False)
    # What was moved, solved and filled in, in numbers and words for the page.
    summary = models.JSONField(_("summary"), default=dict, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    # What stayed with the kept row, because it is younger than the merge or was changed since.
    undo_report = models.JSONField(_("left as it was"), default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["kind", "kept_id"], name="merge_kept"),
            models.Index(fields=["kind", "gone_id"], name="merge_gone"),
        )

    def __str__(self) -> str:
        return f"{self.gone_name} → {self.kept_name}"[:200]


class Duplicate(Timestamped):
    """Two rows that a job found alike: the smaller key first. Staff decide, once."""

    kind = models.CharField(_("kind"), max_length=10, choices=Mergeable.choices)
    first_id = models.BigIntegerField(_("one"))
    second_id = models.BigIntegerField(_("other"))
    # A stable code: same_title_and_author, transliterated_name, same_name.
    reason = models.CharField(_("why"), max_length=40)
    evidence = models.JSONField(_("evidence"), default=list, blank=True)
    score = models.SmallIntegerField(_("score"), default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=DoubtState.choices, default=DoubtState.OPEN
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        ordering = ("-score", "pk")
        indexes = (
            models.Index(
                fields=["-score", "id"],
                name="duplicate_open",
                condition=Q(state=DoubtState.OPEN),
            ),
            models.Index(fields=["kind", "second_id"], name="duplicate_second"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "first_id", "second_id"], name="duplicate_once"
            ),
            models.CheckConstraint(
                condition=Q(first_id__lt=F("second_id")), name="duplicate_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_id} / {self.second_id}"
