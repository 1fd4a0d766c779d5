"""Mails that could not be sent: what they were, for whom, and since when."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateEvent

from orders.models import UnsentMail

# The queue that every letter's job waits in, whichever app writes it.
QUEUE = "mail"
# What is written by a job that is told a row. A kind that is not here is called by its code.
_KINDS: dict[str, str | Promise] = {
    "message": gettext_lazy("You have a message"),
    "placed": gettext_lazy("Confirmation of an order, to its buyer"),
    "new_order": gettext_lazy("New order, to the shop"),
    "shipped": gettext_lazy("Parcel on its way, to the buyer"),
    "refused": gettext_lazy("Copies that can’t be sent, to the buyer"),
    "too_late": gettext_lazy("Payment that came too late, to the buyer"),
    "webhook_off": gettext_lazy("Webhook switched off, to the shop"),
}
_TASKS: dict[str, str | Promise] = {
    "accounts.send_news": gettext_lazy("News of a shop’s application, to an owner"),
    "accounts.send_invitation": gettext_lazy("Invitation to a shop’s team"),
    "orders.send_gift_card": gettext_lazy("Code of a gift card, to its recipient"),
    "catalog.tell_stock_checked": gettext_lazy("Stock file checked, to the shop"),
    "catalog.send_want_confirmation": gettext_lazy("Confirmation of a want"),
    "catalog.send_want_letter": gettext_lazy("Copies found for a want"),
}


def unsent_mails() -> QuerySet[Any]:
    """Return the mails that were given up, with what may be told of them, in no order.

    ``failed_at``; ``kind``, and ``subject`` and ``to`` of a letter that was rendered beforehand. Its text,
    which holds links that are secrets, is left where it is.
    """
    last = ProcrastinateEvent.objects.filter(job=OuterRef("pk")).order_by("-pk").values("at")
    rows: QuerySet[Any] = (
        UnsentMail.objects.filter(status="failed", queue_name=QUEUE)
        .defer("args")
        .annotate(
            failed_at=Subquery(last[:1]),
            kind=KT("args__kind"),
            subject=KT("args__subject"),
            to=KT("args__to"),
        )
    )
    return rows


def what_mail(job: Any) -> str:
    """Return what one of ``unsent_mails`` was, in words."""
    if job.subject:
        return str(job.subject)
    if job.kind:
        return str(_KINDS.get(job.kind, job.kind.replace("_", " ")))
    return str(_TASKS.get(job.task_name, job.task_name))


def whom_mail(job: Any) -> str:
    """Return whom it was for, where the job knows."""
    return str(job.to or _("found when it is sent"))
