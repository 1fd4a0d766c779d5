"""What readers say, save and wait for."""

from typing import Any

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.admin import SellerAdmin, UserAdmin
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from catalog.constants import ReviewStatus
from catalog.models import ReadingList, ReadingListItem, Review, Want, WantMatch
from catalog.services import reviews


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Reviews: staff decide whether they are shown, never what they say."""

    related = ("work", "seller", "user")
    list_display = ("author_name", "rating", "about", "words", "status", "verified", "created_at")
    list_filter = ("status", "verified")
    search_fields = (
        "author_name__istartswith",
        "user__email__startswith",
        "work__sort_title__startswith",
    )
    search_help_text = _("The beginning of a name, an e-mail address or a title")
    ordering = ("-pk",)
    object_actions = (
        Action(
            name="publish",
            label=_("Publish"),
            done=_("published."),
            run=lambda review, *, actor: reviews.publish(review=review),
            offered=lambda review: review.status != ReviewStatus.PUBLISHED,
            several=True,
        ),
        Action(
            name="reject",
            label=_("Reject"),
            done=_("rejected."),
            run=lambda review, *, actor: reviews.reject(review=review),
            offered=lambda review: review.status != ReviewStatus.REJECTED,
            explain=_("It is not shown, and its stars no longer count. It can be published later."),
            several=True,
            danger=True,
        ),
    )

    @admin.display(description=_("about"))
    def about(self, review: Review) -> str:
        """Return the work or the seller."""
        return str(review.work or review.seller)

    @admin.display(description=_("words"))
    def words(self, review: Review) -> str:
        """Return the beginning of the text."""
        return Truncator(review.text).chars(80)


class ReadingListItemInline(RecentInline):
    """Books on a list."""

    model = ReadingListItem
    related = ("work", "reading_list")
    fields = (link("work", _("work")), "created_at")
    ordering = ("-created_at", "-pk")


@admin.register(ReadingList)
class ReadingListAdmin(ReadOnlyAdmin):
    """Readers' lists, to look at."""

    related = ("user",)
    list_display = ("name", link("user", _("user")), "updated_at")
    search_fields = ("user__email__startswith",)
    ordering = ("-pk",)
    inlines = (ReadingListItemInline,)


@admin.register(ReadingListItem)
class ReadingListItemAdmin(ReadOnlyAdmin):
    """Books on lists."""

    related = ("work", "reading_list__user")
    list_display = ("pk", link("work", _("work")), link("reading_list", _("list")), "created_at")
    search_fields = ("work__sort_title__startswith", "reading_list__user__email__startswith")
    ordering = ("-pk",)


@admin.register(Want)
class WantAdmin(ReadOnlyAdmin):
    """What readers wait for."""

    related = ("user", "work", "edition__work")
    list_display = (
        "pk",
        link("user", _("user")),
        "email",
        link("work", _("work")),
        link("edition", _("edition")),
        "query",
        "least_condition",
        money("max_price_minor", _("at most")),
        "notice",
        "status",
    )
    list_filter = ("status", "notice")
    search_fields = (
        "user__email__startswith",
        "email__startswith",
        "work__sort_title__startswith",
    )
    ordering = ("-pk",)


@admin.register(WantMatch)
class WantMatchAdmin(ReadOnlyAdmin):
    """Copies that met a want, and whether the person was told."""

    related = ("want__user", "want__work", "want__edition__work", "listing__edition__publisher")
    list_display = (
        "pk",
        link("want", _("want")),
        link("listing", _("copy")),
        money("price_minor", _("delivered")),
        "matched_at",
        "told_at",
        "seen_at",
    )
    search_fields = ("want__user__email__startswith", "want__email__startswith")
    ordering = ("-pk",)


UserAdmin.extend(
    lists=(
        (_("Reviews"), Review, "user__id__exact"),
        (_("Wants"), Want, "user__id__exact"),
    )
)
SellerAdmin.extend(lists=((_("Reviews"), Review, "seller__id__exact"),))


@queue(20, "catalog.view_review")
def reviews_waiting() -> Queue:
    """Return reviews to look at."""
    rows = Review.objects.filter(status=ReviewStatus.PENDING)
    shown = rows.select_related("work", "seller").order_by("pk")[:SHOWN]
    return Queue(
        title=_("Reviews waiting for a look"),
        empty=_("Every review has been looked at."),
        icon="message-circle",
        url=changelist_url(Review, status__exact=ReviewStatus.PENDING.value),
        rows=[_row(review) for review in shown],
        count=count(rows),
    )


def _row(review: Any) -> Row:
    return Row(
        label=Truncator(str(review.work or review.seller)).chars(60),
        url=change_url(review),
        since=review.updated_at,
        note=f"{review.rating}/5, {review.author_name}",
    )
