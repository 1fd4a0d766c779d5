"""What is kept of a shop that has closed, and for how long."""

from collections.abc import Callable
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
# What was reported to the tax office is kept for at least five years after the year that it is about, and no
# more than ten (Directive (EU) 2021/514, annex V, section IV C).
KEPT_FOR_TAX = timedelta(days=6 * 366)
AT_ONCE = 200


def forget_closed() -> int:
    """Remove documents and payment accounts of shops that closed ``KEPT`` ago, each in a transaction.

    What tax offices are told of them goes after ``KEPT_FOR_TAX``. At most ``AT_ONCE`` of each a run; the next
    night takes the rest. Returns how many that were.
    """
    private = ~Q(document="") | ~Q(account_number="") | ~Q(account_holder="")
    for_tax = ~Q(tax_number="") | ~Q(birth_date=None) | ~Q(home_street="") | ~Q(home_postcode="")
    done = _forget_all(private, KEPT, _forget)
    return done + _forget_all(for_tax, KEPT_FOR_TAX, _forget_tax_facts)


def _forget_all(something: Q, kept: timedelta, forget: Callable[[SellerDetails], None]) -> int:
    lately = SellerEvent.objects.filter(
        seller_id=OuterRef("seller_id"),
        action="shop.closed",
        created_at__gt=timezone.now() - kept,
    )
    due = SellerDetails.objects.filter(something, seller__status=SellerStatus.CLOSED)
    due = due.exclude(Exists(lately)).order_by("pk")
    return sum(_forgotten(pk, forget) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _forgotten(pk: int, forget: Callable[[SellerDetails], None]) -> bool:
    seller = Seller.objects.select_for_update().get(pk=pk)
    if seller.status != SellerStatus.CLOSED:
        # It asked to open again a moment ago.
        return False
    forget(SellerDetails.objects.get(pk=pk))
    record(seller=seller, actor=None, action="shop.forgotten", subject=seller.name)
    return True


def _forget_tax_facts(details: SellerDetails) -> None:
    details.tax_number = details.home_street = details.home_postcode = ""
    details.birth_date = None
    details.save()


def _forget(details: SellerDetails) -> None:
    name, store = details.document.name, details.document.storage
    details.document = details.document_name = ""
    details.document_at = None
    details.account_holder = details.account_number = ""
    details.save()
    if name:
        # After the commit: a transaction that is rolled back still has its file.
        transaction.on_commit(lambda: store.delete(name))
