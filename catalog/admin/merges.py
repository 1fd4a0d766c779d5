"""The history of merges, what leads on from old addresses, and the names people are found by."""

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import lines, link
from books4all.lib.staff.models import ReadOnlyAdmin
from catalog.models import Merge, PersonName, Redirect
from catalog.services import merging


def take_back(record: Merge, *, actor: Any) -> None:
    """Undo a merge."""
    merging.undo(merge_id=record.pk, actor=actor)


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    """What was merged or split, by whom, and the way back."""

    related = ("actor", "undone_by")
    list_display = ("created_at", "action", "kind", "kept_name", "gone_name", "actor", "undone_at")
    list_filter = ("kind", "action")
    search_fields = ("=kept_id", "=gone_id", "kept_name__istartswith", "gone_name__istartswith")
    search_help_text = _("A key, or the beginning of a name")
    ordering = ("-pk",)
    fields = (
        "created_at", "action", "kind", "kept_name", "kept_id", "gone_name", "gone_id", "reason",
        "actor", "what_moved", "undone_at", "undone_by", "what_stayed", "in_the_way",
    )  # fmt: skip
    object_actions = (
        Action(
            name="undo",
            label=_("Take back"),
            done=_("taken back."),
            run=take_back,
            offered=lambda record: record.undone_at is None,
            explain=_(
                "Every row goes back to where it was. What was written or changed since stays with "
                "the one that was kept, and is listed here afterwards."
            ),
            danger=True,
        ),
    )

    @admin.display(description=_("what moved"))
    def what_moved(self, record: Merge) -> SafeString:
        """Show the summary as the preview showed it."""
        return SafeString(render_to_string("admin/catalog/_merge_preview.html", record.summary))

    @admin.display(description=_("left as it was"))
    def what_stayed(self, record: Merge) -> SafeString:
        """Show what did not go back."""
        return _lines(record.undo_report)

    @admin.display(description=_("in the way of taking it back"))
    def in_the_way(self, record: Merge) -> SafeString:
        """Show why it can't be taken back just now."""
        return _lines([] if record.undone_at else merging.obstacles(record))


@admin.register(Redirect)
class RedirectAdmin(ReadOnlyAdmin):
    """Where old addresses lead."""

    list_display = ("old_slug", "kind", "old_id", "target_id", "created_at")
    list_filter = ("kind",)
    search_fields = ("old_slug__startswith", "=old_id", "=target_id")
    ordering = ("-pk",)


@admin.register(PersonName)
class PersonNameAdmin(ReadOnlyAdmin):
    """Names of people with their keys, to see why somebody is found or not."""

    related = ("person",)
    list_display = ("name", link("person", _("person")), "kind", "spelling", "sound")
    list_filter = ("kind",)
    search_fields = ("spelling__startswith", "sound__startswith", "name__istartswith")
    ordering = ("-pk",)


def _lines(texts: list[str]) -> SafeString:
    return lines(texts) if texts else SafeString("–")


def evidence_table(rows: list[dict[str, Any]]) -> SafeString:
    """Return what speaks for two rows being one as a table: what, points, one, other."""
    body = format_html_join(
        "",
        "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
        (
            (row.get("what", ""), row.get("points", ""), row.get("ours", ""), row.get("theirs", ""))
            for row in rows
        ),
    )
    return format_html("<table class='evidence'><tbody>{}</tbody></table>", body)
