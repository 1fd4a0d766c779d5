"""Works, editions and the people behind them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from books4all.lib import isbn
from books4all.lib.staff.display import link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin, StaffInline
from books4all.lib.text import fold
from catalog.models import (
    Contribution,
    Edition,
    Identifier,
    Person,
    Publisher,
    SearchDocument,
    Series,
    SeriesEntry,
    Subject,
    Work,
    WorkSubject,
)
from catalog.search import index
from catalog.services import works


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


@admin.register(Person)
class PersonAdmin(StaffAdmin):
    """Authors, translators, illustrators, editors."""

    list_display = ("name", "sort_name", "native_name", "born", "died")
    search_fields = ("sort_name__istartswith", "name__icontains", "slug__startswith")
    search_help_text = _("Part of a name")
    ordering = ("sort_name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    view_on_site = True


@admin.register(Publisher)
class PublisherAdmin(StaffAdmin):
    """Publishing houses."""

    list_display = ("name", "slug")
    search_fields = ("name__icontains", "slug__startswith")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}


class SeriesEntryInline(StaffInline):
    """Places of a work in series, or the works of a series."""

    model = SeriesEntry
    related = ("series", "work")


@admin.register(Series)
class SeriesAdmin(StaffAdmin):
    """Series and cycles."""

    list_display = ("name", "slug")
    search_fields = ("name__icontains", "slug__startswith")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (SeriesEntryInline,)
    view_on_site = True


@admin.register(SeriesEntry)
class SeriesEntryAdmin(StaffAdmin):
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
class WorkAdmin(BookSearch):
    """Books as written."""

    list_display = ("title", "author_line", "first_published", "original_language", "popularity")
    list_filter = ("original_language", "first_published_circa")
    ordering = ("sort_title", "pk")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = (
        "author_line",
        "sort_title",
        "cover_subject",
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
        (_("Standing"), {"fields": ("popularity", "rating", "created_at", "updated_at")}),
    )

    @admin.display(description=_("rating"))
    def rating(self, work: Work) -> str | None:
        """Return the mean of the published reviews, and how many there are."""
        return f"{work.rating:.1f} ({work.rating_count})" if work.rating else None

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Write what the work's row keeps of its people and subjects."""
        super().save_related(request, form, formsets, change)
        works.refresh(work=form.instance)
        index.refresh([form.instance.pk])


@admin.register(Edition)
class EditionAdmin(BookSearch):
    """Publications of works."""

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
    list_filter = ("form", "language")
    ordering = ("-pk",)
    inlines = (IdentifierInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Write what search knows of the edition's title and numbers."""
        super().save_related(request, form, formsets, change)
        index.refresh([form.instance.work_id])


@admin.register(Contribution)
class ContributionAdmin(StaffAdmin):
    """Parts of people in works."""

    related = ("work", "person", "edition__publisher")
    list_display = ("pk", link("person", _("person")), "role", link("work", _("work")))
    list_filter = ("role",)
    search_fields = ("person__sort_name__istartswith", "work__sort_title__startswith")
    ordering = ("-pk",)


@admin.register(WorkSubject)
class WorkSubjectAdmin(StaffAdmin):
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
    fields = (link("work", _("work")), "names", "vector")
