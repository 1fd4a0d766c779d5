"""What a dispute does to the ledger, from the bank's first word to its last: rows of the table of ``postings``."""

from uuid import UUID

from books4all.lib.money import Money
from orders.constants import AccountKind as Account
from orders.constants import EntryKind as Kind
from orders.models import JournalEntry, Payment, Refund, SellerOrder
from orders.services.ledger import Leg, credit, debit, post
from orders.services.postings import Share


def dispute_opened(
    seller_order: SellerOrder,
    *,
    dispute: str,
    share: Share,
    account: Account = Account.SELLER_AVAILABLE,
) -> JournalEntry | None:
    """The buyer's bank has taken the money back for now: the seller's part of it is put aside.

    ``account`` is where that stands: ready for payout, or earned and waiting.
    """
    seller, taken = seller_order.seller, share.whole - share.subsidy
    return _dispute(
        Kind.DISPUTE_OPENED,
        seller_order,
        dispute,
        debit(Account.DISPUTES, taken),
        debit(account, share.seller, seller),
        credit(Account.CLEARING, taken),
        credit(Account.SELLER_RESERVE, share.seller, seller),
    )


def dispute_lost(seller_order: SellerOrder, *, dispute: str, share: Share) -> JournalEntry | None:
    """The bank keeps the money: the seller, the commission and the state lose their parts."""
    return _dispute(
        Kind.DISPUTE_LOST,
        seller_order,
        dispute,
        debit(Account.SELLER_RESERVE, share.seller, seller_order.seller),
        debit(Account.COMMISSION, share.commission),
        debit(Account.FEE_TAX, share.fee_tax),
        debit(Account.SALES_TAX, share.sales_tax),
        credit(Account.DISPUTES, share.whole - share.subsidy),
        credit(Account.PROMOTIONS, share.subsidy),
    )


def dispute_won(
    seller_order: SellerOrder,
    *,
    dispute: str,
    share: Share,
    account: Account = Account.SELLER_AVAILABLE,
) -> JournalEntry | None:
    """The bank gives the money back, and the seller has its part again, on ``account``."""
    seller, taken = seller_order.seller, share.whole - share.subsidy
    return _dispute(
        Kind.DISPUTE_WON,
        seller_order,
        dispute,
        debit(Account.CLEARING, taken),
        debit(Account.SELLER_RESERVE, share.seller, seller),
        credit(Account.DISPUTES, taken),
        credit(account, share.seller, seller),
    )


def held_dispute_opened(payment: Payment, *, dispute: str, amount: Money) -> JournalEntry | None:
    """The bank has taken back money that nobody has earned yet, or that is nobody's any more."""
    return _held_dispute(
        Kind.DISPUTE_OPENED,
        payment,
        dispute,
        debit(Account.DISPUTES, amount),
        credit(Account.CLEARING, amount),
    )


def held_dispute_lost(
    payment: Payment,
    *,
    dispute: str,
    amount: Money,
    regained: Money,
    subsidy: Money,
    account: Account,
) -> JournalEntry | None:
    """The bank keeps it. ``account`` bears it: what was held (and its subsidy), or the marketplace.

    ``regained`` is what the marketplace has borne of the same order before, and is still held.
    """
    return _held_dispute(
        Kind.DISPUTE_LOST,
        payment,
        dispute,
        debit(account, amount + regained + subsidy),
        credit(Account.DISPUTES, amount),
        credit(Account.LOSSES, regained),
        credit(Account.PROMOTIONS, subsidy),
    )


def loss_regained(seller_order: SellerOrder, *, source: str, amount: Money) -> JournalEntry | None:
    """What the marketplace has borne of money that is still held is not needed: nothing is posted for it."""
    return post(
        kind=Kind.DISPUTE_LOST,
        source=source,
        order=seller_order.order,
        seller_order=seller_order,
        legs=[debit(Account.HELD, amount), credit(Account.LOSSES, amount)],
    )


def held_dispute_won(payment: Payment, *, dispute: str, amount: Money) -> JournalEntry | None:
    """The bank gives it back."""
    return _held_dispute(
        Kind.DISPUTE_WON,
        payment,
        dispute,
        debit(Account.CLEARING, amount),
        credit(Account.DISPUTES, amount),
    )


def refund_by_bank(
    refund: Refund, *, dispute: UUID, amount: Money, lost: Money
) -> JournalEntry | None:
    """The bank has given the buyer ``amount`` of it by keeping the payment: it is not owed any more.

    It comes off the marketplace's goodwill; ``lost`` of it off what it has lost to the bank.
    """
    return post(
        kind=Kind.DISPUTE_LOST,
        source=by_bank(refund.pk, dispute),
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[
            debit(Account.REFUNDS_PAYABLE, amount),
            credit(Account.LOSSES, lost),
            credit(Account.GOODWILL, amount - lost),
        ],
    )


def by_bank(refund: UUID, dispute: UUID) -> str:
    """Return the source of what the bank of ``dispute`` has given of ``refund``."""
    return f"refund:{refund}:{dispute}"


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


def _held_dispute(kind: Kind, payment: Payment, dispute: str, *legs: Leg) -> JournalEntry | None:
    return post(kind=kind, source=f"dispute:{dispute}", order=payment.order, legs=list(legs))
