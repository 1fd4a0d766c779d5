"""The keeper of deadlines: reminds shops, cancels what they leave lying, and closes what is over.

Each row is a transaction of its own, looked at again under its lock: run twice, or by two at a time, it
does the same. The terms: books4all/settings/terms.py.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

import structlog
from django.db.models.functions import Now
from django.utils import timezone

from books4all.lib.jobs import enqueue
from orders.constants import (
    WAITING,
    EventType,
    PostageStatus,
    Promise,
    RefusalReason,
    ReminderKind,
    SellerOrderStatus,
)
from orders.models import Refusal, Reminder, SellerOrder
from orders.selectors import due
from orders.selectors.deadlines import DAY
from orders.selectors.open_matters import has_open_matter
from orders.services import completion, postage, refusals, steps
from orders.services.reconciler import each
from orders.services.steps import Asked
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows were dealt with, and how many of them failed and will be tried again."""

    reminded: int
    cancelled: int
    lapsed: int
    delivered: int
    completed: int
    closed: int
    failed: int


def keep() -> Kept:
    """Go once over everything that is due, in bounded portions. Must not be called in a transaction."""
    # What is too late is cancelled before anybody is reminded of it.
    lapsed = each(due.unanswered(), lambda pk: postage.expire(extra_id=pk))
    cancelled = each(due.left_lying(), lambda pk: cancel_silent(seller_order_id=pk))
    reminded = each(due.to_remind(), lambda pk: remind(seller_order_id=pk))
    delivered = each(
        due.arrived_by_now(), lambda pk: completion.assume_delivered(seller_order_id=pk)
    )
    completed = each(due.to_complete(), lambda pk: completion.complete(seller_order_id=pk))
    closed = each(due.left_open(), lambda pk: postage.close_payment(payment_id=pk))
    done = (reminded, cancelled, lapsed, delivered, completed, closed)
    counts = zip(
        ("reminded", "cancelled", "lapsed", "delivered", "completed", "closed"), done, strict=True
    )
    failed = sum(failed for _n, failed in done)
    kept = Kept(**{name: n for name, (n, _failed) in counts}, failed=failed)
    log.info("deadlines_kept", **asdict(kept))
    return kept


@business_transaction
def cancel_silent(*, seller_order_id: UUID) -> Refusal | None:
    """Cancel what a shop has not accepted, or not posted, in time; None if it is not late (any more).

    All that is not posted is paid back. It counts as the shop's own refusal. The copies stay off sale:
    only the shop knows whether they are there.
    """
    part = steps.locked(seller_order_id)
    asked = part.extra_postages.filter(status=PostageStatus.PROPOSED).exists()
    late = part.status in WAITING and steps.is_due(part)
    if not late or asked or has_open_matter(part):
        return None
    refusal = Refusal(seller_order=part, reason=RefusalReason.SILENT, restocked=False)
    refusals.take_back(refusal, asked=Asked(None))
    for kind in ("not_sent", "not_sent_shop"):
        enqueue("orders.send_mail", kind=kind, pk=str(refusal.pk))
    return refusal


@business_transaction
def remind(*, seller_order_id: UUID) -> Reminder | None:
    """Remind a shop of what it has promised: of each promise at half time, and a day before, once."""
    part = steps.locked(seller_order_id)
    now = timezone.now()
    wanted = SellerOrder.objects.filter(pk=part.pk, remind_at__lte=Now()).exists()
    if part.status not in WAITING or part.act_by is None or not wanted:
        return None
    day_before = part.act_by - DAY
    last = now >= day_before
    part.remind_at = None if last else day_before
    part.save(update_fields=["remind_at"])
    accepted = part.status != SellerOrderStatus.PLACED
    reminder, is_new = Reminder.objects.get_or_create(
        seller_order=part,
        promise=Promise.POST if accepted else Promise.ACCEPT,
        kind=ReminderKind.DAY if last else ReminderKind.HALF,
        defaults={"act_by": part.act_by},
    )
    if not is_new:
        return None
    steps.record(
        part,
        EventType.REMINDED,
        Asked(None),
        data={"promise": reminder.promise, "act_by": part.act_by.isoformat()},
    )
    enqueue("orders.send_mail", kind="reminder", pk=str(reminder.pk))
    return reminder
