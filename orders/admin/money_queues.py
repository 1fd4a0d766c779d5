"""What waits for staff between our books and the bank."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books4all.lib.staff.display import change_url, changelist_url
from books4all.lib.staff.queues import SHOWN, Figure, Queue, Row, count, figures, queue
from orders.constants import AccountKind, PayoutStatus
from orders.models import BankLine, Payout, PayoutBatch, SettlementLine
from orders.selectors import reconciliation as reads
from orders.selectors.ledger import balance


@figures("orders.view_payout")
def under_way() -> Sequence[Figure]:
    """Return what providers hold for us, and what is on its way to shops."""
    currency = settings.MARKETPLACE_CURRENCY
    return (
        Figure(
            label=gettext_lazy("At the payment provider"),
            value=balance(AccountKind.CLEARING, currency),
        ),
        Figure(
            label=gettext_lazy("Payouts on their way"),
            value=balance(AccountKind.IN_TRANSIT, currency) * -1,
        ),
    )


@queue(32, "orders.view_payout")
def payouts_that_need_you() -> Queue:
    """Return payouts that failed, or were sent and never heard of again."""
    rows = Payout.objects.filter(
        Q(pk__in=reads.failed_payouts().values("pk")) | Q(pk__in=reads.stuck_payouts().values("pk"))
    ).select_related("seller")
    states = f"{PayoutStatus.FAILED},{PayoutStatus.PROCESSING}"
    return Queue(
        title=gettext_lazy("Payouts that failed or are stuck"),
        empty=gettext_lazy("Every payout is on its way or has arrived."),
        icon="landmark",
        url=changelist_url(Payout, status__in=states),
        urgent=True,
        rows=[
            Row(
                label=f"{row.number} {row.seller.name}",
                url=change_url(row),
                since=row.sent_at or row.created_at,
                note=row.problem or row.get_status_display(),
            )
            for row in rows.order_by("pk")[:SHOWN]
        ],
        count=count(rows),
    )


@queue(33, "orders.add_payoutbatch")
def to_the_bank() -> Queue:
    """Return files that are to be uploaded, and payouts that are in none yet."""
    batches, payouts = reads.batches_to_upload(), reads.payouts_for_a_file()
    rows = [
        Row(
            label=_("Upload a file of %(n)d payouts, %(total)s")
            % {"n": batch.count, "total": batch.total},
            url=change_url(batch),
            since=batch.created_at,
        )
        for batch in batches.order_by("pk")[:SHOWN]
    ]
    waiting = count(payouts)
    oldest = payouts.order_by("pk").first()
    if oldest is not None:
        words = _("Make a file of the payouts that wait: %(n)d")
        url = reverse("admin:orders_payoutbatch_add")
        rows.append(Row(label=words % {"n": waiting}, url=url, since=oldest.created_at))
    return Queue(
        title=gettext_lazy("Payouts for the bank"),
        empty=gettext_lazy("No payout waits for a file."),
        icon="upload",
        url=changelist_url(PayoutBatch),
        rows=rows[:SHOWN],
        count=len(rows),
    )


@queue(34, "orders.view_bankline")
def unmatched() -> Queue:
    """Return what our bank has booked and nobody knows the meaning of."""
    rows = reads.unmatched_lines()
    return Queue(
        title=gettext_lazy("Bank lines that fit nothing"),
        empty=gettext_lazy("Every line of the bank is known."),
        icon="circle-help",
        url=changelist_url(BankLine, matched="no"),
        rows=[
            Row(label=f"{row.amount} {row.counterparty}", url=change_url(row), note=row.text[:80])
            for row in rows.order_by("booked_on", "pk")[:SHOWN]
        ],
        count=count(rows),
    )


@queue(35, "orders.view_settlementline")
def unsettled() -> Queue:
    """Return movements in settlements that fit no payment or refund of ours."""
    rows = reads.open_settlement_lines()
    return Queue(
        title=gettext_lazy("Settled, and not ours"),
        empty=gettext_lazy("Everything that providers settled is known."),
        icon="scale",
        url=changelist_url(SettlementLine, resolved_at__isnull="True", problem__gt=""),
        rows=[
            Row(
                label=f"{row.amount} {row.reference}",
                url=change_url(row),
                since=row.settlement.created_at,
                note=row.problem,
            )
            for row in rows.order_by("pk")[:SHOWN]
        ],
        count=count(rows),
    )
