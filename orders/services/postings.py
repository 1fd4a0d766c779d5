"""What each event does to the ledger: the posting table of docs/architecture.md, one function a row.

Each is called in the transaction of its event, any number of times: the event's own key is the source. The
worked example (an order of 24.00: a book for 20.00, its post 4.00; commission 2.00, VAT on it 0.40) is
tests/orders/test_ledger_example.py.
"""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Seller
from books4all.lib.money import Money
from orders.constants import AccountKind as Account
from orders.constants import EntryKind as Kind
from orders.models import JournalEntry, Payment, Refund, SellerOrder
from orders.services.ledger import Leg, credit, debit, post


@dataclass(frozen=True, slots=True)
class Share:
    """How money for a seller order is divided: the seller's part, the commission, VAT on it."""

    seller: Money
    commission: Money
    fee_tax: Money

    @property
    def whole(self) -> Money:
        """All of it."""
        return self.seller + self.commission + self.fee_tax


def captured(payment: Payment) -> JournalEntry | None:
    """The buyer has paid: the provider owes it to us, and we hold it for the order."""
    return post(
        kind=Kind.CAPTURED,
        source=f"payment:{payment.pk}",
        order=payment.order,
        legs=[debit(Account.CLEARING, payment.amount), credit(Account.HELD, payment.amount)],
    )


def settled(*, source: str, paid_in: Money, fees: Money, note: str = "") -> JournalEntry | None:
    """The provider has paid in what it had collected, less its fees."""
    return post(
        kind=Kind.SETTLED,
        source=source,
        note=note,
        legs=[
            debit(Account.BANK, paid_in),
            debit(Account.PROVIDER_FEES, fees),
            credit(Account.CLEARING, paid_in + fees),
        ],
    )


def fulfilled(seller_order: SellerOrder, *, source: str, share: Share) -> JournalEntry | None:
    """The seller has posted: what was held is earned. ``source`` names the parcel."""
    seller = seller_order.seller
    return post(
        kind=Kind.FULFILLED,
        source=source,
        order=seller_order.order,
        seller_order=seller_order,
        legs=[
            debit(Account.HELD, share.whole),
            credit(Account.SELLER_PENDING, share.seller, seller),
            credit(Account.COMMISSION, share.commission),
            credit(Account.FEE_TAX, share.fee_tax),
        ],
    )


def released(seller_order: SellerOrder, *, amount: Money) -> JournalEntry | None:
    """The hold has ended: what the seller earned may be paid out."""
    seller = seller_order.seller
    return post(
        kind=Kind.RELEASED,
        source=f"seller_order:{seller_order.pk}",
        order=seller_order.order,
        seller_order=seller_order,
        legs=[
            debit(Account.SELLER_PENDING, amount, seller),
            credit(Account.SELLER_AVAILABLE, amount, seller),
        ],
    )


def refunded_before_posting(refund: Refund) -> JournalEntry | None:
    """Money that is still held goes back to the buyer."""
    return post(
        kind=Kind.REFUNDED_HELD,
        source=f"refund:{refund.pk}",
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[debit(Account.HELD, refund.amount), credit(Account.REFUNDS_PAYABLE, refund.amount)],
    )


def refunded_after_posting(
    refund: Refund, *, share: Share, account: Account = Account.SELLER_AVAILABLE
) -> JournalEntry | None:
    """The seller, and the commission in proportion, give back. ``account`` is where the seller's
    money stands: waiting (``SELLER_PENDING``) or ready for payout."""
    seller_order = refund.seller_order
    seller = seller_order.seller if seller_order else None
    return post(
        kind=Kind.REFUNDED_EARNED,
        source=f"refund:{refund.pk}",
        order=refund.payment.order,
        seller_order=seller_order,
        legs=[
            debit(account, share.seller, seller),
            debit(Account.COMMISSION, share.commission),
            debit(Account.FEE_TAX, share.fee_tax),
            credit(Account.REFUNDS_PAYABLE, share.whole),
        ],
    )


def refund_paid(refund: Refund) -> JournalEntry | None:
    """The provider has paid the buyer back."""
    return post(
        kind=Kind.REFUND_PAID,
        source=f"refund:{refund.pk}",
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[
            debit(Account.REFUNDS_PAYABLE, refund.amount),
            credit(Account.CLEARING, refund.amount),
        ],
    )


def payout_made(*, payout: UUID, seller: Seller, amount: Money) -> JournalEntry | None:
    """A payout is on its way."""
    return _payout(
        Kind.PAYOUT_MADE,
        payout,
        debit(Account.SELLER_AVAILABLE, amount, seller),
        credit(Account.IN_TRANSIT, amount),
    )


def payout_paid(*, payout: UUID, amount: Money) -> JournalEntry | None:
    """A payout has left our bank."""
    return _payout(
        Kind.PAYOUT_PAID,
        payout,
        debit(Account.IN_TRANSIT, amount),
        credit(Account.BANK, amount),
    )


def payout_failed(*, payout: UUID, seller: Seller, amount: Money) -> JournalEntry | None:
    """A payout came back: the seller has it ready for payout again."""
    return _payout(
        Kind.PAYOUT_FAILED,
        payout,
        debit(Account.IN_TRANSIT, amount),
        credit(Account.SELLER_AVAILABLE, amount, seller),
    )


def debt_noted(*, source: str, seller: Seller, amount: Money) -> JournalEntry | None:
    """A seller's balance is below nothing: it is brought to nothing, and owed."""
    return post(
        kind=Kind.DEBT_NOTED,
        source=source,
        legs=[
            debit(Account.SELLER_RECEIVABLE, amount, seller),
            credit(Account.SELLER_AVAILABLE, amount, seller),
        ],
    )


def debt_netted(*, source: str, seller: Seller, amount: Money) -> JournalEntry | None:
    """What a seller owed is taken from what it has earned since."""
    return post(
        kind=Kind.DEBT_NETTED,
        source=source,
        legs=[
            debit(Account.SELLER_AVAILABLE, amount, seller),
            credit(Account.SELLER_RECEIVABLE, amount, seller),
        ],
    )


def dispute_opened(seller_order: SellerOrder, *, dispute: str, share: Share) -> JournalEntry | None:
    """The buyer's bank has taken the money back for now: the seller's part of it is put aside."""
    seller = seller_order.seller
    return _dispute(
        Kind.DISPUTE_OPENED,
        seller_order,
        dispute,
        debit(Account.DISPUTES, share.whole),
        debit(Account.SELLER_AVAILABLE, share.seller, seller),
        credit(Account.CLEARING, share.whole),
        credit(Account.SELLER_RESERVE, share.seller, seller),
    )


def dispute_lost(seller_order: SellerOrder, *, dispute: str, share: Share) -> JournalEntry | None:
    """The bank keeps the money: the seller and the commission lose their parts."""
    return _dispute(
        Kind.DISPUTE_LOST,
        seller_order,
        dispute,
        debit(Account.SELLER_RESERVE, share.seller, seller_order.seller),
        debit(Account.COMMISSION, share.commission),
        debit(Account.FEE_TAX, share.fee_tax),
        credit(Account.DISPUTES, share.whole),
    )


def dispute_won(seller_order: SellerOrder, *, dispute: str, share: Share) -> JournalEntry | None:
    """The bank gives the money back."""
    seller = seller_order.seller
    return _dispute(
        Kind.DISPUTE_WON,
        seller_order,
        dispute,
        debit(Account.CLEARING, share.whole),
        debit(Account.SELLER_RESERVE, share.seller, seller),
        credit(Account.DISPUTES, share.whole),
        credit(Account.SELLER_AVAILABLE, share.seller, seller),
    )


def _payout(kind: Kind, payout: UUID, *legs: Leg) -> JournalEntry | None:
    return post(kind=kind, source=f"payout:{payout}", legs=list(legs))


def _dispute(
    kind: Kind, seller_order: SellerOrder, dispute: str, *legs: Leg
) -> JournalEntry | None:
    return post(
        kind=kind,
        source=f"dispute:{dispute}:{seller_order.pk}",
        order=seller_order.order,
        seller_order=seller_order,
        legs=list(legs),
    )
