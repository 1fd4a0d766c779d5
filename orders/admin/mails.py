"""Mails that could not be sent: seen by staff, and sent again."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from books4all.lib.admin import JobEventInline, run_again
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url
from books4all.lib.staff.models import ReadOnlyAdmin
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.models import UnsentMail
from orders.selectors.mails import unsent_mails, what_mail, whom_mail


@admin.register(UnsentMail)
class UnsentMailAdmin(ReadOnlyAdmin):
    """Letters that used up their attempts. What stands in them is not shown: it may hold secret links."""

    list_display = ("what", "whom", "failed_at", "attempts")
    search_fields = ("=id", "task_name__startswith")
    ordering = ("-pk",)
    fields = ("what", "whom", "task_name", "failed_at", "attempts")
    inlines = (JobEventInline,)
    object_actions = (
        Action(
            name="send-again",
            label=_("Send again"),
            done=_("waiting to be sent."),
            run=run_again,
            several=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Show only what was given up."""
        return unsent_mails()

    def _page_of(self, obj: Model) -> str:
        """Go back to the list: what is sent again is not in it any more."""
        return changelist_url(UnsentMail)

    @admin.display(description=_("what"))
    def what(self, job: Any) -> str:
        """Return what it was."""
        return what_mail(job)

    @admin.display(description=_("to"))
    def whom(self, job: Any) -> str:
        """Return whom it was for."""
        return whom_mail(job)

    @admin.display(description=_("given up"), ordering="failed_at")
    def failed_at(self, job: Any) -> Any:
        """Return since when."""
        return job.failed_at


@queue(85, "orders.view_unsentmail")
def mails_not_sent() -> Queue:
    """Return letters that used up their attempts, the oldest first."""
    rows = unsent_mails()
    return Queue(
        title=_("Mails that could not be sent"),
        empty=_("Every mail has gone out."),
        icon="mail",
        urgent=True,
        url=changelist_url(UnsentMail),
        rows=[
            Row(label=what_mail(job), url=change_url(job), since=job.failed_at, note=job.to or "")
            for job in rows.order_by("pk")[:SHOWN]
        ],
        count=count(UnsentMail.objects.filter(pk__in=rows.values("pk"))),
    )
