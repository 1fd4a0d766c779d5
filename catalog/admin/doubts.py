"""Rows that may be one: doubtful matches of imports, likely duplicates, identifiers in conflict."""

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url
from books4all.lib.staff.models import ReadOnlyAdmin
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from catalog.admin.comparison import compare
from catalog.admin.mergeable import merge_url
from catalog.admin.merges import evidence_table
from catalog.constants import DoubtState
from catalog.models import Duplicate, Identifier, MatchDoubt
from catalog.services import doubts


def _decide(state: DoubtState) -> Any:
    def run(row: Any, *, actor: Any) -> None:
        doubts.decide(doubt=row, state=state, actor=actor)

    return run


DECISIONS = (
    Action(
        name="different",
        label=_("They are different"),
        done=_("noted: different. Nobody is asked again."),
        run=_decide(DoubtState.DIFFERENT),
        offered=lambda row: row.state in {DoubtState.OPEN, DoubtState.LATER},
        several=True,
    ),
    Action(
        name="later",
        label=_("Decide later"),
        done=_("put off."),
        run=_decide(DoubtState.LATER),
        offered=lambda row: row.state == DoubtState.OPEN,
        several=True,
    ),
    Action(
        name="ask-again",
        label=_("Ask again"),
        done=_("open again."),
        run=_decide(DoubtState.OPEN),
        offered=lambda row: row.state in {DoubtState.LATER, DoubtState.DIFFERENT},
    ),
)


class DoubtAdmin(ReadOnlyAdmin):
    """Two rows side by side, with what speaks for their being one, and three answers."""

    object_actions = DECISIONS
    change_form_template = "admin/catalog/mergeable_form.html"
    list_filter = ("state", "kind")

    def pair(self, row: Any) -> tuple[str, list[int]]:
        """Return the kind and the keys of the two."""
        return doubts.pair_of(row)

    @admin.display(description=_("side by side"))
    def side_by_side(self, row: Any) -> SafeString:
        """Show what the two say, line by line."""
        kind, keys = self.pair(row)
        shown = {"compared": compare(kind, keys)}
        return SafeString(render_to_string("admin/catalog/_compared.html", shown))

    @admin.display(description=_("answer"))
    def same(self, row: Any) -> SafeString | str:
        """Lead to the page that merges the two."""
        kind, keys = self.pair(row)
        if row.state not in {DoubtState.OPEN, DoubtState.LATER} or len(keys) < 2:
            return ""
        return format_html(
            '<a href="{}">{}</a>', merge_url(kind, *keys), _("They are the same: merge…")
        )

    def render_change_form(
        self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Give the page the way to the page that merges."""
        row = context.get("original")
        if row is not None and row.state in {DoubtState.OPEN, DoubtState.LATER}:
            kind, keys = self.pair(row)
            if len(keys) > 1:
                context["merge_url"] = merge_url(kind, *keys)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(MatchDoubt)
class MatchDoubtAdmin(DoubtAdmin):
    """Records of imports that may be of an edition or a work that was there before."""

    related = ("edition", "work", "candidate", "candidate_work", "decided_by", "catalogue_import")
    list_display = ("pk", "kind", "title", "reason", "score", "state", "created_at")
    search_fields = ("=edition__id", "=work__id", "=candidate__id")
    search_help_text = _("The key of an edition or a work")
    ordering = ("created_at", "pk")
    fields = (
        "kind", "reason", "score", "state", "same", "side_by_side", "evidence",
        "catalogue_import", "number", "decided_by", "decided_at", "note",
    )  # fmt: skip

    @admin.display(description=_("title"))
    def title(self, row: MatchDoubt) -> str:
        """Return the title of the record's edition or work."""
        return str(row.edition.title if row.edition else row.work or "")[:80]

    @admin.display(description=_("evidence"))
    def evidence(self, row: MatchDoubt) -> SafeString:
        """Show the evidence for the best candidate."""
        best = row.candidates[0] if row.candidates else {}
        return evidence_table(best.get("evidence", []))


@admin.register(Duplicate)
class DuplicateAdmin(DoubtAdmin):
    """Works and people that a job found alike."""

    related = ("decided_by",)
    list_display = ("pk", "kind", "told", "reason", "score", "state", "created_at")
    search_fields = ("=first_id", "=second_id")
    search_help_text = _("The key of a row")
    ordering = ("-score", "pk")
    fields = (
        "kind", "reason", "score", "state", "same", "side_by_side", "why",
        "decided_by", "decided_at", "created_at",
    )  # fmt: skip

    @admin.display(description=_("the two"))
    def told(self, row: Duplicate) -> str:
        """Return the names of the two, as the job found them."""
        first = row.evidence[0] if row.evidence else {}
        return f"{first.get('ours', row.first_id)} / {first.get('theirs', row.second_id)}"

    @admin.display(description=_("evidence"))
    def why(self, row: Duplicate) -> SafeString:
        """Show what the job went by."""
        return evidence_table(row.evidence)


@queue(30, "catalog.view_matchdoubt")
def doubtful_matches() -> Queue:
    """Return doubtful matches of imports."""
    rows = MatchDoubt.objects.filter(state=DoubtState.OPEN)
    shown = rows.select_related("edition", "work").order_by("created_at", "pk")[:SHOWN]
    return Queue(
        title=_("Doubtful matches"),
        empty=_("Every record found its book."),
        icon="book-copy",
        url=changelist_url(MatchDoubt, state__exact=DoubtState.OPEN.value),
        rows=[
            Row(
                label=str(row.edition.title if row.edition else row.work or row)[:60],
                url=change_url(row),
                since=row.created_at,
                note=row.reason,
            )
            for row in shown
        ],
        count=count(rows),
    )


@queue(31, "catalog.view_duplicate")
def likely_duplicates() -> Queue:
    """Return pairs that a job found alike."""
    rows = Duplicate.objects.filter(state=DoubtState.OPEN)
    return Queue(
        title=_("Likely duplicates"),
        empty=_("Nothing looks like anything else."),
        icon="book-copy",
        url=changelist_url(Duplicate, state__exact=DoubtState.OPEN.value),
        rows=[
            Row(
                label=str((row.evidence or [{}])[0].get("ours", row))[:60],
                url=change_url(row),
                since=row.created_at,
                note=row.get_kind_display(),
            )
            for row in rows.order_by("-score", "pk")[:SHOWN]
        ],
        count=count(rows),
    )


@queue(32, "catalog.view_identifier")
def identifiers_in_conflict() -> Queue:
    """Return identifiers that stand on editions of two works."""
    rows = Identifier.objects.filter(conflict=True)
    return Queue(
        title=_("Identifiers in conflict"),
        empty=_("No number stands on two books."),
        icon="book-copy",
        url=changelist_url(Identifier, conflict__exact=1),
        rows=[
            Row(label=str(row), url=change_url(row), note=row.edition.title[:60])
            for row in rows.select_related("edition").order_by("pk")[:SHOWN]
        ],
        count=count(rows),
    )
