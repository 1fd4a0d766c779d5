"""Factories of payouts and of what banks say."""

from datetime import date
from typing import Any

import factory
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Seller
from books4all.lib.money import Money
from orders.constants import AccountKind, EntryKind
from orders.models import (
    BankLine,
    BankMatch,
    BankStatement,
    JournalEntry,
    Payout,
    PayoutAccount,
    PayoutBatch,
    PayoutTerms,
    ProviderSettlement,
    ReserveHold,
    SettlementLine,
)
from orders.services.ledger import credit, debit, post
from orders.services.payouts import make_for
from tests.factories.accounts import SellerDetailsFactory, SellerFactory
from tests.factories.orders import SellerOrderFactory

IBAN = "GB82WEST12345698765432"


@transaction.atomic
def ready(seller: Seller, pence: int, *, source: str = "", currency: str = "GBP") -> JournalEntry:
    """Make ``pence`` ready for payout, as if earned; below nothing: as if given back."""
    amount = Money(pence, currency)
    entry = post(
        kind=EntryKind.ADJUSTED,
        source=source or f"ready:{seller.pk}:{JournalEntry.objects.count()}",
        legs=[
            debit(AccountKind.LOSSES, amount),
            credit(AccountKind.SELLER_AVAILABLE, amount, seller),
        ],
    )
    assert entry is not None
    return entry


def payable(**shop: Any) -> Seller:
    """Return a shop that has given the account it is paid to."""
    details: Any = SellerDetailsFactory(seller=SellerFactory(**shop))
    seller: Seller = details.seller
    return seller


def paid_out(seller: Seller | None = None, pence: int = 2500) -> Payout:
    """Return a payout that waits to be sent."""
    shop = seller or payable()
    SellerDetailsFactory(seller=shop)
    ready(shop, pence)
    payout = make_for(seller=shop, currency="GBP")
    assert payout is not None
    return payout


class PayoutAccountFactory(DjangoModelFactory[PayoutAccount]):
    """A bank account that can be paid to."""

    class Meta:
        model = PayoutAccount

    seller = factory.SubFactory(SellerFactory)
    holder = "Hester Vane"
    number = IBAN
    usable_from = factory.LazyFunction(timezone.now)


class PayoutTermsFactory(DjangoModelFactory[PayoutTerms]):
    """Terms of a shop that is paid every day."""

    class Meta:
        model = PayoutTerms

    seller = factory.SubFactory(SellerFactory)
    schedule = "daily"


class PayoutBatchFactory(DjangoModelFactory[PayoutBatch]):
    """A file."""

    class Meta:
        model = PayoutBatch

    currency = "GBP"
    execute_on = date(2026, 11, 24)
    count = 1
    total_minor = 2500
    file = b"<Document/>"


class ReserveHoldFactory(DjangoModelFactory[ReserveHold]):
    """A tenth of an order kept back."""

    class Meta:
        model = ReserveHold

    seller_order = factory.SubFactory(SellerOrderFactory)
    amount_minor = 88
    currency = "GBP"
    until = date(2026, 12, 24)


class BankStatementFactory(DjangoModelFactory[BankStatement]):
    """A statement of one line."""

    class Meta:
        model = BankStatement

    account = "GB33BUKB20201555555555"
    name = factory.Sequence(lambda n: f"S-{n}")
    currency = "GBP"
    line_count = 1
    new_count = 1


class BankLineFactory(DjangoModelFactory[BankLine]):
    """Money that came in, from nobody we know."""

    class Meta:
        model = BankLine

    statement = factory.SubFactory(BankStatementFactory)
    account = factory.SelfAttribute("statement.account")
    key = factory.Sequence(lambda n: f"line-{n}")
    booked_on = date(2026, 11, 23)
    amount_minor = 1250
    currency = "GBP"
    text = "Thank you"
    counterparty = "Somebody"


class BankMatchFactory(DjangoModelFactory[BankMatch]):
    """A line that was booked by hand."""

    class Meta:
        model = BankMatch

    line = factory.SubFactory(BankLineFactory)
    kind = "adjustment"
    note = "Interest"


class ProviderSettlementFactory(DjangoModelFactory[ProviderSettlement]):
    """What a provider paid in."""

    class Meta:
        model = ProviderSettlement

    provider = "stripe"
    reference = factory.Sequence(lambda n: f"po_{n}")
    paid_on = date(2026, 11, 23)
    currency = "GBP"
    net_minor = 2346
    fee_minor = 54


class SettlementLineFactory(DjangoModelFactory[SettlementLine]):
    """A payment that nobody knows."""

    class Meta:
        model = SettlementLine

    settlement = factory.SubFactory(ProviderSettlementFactory)
    reference = factory.Sequence(lambda n: f"txn_{n}")
    kind = "charge"
    amount_minor = 2400
    fee_minor = 54
    currency = "GBP"
    problem = "No payment of ours has this reference."
