"""Works, editions and the people behind them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from books4all.lib import isbn
from books4all.lib.staff.display import link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin, StaffInline
from books4all.lib.text import fold
from catalog.admin.mergeable import MergeMixin
from catalog.admin.splitting import SplitMixin
from catalog.constants import Mergeable
from catalog.exporters import onix
from catalog.models import (
    Contribution,
    Edition,
    Identifier,
    Listing,
    Person,
    PersonName,
    Publisher,
    SearchDocument,
    Series,
    SeriesEntry,
    Subject,
    Work,
    WorkSubject,
)
from catalog.selectors.export import STEP, editions_whole, with_offers
from catalog.services import derived, imports


class BookSearch(StaffAdmin):
    """Finds rows of a book as readers do: by its search document, or by an identifier of an edition.

    The trigram index of the document answers at any size; ``ILIKE`` over titles would read them all.
    """

    document = "search_document__names__contains"
    identifier = "editions__identifiers__value"
    title = "sort_title__startswith"
    # Django asks for one; ``get_search_results`` decides.
    search_fields = ("title",)
    search_help_text = _("Words of a title or name, or an ISBN in any spelling")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Narrow ``queryset``; a book that has no document yet is found by its title's beginning."""
        del request
        if not search_term.strip():
            return queryset, False
        if number := isbn.to_isbn13(search_term):
            return queryset.filter(**{self.identifier: number}), True
        found = queryset
        for word in fold(search_term).split():
            found = found.filter(**{self.document: word})
        if found.order_by().exists():
            return found, False
        return queryset.filter(**{self.title: fold(search_term)}), False


class PartOfWork(StaffAdmin):
    """Rows that a work keeps a line of: written anew when one is saved or removed by itself."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 Django's signature
        """Save, and refresh the works that the row belonged to and belongs to."""
        before = form.initial.get("work")
        super().save_model(request, obj, form, change)
        derived.refresh(Work, {key for key in (before, obj.work_id) if key})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remove, and refresh its work."""
        super().delete_model(request, obj)
        derived.refresh(Work, [obj.work_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Remove several, and refresh their works."""
        keys = set(queryset.values_list("work_id", flat=True))
        super().delete_queryset(request, queryset)
        derived.refresh(Work, keys)


class PersonNameInline(RecentInline):
    """The names a person is found by."""

    model = PersonName
    fields = ("name", "kind", "spelling", "sound")
    ordering = ("pk",)


@admin.register(Person)
class PersonAdmin(MergeMixin, StaffAdmin):
    """Authors, translators, illustrators, editors."""

    kind = Mergeable.PERSON
    found_by = (Contribution, "person")
    inlines = (PersonNameInline,)
    list_display = ("name", "sort_name", "native_name", "born", "died")
    search_fields = ("sort_name__istartswith", "name__icontains", "slug__startswith")
    search_help_text = _("Part of a name")
    ordering = ("sort_name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    view_on_site = True


@admin.register(Publisher)
class PublisherAdmin(MergeMixin, StaffAdmin):
    """Publishing houses."""

    kind = Mergeable.PUBLISHER
    found_by = (Edition, "publisher")
    list_display = ("name", "slug")
    search_fields = ("name__icontains", "slug__startswith")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}


class SeriesEntryInline(StaffInline):
    """Places of a work in series, or the works of a series."""

    model = SeriesEntry
    related = ("series", "work")


@admin.register(Series)
class SeriesAdmin(MergeMixin, StaffAdmin):
    """Series and cycles."""

    kind = Mergeable.SERIES
    found_by = (SeriesEntry, "series")
    list_display = ("name", "slug")
    search_fields = ("name__icontains", "slug__startswith")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (SeriesEntryInline,)
    view_on_site = True


@admin.register(SeriesEntry)
class SeriesEntryAdmin(PartOfWork):
    """Places in series."""

    related = ("series", "work")
    list_display = ("pk", link("series", _("series")), "number", link("work", _("work")))
    search_fields = ("series__name__istartswith", "work__sort_title__startswith")
    ordering = ("-pk",)


@admin.register(Subject)
class SubjectAdmin(StaffAdmin):
    """Subjects of all schemes."""

    related = ("parent",)
    list_display = ("name", "scheme", "code", link("parent", _("under")))
    list_filter = ("scheme",)
    search_fields = ("name__icontains", "code__startswith", "slug__startswith")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    view_on_site = True

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Write anew what works keep of their main subject's name."""
        super().save_related(request, form, formsets, change)
        derived.refresh(Subject, [form.instance.pk])


class ContributionInline(StaffInline):
    """Who made the work, or one edition of it."""

    model = Contribution
    related = ("person", "edition__publisher", "work")
    fields = ("person", "role", "sequence", "edition")


class WorkSubjectInline(StaffInline):
    """Where the work is shelved."""

    model = WorkSubject
    related = ("subject", "work")


class EditionInline(RecentInline):
    """The editions, to go on to."""

    model = Edition
    related = ("publisher", "work")
    fields = ("title", "published", link("publisher", _("publisher")), "form", "language")
    ordering = ("published_year", "pk")


class IdentifierInline(StaffInline):
    """ISBNs and other numbers of an edition."""

    model = Identifier


@admin.register(Work)
class WorkAdmin(SplitMixin, BookSearch):
    """Books as written."""

    kind = Mergeable.WORK
    found_by = (Edition, "work")
    list_display = ("title", "author_line", "first_published", "original_language", "popularity")
    list_filter = ("first_published_circa",)
    ordering = ("sort_title", "pk")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = (
        "author_line",
        "sort_title",
        "cover_subject",
        "completeness",
        "rating",
        "created_at",
        "updated_at",
    )
    inlines = (ContributionInline, WorkSubjectInline, SeriesEntryInline, EditionInline)
    view_on_site = True
    fieldsets = (
        (
            None,
            {"fields": ("title", "subtitle", "slug", "author_line", "sort_title", "cover_subject")},
        ),
        (
            _("Where it comes from"),
            {
                "fields": (
                    "original_title",
                    "original_language",
                    "first_published",
                    "first_published_circa",
                )
            },
        ),
        (_("What it is about"), {"fields": ("description", "first_lines")}),
        (
            _("Standing"),
            {"fields": ("popularity", "completeness", "rating", "created_at", "updated_at")},
        ),
    )

    @admin.display(description=_("rating"))
    def rating(self, work: Work) -> str | None:
        """Return the mean of the published reviews, and how many there are."""
        return f"{work.rating:.1f} ({work.rating_count})" if work.rating else None


@admin.register(Edition)
class EditionAdmin(MergeMixin, BookSearch):
    """Publications of works."""

    kind = Mergeable.EDITION
    found_by = (Listing, "edition")
    document = "work__search_document__names__contains"
    identifier = "identifiers__value"
    title = "work__sort_title__startswith"
    related = ("work", "publisher")
    list_display = (
        "title",
        link("work", _("work")),
        link("publisher", _("publisher")),
        "published",
        "form",
        "language",
    )
    list_filter = ("form",)
    ordering = ("-pk",)
    readonly_fields = ("completeness",)
    inlines = (IdentifierInline,)
    actions = ("download_onix",)

    @admin.action(description=_("Download as ONIX 3.0"), permissions=["view"])
    def download_onix(self, request: HttpRequest, queryset: QuerySet[Edition]) -> HttpResponse:
        """Return the chosen editions, 500 at most, as a message of ONIX."""
        del request
        rows = with_offers(list(editions_whole(queryset.order_by("pk"))[:STEP]))
        response = HttpResponse(onix.our_message(rows), content_type="application/xml")
        response["Content-Disposition"] = 'attachment; filename="editions.xml"'
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Note that staff stand for what they have written, against files that say otherwise."""
        super().save_related(request, form, formsets, change)
        if not change or form.has_changed():
            imports.vouch(edition=form.instance)


@admin.register(Contribution)
class ContributionAdmin(PartOfWork):
    """Parts of people in works."""

    related = ("work", "person", "edition__publisher")
    list_display = ("pk", link("person", _("person")), "role", link("work", _("work")))
    list_filter = ("role",)
    search_fields = ("person__sort_name__istartswith", "work__sort_title__startswith")
    ordering = ("-pk",)


@admin.register(WorkSubject)
class WorkSubjectAdmin(PartOfWork):
    """Places of works under subjects."""

    related = ("work", "subject")
    list_display = ("pk", link("work", _("work")), link("subject", _("subject")), "is_main")
    list_filter = ("is_main",)
    search_fields = ("subject__name__istartswith", "work__sort_title__startswith")
    ordering = ("-pk",)


@admin.register(Identifier)
class IdentifierAdmin(StaffAdmin):
    """ISBNs and other numbers."""

    related = ("edition__publisher",)
    list_display = ("value", "type", "as_printed", link("edition", _("edition")), "conflict")
    list_filter = ("type", "conflict")
    search_fields = ("value__startswith",)
    search_help_text = _("The beginning of a number, without hyphens")
    ordering = ("-pk",)


@admin.register(SearchDocument)
class SearchDocumentAdmin(ReadOnlyAdmin):
    """What search reads, to see why a book is found or not."""

    related = ("work",)
    list_display = ("work", "names")
    search_fields = ("names__contains",)
    ordering = ("pk",)
    fields = (link("work", _("work")), "names", "tier", "copies", "head", "facets", "written_at")
