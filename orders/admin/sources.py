"""From a journal entry to what made it, and back: the auditor's stepping stones."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import NOTHING, Column, anchor, changelist_url, lines
from books4all.lib.staff.models import ReadOnlyMixin
from orders.constants import DocumentKind
from orders.models import Document, JournalEntry, Posting
from orders.selectors.money_panel import Figure
from orders.selectors.sources import entries_of, row_of

SHOWN = 20


def source_link(source: str) -> SafeString | str:
    """Return a link to the row that ``source`` names; its words where there is no such page."""
    row = row_of(source)
    if row is None:
        return source
    options = row.model._meta  # noqa: SLF001 Django's documented interface
    try:
        url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.key])
    except NoReverseMatch:
        return source
    return format_html('<a href="{}">{} {}</a>', url, options.verbose_name, _short(row.key))


def _short(key: str) -> str:
    """Return the end of a long key: beginnings are the time, and alike."""
    return f"…{key[-8:]}" if len(key) > 12 else key


class EntriesMixin(ReadOnlyMixin):
    """Ends a row's page with the journal entries that came from it (one query), and what is ``beside``."""

    beside: ClassVar[Sequence[Column]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Add them below the others."""
        own = (_("Ledger"), {"fields": (entries, *self.beside)})
        return [*super().get_fieldsets(request, obj), own]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """They too are only looked at."""
        return [*super().get_readonly_fields(request, obj), entries, *self.beside]


@admin.display(description=_("journal entries"))
def entries(obj: Model) -> Any:
    """Link to the entries that came from ``obj``."""
    links = [anchor(row, _named(row)) for row in entries_of(obj)[:SHOWN]]
    return lines(link for link in links if link)


@admin.display(description=_("statements of the shop"))
def statements(obj: Any) -> Any:
    """Link to the monthly statements of a row's seller; nothing for an account of the marketplace."""
    if obj.seller_id is None:
        return NOTHING
    wanted = {"seller__id__exact": obj.seller_id, "kind__exact": DocumentKind.STATEMENT.value}
    return format_html('<a href="{}">{}</a>', changelist_url(Document, **wanted), _("Statements"))


STATEMENTS: Column = statements


def _named(entry: JournalEntry) -> str:
    return _("%(what)s, entry %(n)s") % {"what": entry.get_kind_display(), "n": entry.pk}


def money_panel(figures: Iterable[Figure]) -> SafeString:
    """Return the figures as a table, each a link to the postings that it is the sum of."""
    rows = [
        (figure.label, changelist_url(Posting, **figure.postings), figure.amount)
        for figure in figures
    ]
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="sum_money"><a href="{}">{}</a></td></tr>',
        rows,
    )
    return format_html('<table class="money-panel"><tbody>{}</tbody></table>', body)
