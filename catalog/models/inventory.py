"""Shops' stock files: what came in, what became of each row, and what the shop said of its columns."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from catalog.constants import InventoryMode, InventoryStatus, RowOutcome
from catalog.models.imports import private_storage

MOVING = (InventoryStatus.CHECKING, InventoryStatus.PUBLISHING)


class InventoryImport(Timestamped):
    """A shop's stock file, and how far it has come: first checked, then published.

    ``position`` counts the rows dealt with in the present pass. It is written in the transaction of
    the batch that dealt with them, so that a process may die at any moment and another go on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey(
        Seller,
        on_delete=models.PROTECT,
        related_name="inventory_imports",
        verbose_name=_("shop"),
        db_index=False,
    )
    file = models.FileField(_("file"), storage=private_storage, upload_to="inventory/%Y/%m/")
    file_name = models.CharField(_("file’s name"), max_length=200)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    # Of the file's bytes: the same file is known again.
    digest = models.CharField(max_length=64, editable=False)
    format = models.CharField(_("format"), max_length=12)
    encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    # What was said of a table: the fields of its columns, and catalog.importers.stock.Choices.
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    choices = models.JSONField(_("choices"), default=dict, blank=True)
    mode = models.CharField(
        _("what to do"),
        max_length=8,
        choices=InventoryMode.choices,
        default=InventoryMode.UPDATE,
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=InventoryStatus.choices,
        default=InventoryStatus.CHECKING,
    )
    paused = models.BooleanField(_("paused"), default=False)
    # Published as soon as it is checked, without anybody's look at the check: files by API and folder.
    at_once = models.BooleanField(_("published without a look"), default=False)
    position = models.PositiveIntegerField(_("rows dealt with"), default=0)
    # Rows in the file: known when it has been read to its end.
    total = models.PositiveIntegerField(_("rows in the file"), null=True, blank=True)
    bytes_read = models.PositiveBigIntegerField(default=0, editable=False)
    # Rows by outcome: of the check, and of the publishing.
    checked = models.JSONField(_("outcomes of the check"), default=dict, editable=False)
    counts = models.JSONField(_("outcomes"), default=dict, editable=False)
    # How many copies "replace everything" may withdraw: what the shop was shown, and has confirmed.
    may_withdraw = models.PositiveIntegerField(_("copies that may be withdrawn"), default=0)
    # Why the file could not be read on: a problem as in InventoryRow.problems.
    failure = models.JSONField(_("failure"), default=dict, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # The last sign of life of whoever runs it, and who that is: a runner that lost its place stops.
    heartbeat = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    runner = models.UUIDField(null=True, blank=True, editable=False)
    # Seconds of work, pauses left out.
    worked = models.FloatField(default=0, editable=False)

    class Meta:
        verbose_name = _("stock file")
        verbose_name_plural = _("stock files")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["seller", "-id"], name="inventoryimport_of_seller"),
            # Those that somebody must be at work on.
            models.Index(
                fields=["updated_at"],
                name="inventoryimport_moving",
                condition=Q(status__in=MOVING, paused=False),
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def count(self, outcome: str) -> int:
        """Return the number of rows with this outcome, as far as is known now."""
        return int(self.figures.get(outcome, 0))

    @property
    def figures(self) -> dict[str, Any]:
        """The outcomes of the last pass that was begun."""
        figures: dict[str, Any] = self.counts if self.is_publishing else self.checked
        return figures

    @property
    def is_publishing(self) -> bool:
        """Whether its rows have begun to be put on the shelves."""
        return self.status in {InventoryStatus.PUBLISHING, InventoryStatus.PUBLISHED} or bool(
            self.counts
        )

    @property
    def is_moving(self) -> bool:
        """Whether somebody is at work on it, or soon will be."""
        return self.status in MOVING and not self.paused

    @property
    def percent(self) -> int:
        """How much of the present pass is done, 0 to 100."""
        if self.status in {InventoryStatus.CHECKED, InventoryStatus.PUBLISHED}:
            return 100
        if self.total:
            return min(99, self.position * 100 // self.total)
        return min(99, self.bytes_read * 100 // self.size) if self.size else 0


# An expression of both and not two columns: of an import that is being written the planner believes
# that it has no rows, and would take any index that begins with it, and read all of them each time.
IMPORT_AND_SKU = "(inventory_import_id::text || sku)"


class InventoryRow(models.Model):
    """What became of one row of a shop's file, or will become of it once it is published.

    Never addressed but by its import and its number, so that its key may be a plain one. Rows are found
    by import and SKU through the index of ``IMPORT_AND_SKU``.
    """

    inventory_import = models.ForeignKey(
        InventoryImport,
        on_delete=models.CASCADE,
        related_name="rows",
        verbose_name=_("stock file"),
        db_index=False,
    )
    number = models.PositiveIntegerField(_("row"))
    line = models.PositiveIntegerField(_("line"), default=0)
    sku = models.CharField(_("SKU"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=RowOutcome.choices)
    # Column → what it was and what it is now, as JSON has it.
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    # As catalog.importers.record.Problem: code, field, value, message, remedy, line, severity.
    problems = models.JSONField(_("problems"), default=list, blank=True)
    # The row itself, kept of those that need a correction, and whether somebody has corrected it.
    data = models.JSONField(null=True, blank=True, editable=False)
    corrected = models.BooleanField(_("corrected"), default=False)

    class Meta:
        verbose_name = _("row of a stock file")
        verbose_name_plural = _("rows of stock files")
        ordering = ("inventory_import", "number")
        indexes = (
            models.Index(
                fields=["inventory_import", "outcome", "number"], name="inventoryrow_outcome"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["inventory_import", "number"], name="inventoryrow_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.title or self.sku}"


class InventorySettings(Timestamped):
    """What a shop said of its files, remembered for the next one with the same columns."""

    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, related_name="inventory_settings", db_index=False
    )
    # A digest of the names of the columns.
    columns = models.CharField(max_length=64)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    choices = models.JSONField(_("choices"), default=dict, blank=True)

    class Meta:
        verbose_name = _("columns of a shop’s files")
        verbose_name_plural = _("columns of shops’ files")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["seller", "columns"], name="inventorysettings_once_a_table"
            ),
        )

    def __str__(self) -> str:
        return f"{self.seller}: {', '.join(self.mapping.values())}"[:200]
