"""Imports of files of books: uploaded, watched, paused, undone."""

import csv
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from books4all.lib.csv_cells import inert
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link
from books4all.lib.staff.models import ReadOnlyAdmin
from books4all.lib.staff.taking import TakingAdmin
from catalog.constants import ImportFormat, ImportStatus, Outcome
from catalog.importers.record import RefusedFileError
from catalog.models import (
    CatalogueImport,
    Edition,
    EditionSource,
    ImportChange,
    ImportRecord,
    Work,
)
from catalog.services import imports

# While these last, the page comes anew every few seconds.
MOVING = frozenset({ImportStatus.WAITING, ImportStatus.RUNNING, ImportStatus.UNDOING})
REFRESH_SECONDS = 3


class UploadForm(forms.Form):
    """A file of books, and what staff know of it."""

    file = forms.FileField(
        label=_("File"), help_text=_("ONIX 3.1, 3.0 or 2.1, MARC 21 or MARCXML, CSV or TSV.")
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        required=False,
        help_text=_(
            "Who sends it, such as a publisher’s name: a later file of the same source corrects this "
            "one. Left empty, a table is known by its file’s name."
        ),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("", _("Find out")), *ImportFormat.choices],
        required=False,
    )
    dry_run = forms.BooleanField(
        label=_("Only try it out"),
        required=False,
        help_text=_("Says what would be done with each record, and changes nothing."),
    )


def offered(to: ImportStatus) -> Any:
    """Return whether an import may go to the state ``to``, as a function of the import."""
    return lambda row: imports.may_become(row, to)


IMPORT_ACTIONS = (
    Action(
        name="pause",
        label=_("Pause"),
        done=_("paused after the records it is at."),
        run=lambda row, *, actor: imports.pause(catalogue_import=row),
        offered=offered(ImportStatus.PAUSED),
    ),
    Action(
        name="resume",
        label=_("Go on"),
        done=_("going on."),
        run=lambda row, *, actor: imports.resume(catalogue_import=row),
        offered=offered(ImportStatus.WAITING),
    ),
    Action(
        name="run-for-real",
        label=_("Import it"),
        done=_("being imported now: see the list of imports."),
        run=lambda row, *, actor: imports.run_for_real(catalogue_import=row, actor=actor),
        offered=lambda row: row.dry_run and row.status == ImportStatus.DONE,
        permission="add",
    ),
    Action(
        name="cancel",
        label=_("Cancel"),
        done=_("cancelled."),
        run=lambda row, *, actor: imports.cancel(catalogue_import=row),
        offered=offered(ImportStatus.CANCELLED),
        explain=_("It ends after the records it is at. What it has done stays until it is undone."),
        danger=True,
    ),
    Action(
        name="undo",
        label=_("Undo"),
        done=_("being undone."),
        run=lambda row, *, actor: imports.undo(catalogue_import=row),
        offered=offered(ImportStatus.UNDOING),
        explain=_(
            "Everything that this import did is taken back. What somebody has changed since stays, "
            "and so does what copies on sale or anything else refers to; each is reported."
        ),
        danger=True,
    ),
)


@admin.register(CatalogueImport)
class CatalogueImportAdmin(TakingAdmin):
    """Imports: their page follows them while they run."""

    taking_form = UploadForm
    taking_title = _("Import books")
    taking_label = _("Import")

    related = ("started_by",)
    list_display = (
        "file_name",
        "format",
        "source",
        "status",
        "dry_run",
        "position",
        "created_at",
        "started_by",
    )
    list_filter = ("status", "format", "dry_run")
    search_fields = ("file_name__istartswith", "source__istartswith", "=id")
    search_help_text = _("The beginning of a file’s name or of a source, or an import’s number")
    ordering = ("-pk",)
    object_actions = IMPORT_ACTIONS
    fields = (
        "file_name",
        "format",
        "source",
        "dry_run",
        "status",
        "started_by",
        "created_at",
        "started_at",
        "finished_at",
        "heartbeat",
    )

    def take(self, request: HttpRequest, form: forms.Form) -> str | None:
        """Start the import of a file."""
        given = form.cleaned_data
        try:
            started = imports.start(
                file=given["file"],
                name=given["file"].name,
                format=given["format"],
                source=given["source"],
                dry_run=given["dry_run"],
                actor=request.user,  # type: ignore[arg-type]  # staff are signed in
            )
        except RefusedFileError as error:
            form.add_error("file", f"{error.problem.message} {error.problem.remedy}".strip())
            return None
        self.log_addition(request, started, "Uploaded")
        return change_url(started)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page its figures, and have it come anew while they move."""
        found: CatalogueImport = context["original"]
        context["figures"] = [
            (label, found.count(value), changelist_url(ImportRecord, **_of(found, value)))
            for value, label in Outcome.choices
        ]
        context["refresh"] = REFRESH_SECONDS if found.status in MOVING else 0
        context["speed"] = round(found.position / found.worked) if found.worked else 0
        context["kept_url"] = changelist_url(
            ImportChange, catalogue_import__id__exact=found.pk, kind__exact="kept"
        )
        context["records_url"] = changelist_url(ImportRecord, catalogue_import__id__exact=found.pk)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the report."""
        route = path(
            "<int:pk>/report.csv",
            self.admin_site.admin_view(self.report),
            name="catalog_catalogueimport_report",
        )
        return [route, *super().get_urls()]

    def report(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Return what became of every record as a table."""
        found = CatalogueImport.objects.filter(pk=pk).first()
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        response = StreamingHttpResponse(_lines(found), content_type="text/csv; charset=utf-8")
        response["content-disposition"] = f'attachment; filename="import-{found.pk}.csv"'
        return response


class _Echo:
    """Hands each line of a csv.writer on."""

    @staticmethod
    def write(line: str) -> str:
        """Return the line."""
        return line


def _of(found: CatalogueImport, outcome: str) -> dict[str, Any]:
    return {"catalogue_import__id__exact": found.pk, "outcome__exact": outcome}


def _lines(found: CatalogueImport) -> Iterator[str]:
    writer = csv.writer(_Echo())
    heads = ["record", "line", "reference", "title", "outcome", "what was done", "problem"]
    heads += ["field", "value", "message", "remedy"]
    # Spreadsheets take a file with this mark for UTF-8.
    yield "\ufeff" + str(writer.writerow(heads))
    records = ImportRecord.objects.filter(catalogue_import=found).order_by("number")
    for record in records.iterator(chunk_size=2000):
        start = [record.number, record.line or "", record.reference, record.title]
        start += [str(record.get_outcome_display()), record.said]
        for problem in record.problems or [{}]:
            told = [problem.get(n, "") for n in ("code", "field", "value", "message", "remedy")]
            yield str(writer.writerow([inert(cell) for cell in [*start, *told]]))


def problems(record: ImportRecord) -> Any:
    """Return what was wrong with a record, in sentences."""
    return format_html_join(
        "\n",
        "<p><b>{}</b> {} {}{}</p>",
        (
            (p["field"], p["message"], p["remedy"], f" ({p['value']})" if p["value"] else "")
            for p in record.problems
        ),
    )


problems.short_description = _("problems")  # type: ignore[attr-defined]  # as Django's admin reads it


class RowLinks(ReadOnlyAdmin):
    """Rows that name an edition and a work without a constraint: they may be gone."""

    @admin.display(description=_("edition"))
    def edition_page(self, row: Any) -> Any:
        """Return a link to the edition."""
        return row.edition_id and format_html_join(
            "", '<a href="{}">{}</a>', [(change_url(Edition(pk=row.edition_id)), row.edition_id)]
        )

    @admin.display(description=_("work"))
    def work_page(self, row: Any) -> Any:
        """Return a link to the work."""
        return row.work_id and format_html_join(
            "", '<a href="{}">{}</a>', [(change_url(Work(pk=row.work_id)), row.work_id)]
        )


@admin.register(ImportRecord)
class ImportRecordAdmin(RowLinks):
    """What became of each record."""

    related = ("catalogue_import",)
    list_display = ("number", "line", "reference", "title", "outcome", "said", "told")
    list_filter = ("outcome",)
    search_fields = ("=reference", "=number", "title__startswith")
    search_help_text = _("A record’s number, its whole reference, or the beginning of its title")
    ordering = ("catalogue_import", "number")
    fields: ClassVar[Any] = (
        link("catalogue_import", _("import")),
        "number",
        "line",
        "reference",
        "title",
        "outcome",
        "said",
        "edition_page",
        "work_page",
        problems,
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the page of an import narrow the list to its own records."""
        return lookup == "catalogue_import__id__exact" or super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description=_("problems"))
    def told(self, record: ImportRecord) -> str:
        """Return what was wrong, in short."""
        texts = [f"{p['field']}: {p['message']}" for p in record.problems]
        return Truncator(" ".join(texts)).chars(160)


@admin.register(ImportChange)
class ImportChangeAdmin(ReadOnlyAdmin):
    """The journal of imports, and what undoing had to leave."""

    related = ("catalogue_import",)
    list_display = ("pk", "kind", "table", "rows", "note", "undone")
    list_filter = ("kind", "undone")
    search_fields = ("=table",)
    search_help_text = _("A table’s whole name")
    ordering = ("-pk",)
    fields = (
        link("catalogue_import", _("import")),
        "kind",
        "table",
        "rows",
        "before",
        "after",
        "note",
        "undone",
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let the page of an import narrow the list to its own changes."""
        return lookup == "catalogue_import__id__exact" or super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description=_("rows"))
    def rows(self, change: ImportChange) -> str:
        """Return the keys of the rows, the first of many."""
        keys = ", ".join(str(key) for key in change.keys[:5])
        return keys if len(change.keys) <= 5 else f"{keys} … ({len(change.keys)})"


@admin.register(EditionSource)
class EditionSourceAdmin(ReadOnlyAdmin):
    """Who has described an edition, and how far they are trusted."""

    related = ("edition__publisher",)
    list_display = ("source", "reference", "rank", link("edition", _("edition")))
    search_fields = ("=reference", "source__startswith")
    search_help_text = _("A whole reference, or the beginning of a source")
    ordering = ("-pk",)
