"""Imports of bibliographic files: what came in, what became of each record, and how to undo it."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books4all.lib.models import Timestamped
from catalog.constants import (
    ChangeKind,
    DoubtKind,
    DoubtState,
    ImportFormat,
    ImportStatus,
    Outcome,
)
from catalog.models.bibliography import Edition, Work


def private_storage() -> Any:
    """Return where files lie that nobody may fetch by an address."""
    return storages["private"]


class CatalogueImport(Timestamped):
    """A file of records of books, and how far its import has come.

    ``position`` counts the records dealt with. It is written in the transaction of the batch that
    dealt with them, so that a process may die at any moment and another go on.
    """

    file = models.FileField(_("file"), storage=private_storage, upload_to="imports/%Y/%m/")
    file_name = models.CharField(_("file’s name"), max_length=200)
    format = models.CharField(_("format"), max_length=12, choices=ImportFormat.choices)
    # What is sent by one source replaces what that source said before.
    source = models.CharField(_("source"), max_length=100, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank of the source"))
    dry_run = models.BooleanField(_("only tried out"), default=False)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ImportStatus.choices,
        default=ImportStatus.WAITING,
    )
    position = models.PositiveIntegerField(_("records dealt with"), default=0)
    # Records in the file: known when it has been read to its end.
    total = models.PositiveIntegerField(_("records in the file"), null=True, blank=True)
    # Bytes read and bytes in all, for a bar before the number of records is known.
    bytes_read = models.PositiveBigIntegerField(default=0, editable=False)
    bytes_total = models.PositiveBigIntegerField(default=0, editable=False)
    # Records by outcome.
    counts = models.JSONField(_("outcomes"), default=dict, editable=False)
    # Why the file could not be read on: a problem as in ImportRecord.problems.
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
        verbose_name = _("catalogue import")
        verbose_name_plural = _("catalogue imports")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    def count(self, outcome: str) -> int:
        """Return the number of records with this outcome."""
        return int(self.counts.get(outcome, 0))

    @property
    def percent(self) -> int:
        """How much of the file has been dealt with, 0 to 100."""
        if self.status in {ImportStatus.DONE, ImportStatus.UNDONE}:
            return 100
        if self.total:
            return min(99, self.position * 100 // self.total)
        return min(99, self.bytes_read * 100 // self.bytes_total) if self.bytes_total else 0


class ImportRecord(models.Model):
    """What became of one record of a file. ``said`` tells it in a sentence."""

    catalogue_import = models.ForeignKey(
        CatalogueImport,
        on_delete=models.CASCADE,
        related_name="records",
        verbose_name=_("import"),
        db_index=False,
    )
    number = models.PositiveIntegerField(_("record"))
    line = models.PositiveIntegerField(_("line"), default=0)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    edition = models.ForeignKey(
        Edition,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    work = models.ForeignKey(
        Work,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # As catalog.importers.record.Problem: code, field, value, message, remedy, line, severity.
    problems = models.JSONField(_("problems"), default=list, blank=True)
    said = models.TextField(_("what was done"), blank=True)

    class Meta:
        verbose_name = _("record of an import")
        verbose_name_plural = _("records of imports")
        ordering = ("catalogue_import", "number")
        indexes = (
            models.Index(
                fields=["catalogue_import", "outcome", "number"], name="importrecord_outcome"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["catalogue_import", "number"], name="importrecord_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.title or self.reference}"


class ImportChange(models.Model):
    """The journal of an import, from which it is undone, the last change first.

    ``created``: rows ``keys`` of ``table``, with a digest of the ``fields`` written of each, by
    which undoing sees whether somebody has changed them since. ``updated`` and ``removed``: one row,
    with the touched fields before and after (a removed row whole). ``kept``: what undoing had to
    leave as it is, and why (``note``).
    """

    catalogue_import = models.ForeignKey(
        CatalogueImport, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    # The record that the batch began with: what was written together is taken back together.
    number = models.PositiveIntegerField(_("from record"), default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=ChangeKind.choices)
    table = models.CharField(_("table"), max_length=40)
    keys = ArrayField(models.BigIntegerField(), verbose_name=_("rows"))
    fields = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    digests = ArrayField(models.BigIntegerField(), default=list, blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True)
    undone = models.BooleanField(_("undone"), default=False)

    class Meta:
        verbose_name = _("change of an import")
        verbose_name_plural = _("changes of imports")
        ordering = ("catalogue_import", "pk")
        indexes = (
            models.Index(
                fields=["catalogue_import", "-number"],
                name="importchange_to_undo",
                condition=Q(undone=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.table} {len(self.keys)}"


class EditionSource(models.Model):
    """Who has described an edition, by which reference, and how far the source is trusted.

    The edition's rank is the highest of its sources'; one without any was written by staff.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sources")
    source = models.CharField(_("source"), max_length=100)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"))
    # The import that brought it: a number only, which outlives the import's own row.
    import_id = models.BigIntegerField(_("import"), null=True, blank=True)

    class Meta:
        verbose_name = _("source of an edition")
        verbose_name_plural = _("sources of editions")
        ordering = ("-rank", "pk")
        indexes = (
            models.Index(
                fields=["reference", "source"],
                name="editionsource_reference",
                condition=~Q(reference=""),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["edition", "source", "reference"], name="editionsource_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.reference}".strip()


class MatchDoubt(Timestamped):
    """Two rows that may be one: staff decide.

    The record was taken as ``edition`` (of ``work``), a row of its own or the likeliest of several.
    ``candidate`` is the best of the others; ``candidates`` lists all, the best first:
    ``{"edition": 7, "work": 3, "title": "…", "score": 685, "evidence": [{"what": "title",
    "points": 600, "ours": "…", "theirs": "…"}]}``. ``same`` means that they were merged.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=DoubtKind.choices)
    # A stable code: isbn_shared, title_contradicts, thin_record, nearly_the_same.
    reason = models.CharField(_("reason"), max_length=40)
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, null=True, blank=True, related_name="doubts"
    )
    work = models.ForeignKey(
        Work, on_delete=models.CASCADE, null=True, blank=True, related_name="doubts"
    )
    candidate = models.ForeignKey(
        Edition, on_delete=models.CASCADE, null=True, blank=True, related_name="doubted_as"
    )
    candidate_work = models.ForeignKey(
        Work, on_delete=models.CASCADE, null=True, blank=True, related_name="doubted_as"
    )
    candidates = models.JSONField(_("candidates"), default=list)
    score = models.SmallIntegerField(_("score of the best"), default=0)
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
    note = models.CharField(_("note"), max_length=200, blank=True)
    catalogue_import = models.ForeignKey(
        CatalogueImport,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="doubts",
        verbose_name=_("import"),
    )
    # The record of the file, by its number there.
    number = models.PositiveIntegerField(_("record"), default=0)

    class Meta:
        verbose_name = _("doubtful match")
        verbose_name_plural = _("doubtful matches")
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(
                fields=["created_at", "id"],
                name="matchdoubt_open",
                condition=Q(state=DoubtState.OPEN),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "edition", "candidate", "work", "candidate_work"],
                name="matchdoubt_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.edition_id or self.work_id}: {self.reason}"

    def decide(self, state: str, by: Any) -> None:
        """Note the decision; the caller saves, and merges what is the same."""
        self.state, self.decided_by, self.decided_at = state, by, timezone.now()
