"""Conversations of readers and shops: staff look at what was reported, hide, and close."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.models import Message, MessageBlock, MessageReport, Thread
from orders.services import messages


class WhyForm(forms.Form):
    """Why: kept in the history of the row."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("For colleagues: kept in the history.")
    )


class MessageInline(RecentInline):
    """What was written, the latest first."""

    model = Message
    related = ("author", "thread")
    fields = ("created_at", "side", link("author", _("by")), "text", "hidden_at")
    ordering = ("-created_at", "-pk")


class ReportInline(RecentInline):
    """What was said against it."""

    model = MessageReport
    related = ("reporter", "thread__seller")
    fields = ("created_at", "side", "reason", "details", "handled_at")
    ordering = ("-created_at", "-pk")


@admin.register(Thread)
class ThreadAdmin(ReadOnlyAdmin):
    """Conversations."""

    related = (
        "seller",
        "buyer",
        "seller_order__order",
        "seller_order__seller",
        "listing__edition__publisher",
    )
    list_display = (
        "subject",
        link("seller", _("seller")),
        link("buyer", _("reader")),
        "last_at",
        "closed_at",
    )
    search_fields = ("=id", "buyer__email__startswith", "seller__slug__startswith")
    search_help_text = _("The beginning of a reader’s e-mail address or of a shop’s")
    ordering = ("-pk",)
    inlines = (MessageInline, ReportInline)
    object_actions = (
        Action(
            name="close",
            label=_("Close"),
            done=_("closed. Both can read it, nobody writes any more."),
            run=lambda thread, *, actor, reason: messages.close(thread_id=thread.pk),
            offered=lambda thread: thread.closed_at is None,
            explain=_("Both sides can still read it, and are told that staff have closed it."),
            form=WhyForm,
            danger=True,
        ),
        Action(
            name="reopen",
            label=_("Open again"),
            done=_("open again."),
            run=lambda thread, *, actor: messages.reopen(thread_id=thread.pk),
            offered=lambda thread: thread.closed_at is not None,
        ),
    )


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Single messages, to hide what nobody should have to read."""

    related = ("thread__seller", "author")
    list_display = ("created_at", link("thread", _("conversation")), "side", "hidden_at")
    search_fields = ("=thread__id", "author__email__startswith")
    search_help_text = _("The beginning of an author’s e-mail address")
    list_filter = ("side",)
    ordering = ("-pk",)
    object_actions = (
        Action(
            name="hide",
            label=_("Hide"),
            done=_("hidden from both sides."),
            run=lambda message, *, actor, reason: messages.hide(message_id=message.pk),
            offered=lambda message: message.hidden_at is None,
            explain=_("Both sides see that staff have hidden a message, and not its words."),
            form=WhyForm,
            danger=True,
        ),
        Action(
            name="show",
            label=_("Show again"),
            done=_("shown again."),
            run=lambda message, *, actor: messages.show(message_id=message.pk),
            offered=lambda message: message.hidden_at is not None,
        ),
    )


@admin.register(MessageReport)
class MessageReportAdmin(ReadOnlyAdmin):
    """What readers and shops have reported."""

    related = ("thread__seller", "reporter")
    list_display = (
        "created_at",
        "reason",
        "side",
        link("thread", _("conversation")),
        "handled_at",
    )
    list_filter = ("reason", "side")
    search_fields = ("=id", "reporter__email__startswith", "thread__seller__slug__startswith")
    search_help_text = _("The beginning of a reporter’s e-mail address or of a shop’s")
    ordering = ("-pk",)
    object_actions = (
        Action(
            name="settle",
            label=_("Looked at"),
            done=_("off the list."),
            run=lambda report, *, actor: messages.settle_report(report_id=report.pk),
            offered=lambda report: report.handled_at is None,
            several=True,
        ),
    )


@admin.register(MessageBlock)
class MessageBlockAdmin(ReadOnlyAdmin):
    """Who does not want to hear from whom."""

    related = ("seller", "buyer")
    list_display = ("created_at", link("seller", _("seller")), link("buyer", _("reader")), "side")
    list_filter = ("side",)
    search_fields = ("buyer__email__startswith", "seller__slug__startswith")
    search_help_text = _("The beginning of a reader’s e-mail address or of a shop’s")
    ordering = ("-pk",)


@queue(25, "orders.view_messagereport")
def reported_messages() -> Queue:
    """Return reports that nobody has looked at, the oldest first."""
    rows = MessageReport.objects.filter(handled_at=None).select_related("thread__seller")
    return Queue(
        title=_("Reported messages"),
        empty=_("Every report has been looked at."),
        icon="message-circle",
        url=changelist_url(MessageReport, handled_at__isnull="True", o="1"),
        rows=[
            Row(
                label=report.thread.subject,
                url=change_url(report.thread),
                since=report.created_at,
                note=f"{report.get_reason_display()} ({report.get_side_display()})",
            )
            for report in rows.order_by("created_at", "pk")[:SHOWN]
        ],
        count=count(rows),
    )
