"""What each event does to the ledger: the posting table of docs/architecture.md, one function a row. Those of disputes are in ``dispute_postings``.

Each is called in the transaction of its event, any number of times: the event's own key is the source. The
worked example (an order of 24.00: a book for 20.00, its post 4.00; commission 2.00, VAT on it 0.40) is
tests/orders/test_ledger_example.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Seller
from books4all.lib.money import Money, total
from orders.constants import AccountKind as Account
from orders.constants import EntryKind as Kind
from orders.constants import GiftFunding, SellerOrderStatus, TaxRemitter
from orders.models import GiftCard, JournalEntry, Order, Parts, Payment, Refund, SellerOrder
from orders.services.ledger import Leg, credit, debit, post

# Gift cards, with what each gets back.
ToCards = Sequence[tuple[GiftCard, Money]]

_FUNDED_FROM = {
    GiftFunding.SOLD: Account.BANK,
    GiftFunding.GOODWILL: Account.GOODWILL,
    GiftFunding.PROMOTION: Account.PROMOTIONS,
}


@dataclass(frozen=True, slots=True)
class Share:
    """How money for a seller order is divided.

    ``seller`` is the seller's; ``commission`` and ``fee_tax`` (the tax on it) are what the marketplace
    keeps; ``sales_tax`` what it pays to the state for the seller. ``subsidy`` is what of all that the
    marketplace added, bearing a discount: the rest is the buyer's money.
    """

    seller: Money
    commission: Money
    fee_tax: Money
    sales_tax: Money
    subsidy: Money

    @property
    def whole(self) -> Money:
        """All of it."""
        return self.seller + self.commission + self.fee_tax + self.sales_tax


def share_of(seller_order: SellerOrder, parts: Parts) -> Share:
    """Divide amounts of a seller order between seller, marketplace and state."""

    def money(minor: int) -> Money:
        return Money(minor, seller_order.currency)

    remitted = seller_order.tax_remitter == TaxRemitter.MARKETPLACE
    sales_tax = parts.tax if remitted else 0
    return Share(
        seller=money(parts.whole - parts.commission - parts.fee_tax - sales_tax),
        commission=money(parts.commission),
        fee_tax=money(parts.fee_tax),
        sales_tax=money(sales_tax),
        subsidy=money(parts.subsidy),
    )


def captured(payment: Payment) -> JournalEntry | None:
    """The buyer has paid: the provider owes it to us, and we hold it for the order."""
    return post(
        kind=Kind.CAPTURED,
        source=f"payment:{payment.pk}",
        order=payment.order,
        legs=[debit(Account.CLEARING, payment.amount), credit(Account.HELD, payment.amount)],
    )


def placed(order: Order, *, subsidy: Money) -> JournalEntry | None:
    """An order stands: gift cards have paid their part of it, and the marketplace its discounts."""
    uses = list(order.gift_card_uses.select_related("card").order_by("pk"))
    gift = total((use.amount for use in uses), order.currency)
    return post(
        kind=Kind.PLACED,
        source=f"order:{order.pk}",
        order=order,
        legs=[
            *(debit(Account.GIFT_CARDS, use.amount, gift_card=use.card) for use in uses),
            debit(Account.PROMOTIONS, subsidy),
            credit(Account.HELD, gift + subsidy),
        ],
    )


def gift_card_issued(card: GiftCard) -> JournalEntry | None:
    """A gift card is worth its amount: sold for it, or at the marketplace's cost."""
    worth = Money(card.initial_minor, card.currency)
    return post(
        kind=Kind.GIFT_ISSUED,
        source=f"gift_card:{card.pk}",
        legs=[
            debit(_FUNDED_FROM[GiftFunding(card.funding)], worth),
            credit(Account.GIFT_CARDS, worth, gift_card=card),
        ],
    )


def gift_card_expired(card: GiftCard, *, amount: Money, time: int) -> JournalEntry | None:
    """What is left on a card when its time has run out falls to where its money came from.

    A refund may put something on it later, which falls there the next ``time``: on the same day, perhaps.
    """
    return post(
        kind=Kind.GIFT_EXPIRED,
        source=f"gift_card:{card.pk}:expired:{time}",
        legs=[
            debit(Account.GIFT_CARDS, amount, gift_card=card),
            credit(_FUNDED_FROM[GiftFunding(card.funding)], amount),
        ],
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
            credit(Account.SALES_TAX, share.sales_tax),
        ],
    )


def released(
    seller_order: SellerOrder, *, amount: Money, reserve: Money | None = None, source: str = ""
) -> JournalEntry | None:
    """The hold has ended: what the seller earned may be paid out, but for a ``reserve``.

    ``source`` names what is earned after the order was completed, such as extra postage.
    """
    seller = seller_order.seller
    kept = reserve or Money(0, amount.currency)
    return post(
        kind=Kind.RELEASED,
        source=source or f"seller_order:{seller_order.pk}",
        order=seller_order.order,
        seller_order=seller_order,
        legs=[
            debit(Account.SELLER_PENDING, amount, seller),
            credit(Account.SELLER_AVAILABLE, amount - kept, seller),
            credit(Account.SELLER_RESERVE, kept, seller),
        ],
    )


def reserve_freed(seller_order: SellerOrder, *, source: str, amount: Money) -> JournalEntry | None:
    """What was kept back of a seller order's earnings may be paid out too."""
    seller = seller_order.seller
    return post(
        kind=Kind.RESERVE_FREED,
        source=source,
        order=seller_order.order,
        seller_order=seller_order,
        legs=[
            debit(Account.SELLER_RESERVE, amount, seller),
            credit(Account.SELLER_AVAILABLE, amount, seller),
        ],
    )


def refunded_before_posting(
    refund: Refund, *, subsidy: Money, to_cards: ToCards = ()
) -> JournalEntry | None:
    """Money that is still held goes back to the buyer, and the ``subsidy`` to the marketplace."""
    return post(
        kind=Kind.REFUNDED_HELD,
        source=f"refund:{refund.pk}",
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[
            debit(Account.HELD, refund.amount + subsidy),
            *_given_back(refund, subsidy, to_cards),
        ],
    )


def refunded_after_posting(
    refund: Refund, *, share: Share, to_cards: ToCards = ()
) -> JournalEntry | None:
    """The seller, and the commission in proportion, give back.

    The seller's part is taken from where its money stands: waiting, or ready for payout once the
    order is completed.
    """
    seller_order = refund.seller_order
    assert seller_order is not None  # what was earned, a seller has earned
    done = seller_order.status == SellerOrderStatus.COMPLETED
    account = Account.SELLER_AVAILABLE if done else Account.SELLER_PENDING
    return post(
        kind=Kind.REFUNDED_EARNED,
        source=f"refund:{refund.pk}",
        order=refund.payment.order,
        seller_order=seller_order,
        legs=[
            debit(account, share.seller, seller_order.seller),
            debit(Account.COMMISSION, share.commission),
            debit(Account.FEE_TAX, share.fee_tax),
            debit(Account.SALES_TAX, share.sales_tax),
            *_given_back(refund, share.subsidy, to_cards),
        ],
    )


def goodwill(refund: Refund, *, to_cards: ToCards = ()) -> JournalEntry | None:
    """The marketplace gives the buyer something of its own."""
    nothing = Money(0, refund.currency)
    return post(
        kind=Kind.GOODWILL,
        source=f"refund:{refund.pk}",
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[debit(Account.GOODWILL, refund.amount), *_given_back(refund, nothing, to_cards)],
    )


def refund_paid(refund: Refund) -> JournalEntry | None:
    """The provider has paid the buyer back."""
    return post(
        kind=Kind.REFUND_PAID,
        source=f"refund:{refund.key}",
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[
            debit(Account.REFUNDS_PAYABLE, refund.from_provider),
            credit(Account.CLEARING, refund.from_provider),
        ],
    )


def refund_undone(refund: Refund) -> JournalEntry | None:
    """What was paid back came back to us: the buyer is owed it again."""
    return post(
        kind=Kind.REFUND_UNDONE,
        source=f"refund:{refund.key}",
        order=refund.payment.order,
        seller_order=refund.seller_order,
        legs=[
            debit(Account.CLEARING, refund.from_provider),
            credit(Account.REFUNDS_PAYABLE, refund.from_provider),
        ],
    )


def payout_made(
    *, payout: UUID, seller: Seller, amount: Money, attempt: int = 1
) -> JournalEntry | None:
    """A payout is on its way: for the first time, or again after it has failed."""
    return _payout(
        Kind.PAYOUT_MADE,
        payout,
        attempt,
        debit(Account.SELLER_AVAILABLE, amount, seller),
        credit(Account.IN_TRANSIT, amount),
    )


def payout_paid(
    *, payout: UUID, amount: Money, attempt: int = 1, account: Account = Account.BANK
) -> JournalEntry | None:
    """A payout has left our bank, or what a provider holds for us (``account``)."""
    return _payout(
        Kind.PAYOUT_PAID,
        payout,
        attempt,
        debit(Account.IN_TRANSIT, amount),
        credit(account, amount),
    )


def payout_failed(
    *,
    payout: UUID,
    seller: Seller,
    amount: Money,
    attempt: int = 1,
    account: Account = Account.IN_TRANSIT,
) -> JournalEntry | None:
    """A payout came back: the seller has it ready for payout again.

    ``account`` is where it comes back from: on its way, or paid already (``BANK``, ``CLEARING``).
    """
    return _payout(
        Kind.PAYOUT_FAILED,
        payout,
        attempt,
        debit(account, amount),
        credit(Account.SELLER_AVAILABLE, amount, seller),
    )


def payout_given_up(
    *, payout: UUID, seller: Seller, amount: Money, attempt: int
) -> JournalEntry | None:
    """A payout that has failed is not tried again: what it had claimed is free for another one."""
    return _payout(
        Kind.PAYOUT_GIVEN_UP,
        payout,
        attempt,
        debit(Account.SELLER_AVAILABLE, amount, seller),
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


def _given_back(refund: Refund, subsidy: Money, to_cards: ToCards) -> list[Leg]:
    return [
        credit(Account.REFUNDS_PAYABLE, refund.from_provider),
        *(credit(Account.GIFT_CARDS, amount, gift_card=card) for card, amount in to_cards),
        credit(Account.PROMOTIONS, subsidy),
    ]


def _payout(kind: Kind, payout: UUID, attempt: int, *legs: Leg) -> JournalEntry | None:
    source = f"payout:{payout}" if attempt == 1 else f"payout:{payout}:{attempt}"
    return post(kind=kind, source=source, legs=list(legs))
