"""Where sellers are paid to. Each change is a row of its own, and waits before it is paid to."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Seller, SellerDetails, User
from accounts.services import applications
from accounts.services.activity import record
from books4all.lib.business import masked
from books4all.lib.errors import DomainError
from orders.constants import PayoutMethod
from orders.models import PayoutAccount
from orders.selectors.payouts import account_of
from orders.services.transactions import business_transaction


@business_transaction
def change(*, seller: Seller, actor: User, holder: str, number: str) -> PayoutAccount:
    """Have the seller paid to another bank account from ``PAYOUT_ACCOUNT_WAIT_DAYS`` on.

    Written in the shop's log, and its owners are told by mail. An empty ``number`` keeps the one there is.

    Raises:
        SellerFactsError: the number is none, or there is no holder.
    """
    details = applications.set_account(
        seller=seller, actor=actor, account_holder=holder, account_number=number
    )
    return _take_over(seller, details, actor=actor) or _existing(seller)


@business_transaction
def use_stripe(*, seller: Seller, actor: User, account: str) -> PayoutAccount:
    """Have the seller paid to its account at Stripe Connect (``acct_…``), for staff to set.

    Raises:
        DomainError: that is no name of such an account.
    """
    name = account.strip()
    if not (name.startswith("acct_") and name.removeprefix("acct_").isalnum() and len(name) <= 60):
        text = _("Write the account as Stripe names it, like acct_1Nv0FGQ9RKHgCVdK.")
        raise DomainError(text, fields={"account": [text]})
    # What was given when the shop opened comes before it, or would seem to be newer later on.
    current(seller=seller)
    now = timezone.now()
    made = PayoutAccount.objects.create(
        seller=seller,
        method=PayoutMethod.STRIPE,
        number=name,
        actor=actor,
        usable_from=_usable_from(seller, now),
        created_at=now,
    )
    record(seller=seller, actor=None, action="payout_account.changed", subject=masked(name))
    return made


@business_transaction
def current(*, seller: Seller) -> PayoutAccount | None:
    """Return where the seller is paid to; what was given in its application is taken over first."""
    details = SellerDetails.objects.filter(seller=seller).first()
    taken = _take_over(seller, details, actor=None) if details else None
    return taken or account_of(seller)


def _take_over(
    seller: Seller, details: SellerDetails, *, actor: User | None
) -> PayoutAccount | None:
    """Write down the account in the seller's details if it is another than the last that was there."""
    if not (details.account_number and details.account_holder):
        return None
    # Two at once would each write one.
    Seller.objects.select_for_update(no_key=True).only("pk").get(pk=seller.pk)
    last = (
        PayoutAccount.objects.filter(seller=seller, method=PayoutMethod.SEPA)
        .order_by("-pk")
        .first()
    )
    given = (details.account_holder, details.account_number)
    if last is not None and (last.holder, last.number) == given:
        return None
    now = timezone.now()
    return PayoutAccount.objects.create(
        seller=seller,
        method=PayoutMethod.SEPA,
        holder=details.account_holder,
        number=details.account_number,
        actor=actor,
        usable_from=_usable_from(seller, now),
        created_at=now,
    )


def _usable_from(seller: Seller, now: datetime) -> datetime:
    """The first account of a shop has been looked at by staff; every other one waits."""
    if not PayoutAccount.objects.filter(seller=seller).exists():
        return now
    return now + timedelta(days=settings.PAYOUT_ACCOUNT_WAIT_DAYS)


def _existing(seller: Seller) -> PayoutAccount:
    found = account_of(seller)
    if found is None:
        text = _("Write whose account it is, and its number.")
        raise DomainError(text, fields={"account_number": [text]})
    return found
