"""The admin of what others wrote: jobs and staff's own history kept, the rest put away."""

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue

# Tokens are secrets and end by themselves; addresses are part of a user's page.
for model in (
    EmailAddress,
    EmailConfirmation,
    OutstandingToken,
    BlacklistedToken,
    ProcrastinateJob,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def nameless(job: ProcrastinateJob) -> ProcrastinateJob:
    """Take the arguments off a job: its name would show them, and letters hold secret links."""
    job.args = {}
    return job


def run_again(job: ProcrastinateJob, *, actor: object) -> None:
    """Put a failed job back in its queue."""
    app.job_manager.retry_job_by_id(nameless(job).pk, retry_at=timezone.now())


class JobList(ChangeList):
    """A page of jobs without their arguments."""

    def get_results(self, request: HttpRequest) -> None:
        """Name none of them by its arguments, on the boxes to tick either."""
        super().get_results(request)
        self.result_list = [nameless(job) for job in self.result_list]


class JobEventInline(RecentInline):
    """What happened to a job."""

    model = ProcrastinateEvent
    fields = ("type", "at")
    ordering = ("-pk",)
    show_change_link = False


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnlyAdmin):
    """Jobs without their arguments: those of letters hold secret links."""

    list_display = ("pk", "task_name", "status", "queue_name", "attempts", "scheduled_at")
    list_filter = ("status",)
    search_fields = ("=id", "task_name__startswith")
    ordering = ("-pk",)
    fields = ("id", "task_name", "status", "queue_name", "attempts", "scheduled_at")
    inlines = (JobEventInline,)
    object_actions = (
        Action(
            name="run-again",
            label=_("Run again"),
            done=_("waiting to run again."),
            run=run_again,
            offered=lambda job: job.status == "failed",
            several=True,
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Use the list that knows how to keep a secret."""
        return JobList

    def get_object(self, request: HttpRequest, object_id: str, *args: Any) -> Any:
        """Return the job without its arguments."""
        job = super().get_object(request, object_id, *args)
        return job and nameless(job)


@admin.register(LogEntry)
class StaffHistoryAdmin(ReadOnlyAdmin):
    """What staff did, here, to what."""

    related = ("user", "content_type")
    list_display = ("action_time", "user", "content_type", "object_repr", "message")
    list_filter = ("action_flag",)
    search_fields = ("user__email__startswith", "=object_id")
    ordering = ("-pk",)
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "message")

    @admin.display(description=_("what"))
    def message(self, entry: LogEntry) -> str:
        """Return the change in words."""
        return str(entry.get_change_message())


@queue(90, "procrastinate.view_procrastinatejob")
def failed_jobs() -> Queue:
    """Return jobs that were tried often enough; letters stand in a queue of their own."""
    failed: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.filter(status="failed")
    rows = failed.exclude(queue_name="mail")
    shown = rows.annotate(failed_at=Max("procrastinateevent__at")).order_by("pk")[:SHOWN]
    return Queue(
        title=_("Jobs that failed"),
        empty=_("Every job has run."),
        icon="x",
        urgent=True,
        url=changelist_url(ProcrastinateJob, status__exact="failed"),
        rows=[Row(label=job.task_name, url=change_url(job), since=job.failed_at) for job in shown],
        count=count(rows),
    )
