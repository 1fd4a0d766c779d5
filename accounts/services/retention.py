"""What is kept of a shop that has closed, and for how long."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.constants import SellerStatus
from accounts.models import Seller, SellerDetails, SellerEvent
from accounts.services.activity import record

# "For a period of six months after the end of the contractual relationship with the trader.
# They shall subsequently delete the information" (EU DSA, article 30(5)).
KEPT = timedelta(days=183)
AT_ONCE = 200


def forget_closed() -> int:
    """Remove documents and payment accounts of shops that closed ``KEPT`` ago, each in a transaction.

    At most ``AT_ONCE`` a run; the next night takes the rest. Returns how many shops that were.
    """
    lately = SellerEvent.objects.filter(
        seller_id=OuterRef("seller_id"),
        action="shop.closed",
        created_at__gt=timezone.now() - KEPT,
    )
    something = ~Q(document="") | ~Q(account_number="") | ~Q(account_holder="")
    due = SellerDetails.objects.filter(something, seller__status=SellerStatus.CLOSED)
    due = due.exclude(Exists(lately)).order_by("pk")
    return sum(_forget(pk) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _forget(pk: int) -> bool:
    seller = Seller.objects.select_for_update().get(pk=pk)
    if seller.status != SellerStatus.CLOSED:
        # It asked to open again a moment ago.
        return False
    details = SellerDetails.objects.get(pk=pk)
    name, store = details.document.name, details.document.storage
    details.document = details.document_name = ""
    details.document_at = None
    details.account_holder = details.account_number = ""
    details.save()
    if name:
        # After the commit: a transaction that is rolled back still has its file.
        transaction.on_commit(lambda: store.delete(name))
    record(seller=seller, actor=None, action="shop.forgotten", subject=seller.name)
    return True
