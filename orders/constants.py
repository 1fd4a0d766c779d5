"""States of orders and payments, and the steps between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BasketStatus(models.TextChoices):
    """States of a basket."""

    OPEN = "open", _("Open")
    MERGED = "merged", _("Merged into another")
    ORDERED = "ordered", _("Ordered")


class OrderStatus(models.TextChoices):
    """States of an order as a whole; what happens after it is placed is told by its seller orders."""

    PENDING = "pending", _("Waiting for payment")
    PLACED = "placed", _("Placed")
    EXPIRED = "expired", _("Not paid in time")


class SellerOrderStatus(models.TextChoices):
    """States of one seller's part of an order."""

    PENDING = "pending", _("Waiting for payment")
    PLACED = "placed", _("Placed")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY_SHIPPED = "partly", _("Partly posted")
    SHIPPED = "shipped", _("Posted")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Not paid in time")


# From → to. A transition that is not here is refused.
SELLER_ORDER_TRANSITIONS: dict[str, frozenset[str]] = {
    SellerOrderStatus.PENDING: frozenset({SellerOrderStatus.PLACED, SellerOrderStatus.EXPIRED}),
    SellerOrderStatus.PLACED: frozenset(
        {
            SellerOrderStatus.ACCEPTED,
            SellerOrderStatus.PARTLY_SHIPPED,
            SellerOrderStatus.SHIPPED,
            SellerOrderStatus.CANCELLED,
        }
    ),
    SellerOrderStatus.ACCEPTED: frozenset(
        {
            SellerOrderStatus.PARTLY_SHIPPED,
            SellerOrderStatus.SHIPPED,
            SellerOrderStatus.CANCELLED,
        }
    ),
    # What is left is posted as well, or refused: either way nothing is left.
    SellerOrderStatus.PARTLY_SHIPPED: frozenset({SellerOrderStatus.SHIPPED}),
    SellerOrderStatus.SHIPPED: frozenset({SellerOrderStatus.DELIVERED}),
    SellerOrderStatus.DELIVERED: frozenset({SellerOrderStatus.COMPLETED}),
    SellerOrderStatus.COMPLETED: frozenset(),
    SellerOrderStatus.CANCELLED: frozenset(),
    SellerOrderStatus.EXPIRED: frozenset(),
}


# States in which copies are still to be posted, or refused.
WAITING = (
    SellerOrderStatus.PLACED,
    SellerOrderStatus.ACCEPTED,
    SellerOrderStatus.PARTLY_SHIPPED,
)
# Between its payment and its arrival: the two sides need each other.
UNDER_WAY = (*WAITING, SellerOrderStatus.SHIPPED)
# What a shop has not sold (any more).
NOT_SOLD = (
    SellerOrderStatus.PENDING,
    SellerOrderStatus.EXPIRED,
    SellerOrderStatus.CANCELLED,
)


class RefusalReason(models.TextChoices):
    """Why a copy is not sent. The buyer reads the same words; a shop gives one of ``SHOP_REASONS``."""

    NOT_FOUND = "not_found", _("It can’t be found")
    DAMAGED = "damaged", _("It is damaged")
    MISPRICED = "mispriced", _("It was priced wrong")
    CANNOT_POST = "cannot_post", _("It can’t be posted to this address")
    OTHER = "other", _("Another reason")
    CALLED_OFF = "called_off", _("You cancelled it")
    SILENT = "silent", _("The shop did not post it in time")
    POSTAGE = "postage", _("The extra postage was not answered in time")


SHOP_REASONS = [
    choice
    for choice in RefusalReason.choices
    if choice[0] not in (RefusalReason.CALLED_OFF, RefusalReason.SILENT, RefusalReason.POSTAGE)
]
# What a shop has no part in: it does not count against it.
NOT_THE_SHOPS = (RefusalReason.CALLED_OFF, RefusalReason.POSTAGE)


class ParcelStatus(models.TextChoices):
    """What is known of a parcel on its way. The seller order's own state does not follow from it."""

    IN_TRANSIT = "in_transit", _("On its way")
    OUT = "out", _("Out for delivery")
    DELIVERED = "delivered", _("Arrived")
    LOST = "lost", _("Lost")
    RETURNED = "returned", _("Came back to the shop")


class PostageStatus(models.TextChoices):
    """States of a proposal of extra postage. All but the first are final."""

    PROPOSED = "proposed", _("Waits for the buyer")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused by the buyer")
    EXPIRED = "expired", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CancelStatus(models.TextChoices):
    """States of a buyer's wish to cancel what was accepted. All but the first are final."""

    ASKED = "asked", _("Waits for the shop")
    AGREED = "agreed", _("Cancelled")
    DECLINED = "declined", _("Declined by the shop")
    # Posted or cancelled before the shop answered.
    OVERTAKEN = "overtaken", _("Overtaken by events")


class Promise(models.TextChoices):
    """What a shop has to have done by ``SellerOrder.act_by``."""

    ACCEPT = "accept", _("Accept the order")
    POST = "post", _("Post the order")


class ReminderKind(models.TextChoices):
    """When a shop is reminded of a promise."""

    HALF = "half", _("At half time")
    DAY = "day", _("A day before")


class DocumentKind(models.TextChoices):
    """Documents of account that are issued and numbered."""

    INVOICE = "invoice", _("Invoice")
    RECEIPT = "receipt", _("Receipt")
    CREDIT_NOTE = "credit_note", _("Credit note")
    COMMISSION_INVOICE = "commission_invoice", _("Commission invoice")
    COMMISSION_CREDIT = "commission_credit", _("Commission credit note")
    STATEMENT = "statement", _("Statement")


class HoldStatus(models.TextChoices):
    """States of a hold on stock."""

    ACTIVE = "active", _("Active")
    CONSUMED = "consumed", _("Sold")
    RELEASED = "released", _("Released")


class PaymentStatus(models.TextChoices):
    """States of a payment. Captured and cancelled are final; a decline lets the buyer try again."""

    CREATED = "created", _("Intended")
    PENDING = "pending", _("At the provider")
    AUTHORIZED = "authorized", _("Authorised")
    CAPTURED = "captured", _("Captured")
    CANCELLED = "cancelled", _("Cancelled")


class RefundStatus(models.TextChoices):
    """States of a refund. One that was paid back can still fail; one that failed is tried again."""

    PENDING = "pending", _("Asked for")
    SENT = "sent", _("With the provider")
    SETTLED = "settled", _("Paid back")
    FAILED = "failed", _("Failed")


class HookState(models.TextChoices):
    """How far the sending of a message to a webhook is."""

    WAITING = "waiting", _("Waiting to be sent")
    FAILED = "failed", _("Failed, will be tried again")
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Given up")


# What is still to be sent.
HOOK_OPEN = (HookState.WAITING, HookState.FAILED)


class HookOff(models.TextChoices):
    """Why nothing is sent to a webhook. One that was removed is shown to nobody."""

    BY_HAND = "by_hand", _("Switched off")
    GONE = "gone", _("It answered that it is gone (410)")
    FAILING = "failing", _("Nothing could be delivered for five days")
    REMOVED = "removed", _("Removed")


class PaymentEventKind(models.TextChoices):
    """What a provider's message does to the money of a payment (RULES.md, "Payment")."""

    AUTHORIZATION_REQUEST = "authorization_request", _("Authorisation asked for")
    AUTHORIZATION_SUCCESS = "authorization_success", _("Authorised")
    AUTHORIZATION_FAILURE = "authorization_failure", _("Not authorised")
    AUTHORIZATION_ADJUSTMENT = "authorization_adjustment", _("Authorised amount set")
    CHARGE_REQUEST = "charge_request", _("Charge asked for")
    CHARGE_SUCCESS = "charge_success", _("Charged")
    CHARGE_FAILURE = "charge_failure", _("Not charged")
    CHARGE_BACK = "charge_back", _("Taken back by the bank")
    REFUND_REQUEST = "refund_request", _("Refund asked for")
    REFUND_SUCCESS = "refund_success", _("Refunded")
    REFUND_FAILURE = "refund_failure", _("Not refunded")
    REFUND_REVERSE = "refund_reverse", _("Refund came back")
    CANCEL_REQUEST = "cancel_request", _("Cancelling asked for")
    CANCEL_SUCCESS = "cancel_success", _("Cancelled")
    CANCEL_FAILURE = "cancel_failure", _("Not cancelled")
    ACTION_REQUIRED = "action_required", _("The buyer has to do something")


class ChargeStatus(models.TextChoices):
    """What was charged, held against what is to be paid."""

    NONE = "none", _("Nothing charged")
    PARTIAL = "partial", _("Partly charged")
    FULL = "full", _("Charged in full")
    OVERCHARGED = "overcharged", _("Charged too much")


class TransferStatus(models.TextChoices):
    """States of a bank transfer that we wait for."""

    OPEN = "open", _("Waited for")
    RECEIVED = "received", _("Received")
    CANCELLED = "cancelled", _("Not waited for any more")


class ReceiptOutcome(models.TextChoices):
    """What became of money that came by bank transfer. All but the first are for staff to look at."""

    MATCHED = "matched", _("Pays an order")
    SHORT = "short", _("Too little")
    OVER = "over", _("Too much")
    AGAIN = "again", _("Paid again, or after it was cancelled")
    CURRENCY = "currency", _("Another currency")
    UNKNOWN = "unknown", _("No such reference")


class DisputeStatus(models.TextChoices):
    """States of a payment that the buyer's bank has taken back."""

    OPENED = "opened", _("Opened")
    UNDER_REVIEW = "under_review", _("The bank decides")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class EventType(models.TextChoices):
    """What can happen to an order; every one is a row of its history."""

    CREATED = "created", _("Order written")
    PLACED = "placed", _("Paid and placed")
    EXPIRED = "expired", _("Not paid in time")
    ACCEPTED = "accepted", _("Accepted by the shop")
    SHIPPED = "shipped", _("Posted")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("Partly refused by the shop")
    TRACKING = "tracking", _("Tracking corrected")
    REFUND_ASKED = "refund_asked", _("Refund asked for")
    REFUNDED = "refunded", _("Refunded")
    REFUND_FAILED = "refund_failed", _("Refund failed")
    PAYMENT_PROBLEM = "payment_problem", _("Payment needs a look")
    DISPUTE_OPENED = "dispute_opened", _("Payment taken back by the buyer’s bank")
    DISPUTE_WON = "dispute_won", _("The bank gave the payment back")
    DISPUTE_LOST = "dispute_lost", _("The bank kept the payment")
    GOODWILL = "goodwill", _("Goodwill refund by the shop")
    CASE_OPENED = "case_opened", _("Something is wrong")
    # Whether the shop agrees or not; staff may have decided so.
    CASE_APPROVED = "case_approved", _("The book is to be sent back")
    CASE_OFFERED = "case_offered", _("Part of the money offered")
    CASE_OFFER_REFUSED = "case_offer_refused", _("Offer refused")
    CASE_DECLINED = "case_declined", _("The shop does not agree")
    CASE_POSTED = "case_posted", _("On its way back")
    CASE_ESCALATED = "case_escalated", _("With the marketplace’s staff")
    CASE_REMINDED = "case_reminded", _("Reminder sent")
    CASE_RESOLVED = "case_resolved", _("Settled")
    CASE_DENIED = "case_denied", _("Closed without a refund")
    CASE_CANCELLED = "case_cancelled", _("Closed by the reader")
    CALLED_OFF = "called_off", _("Cancelled at the buyer’s side")
    CANCEL_ASKED = "cancel_asked", _("Buyer asked to cancel")
    CANCEL_DECLINED = "cancel_declined", _("Shop declined to cancel")
    POSTAGE_ASKED = "postage_asked", _("Extra postage proposed")
    POSTAGE_PAID = "postage_paid", _("Extra postage paid")
    POSTAGE_REFUSED = "postage_refused", _("Extra postage refused")
    POSTAGE_EXPIRED = "postage_expired", _("Extra postage not answered")
    POSTAGE_WITHDRAWN = "postage_withdrawn", _("Extra postage withdrawn")
    PARCEL = "parcel", _("News of a parcel")
    REMINDED = "reminded", _("Shop reminded")


class Actor(models.TextChoices):
    """On whose side somebody stands who does something to an order."""

    BUYER = "buyer", _("Reader")
    SELLER = "seller", _("Shop")
    STAFF = "staff", _("Marketplace")
    SYSTEM = "system", _("Automatic")


class TaxScheme(models.TextChoices):
    """How a line is taxed."""

    NONE = "none", _("Without tax")
    STANDARD = "standard", _("Standard")
    # Directive 2006/112/EC, articles 311 to 325: tax is in the dealer's margin, and never shown.
    MARGIN = "margin", _("Margin scheme for second-hand goods")


class TaxRemitter(models.TextChoices):
    """Who pays a sale's tax to the state."""

    SELLER = "seller", _("The shop")
    MARKETPLACE = "marketplace", _("The marketplace")


class Stage(models.TextChoices):
    """Where the money stands that is given back."""

    HELD = "held", _("Before posting")
    EARNED = "earned", _("After posting")
    # Not of the sale’s money at all: the marketplace pays, and the seller keeps what it earned.
    GOODWILL = "market", _("By the marketplace")


class StaffRequestStatus(models.TextChoices):
    """States of a step of staff that may need a second person."""

    WAITING = "waiting", _("Waiting for a colleague")
    APPROVED = "approved", _("Approved, to be carried out")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DONE = "done", _("Done")

    @classmethod
    def undone(cls) -> tuple[str, ...]:
        """Return the states in which something is still to be done."""
        return (cls.WAITING, cls.APPROVED)


class Side(models.TextChoices):
    """The two who write to each other."""

    BUYER = "buyer", _("Reader")
    SELLER = "seller", _("Shop")


class ReportReason(models.TextChoices):
    """Why somebody wants staff to look at a conversation."""

    RUDE = "rude", _("Rude or threatening")
    SPAM = "spam", _("Advertising")
    OUTSIDE = "outside", _("Wants to trade past the marketplace")
    FRAUD = "fraud", _("Looks like fraud")
    OTHER = "other", _("Something else")


class PromotionKind(models.TextChoices):
    """What a promotion takes off."""

    PERCENT = "percent", _("A percentage")
    FIXED = "fixed", _("An amount")
    FREE_DELIVERY = "delivery", _("The delivery")
    BUNDLE = "bundle", _("The cheapest of several")


class UseStatus(models.TextChoices):
    """Whether a code or a card counts as used for an order."""

    TAKEN = "taken", _("Used")
    RELEASED = "released", _("Given back")


class GiftFunding(models.TextChoices):
    """Where the money on a gift card comes from."""

    SOLD = "sold", _("A buyer: sold")
    GOODWILL = "goodwill", _("The marketplace: goodwill")
    PROMOTION = "promotion", _("The marketplace: promotion")


class AccountKind(models.TextChoices):
    """What an account of the ledger holds (RULES.md, postings)."""

    # The marketplace's own
    CLEARING = "clearing", _("At the payment provider")
    BANK = "bank", _("Bank")
    HELD = "held", _("Held for orders")
    COMMISSION = "commission", _("Commission")
    FEE_TAX = "fee_tax", _("VAT on commission")
    SALES_TAX = "sales_tax", _("Tax remitted for sellers")
    PROVIDER_FEES = "provider_fees", _("Provider’s fees")
    REFUNDS_PAYABLE = "refunds_payable", _("Refunds to be paid")
    DISPUTES = "disputes", _("Disputed payments")
    IN_TRANSIT = "in_transit", _("Payouts on their way")
    PROMOTIONS = "promotions", _("Promotions paid by the marketplace")
    GOODWILL = "goodwill", _("Goodwill paid by the marketplace")
    GIFT_CARDS = "gift_cards", _("Gift cards outstanding")
    LOSSES = "losses", _("Losses")
    # Of each seller
    SELLER_PENDING = "seller_pending", _("Earned, waiting")
    SELLER_AVAILABLE = "seller_available", _("Ready for payout")
    SELLER_RESERVE = "seller_reserve", _("In reserve")
    SELLER_RECEIVABLE = "seller_receivable", _("Owed by the seller")

    @classmethod
    def of_sellers(cls) -> tuple[str, ...]:
        """Return the kinds that every seller has one of."""
        return tuple(kind for kind in cls.values if kind.startswith("seller_"))


class EntryKind(models.TextChoices):
    """What can happen to money."""

    CAPTURED = "captured", _("Payment received")
    PLACED = "placed", _("Gift cards and promotions of an order")
    FULFILLED = "fulfilled", _("Earned by posting")
    RELEASED = "released", _("Ready for payout")
    RESERVE_FREED = "reserve_freed", _("Reserve freed")
    SETTLED = "settled", _("Paid in by the provider")
    REFUNDED_HELD = "refunded_held", _("Refund before posting")
    REFUNDED_EARNED = "refunded_earned", _("Refund after posting")
    REFUND_PAID = "refund_paid", _("Refund paid back")
    REFUND_UNDONE = "refund_undone", _("Refund that could not be paid")
    PAYOUT_MADE = "payout_made", _("Payout made")
    PAYOUT_PAID = "payout_paid", _("Payout arrived")
    PAYOUT_FAILED = "payout_failed", _("Payout failed")
    PAYOUT_GIVEN_UP = "payout_given_up", _("Payout given up")
    DEBT_NOTED = "debt_noted", _("Owed by the seller")
    DEBT_NETTED = "debt_netted", _("Debt taken from earnings")
    DISPUTE_OPENED = "dispute_opened", _("Payment disputed")
    DISPUTE_LOST = "dispute_lost", _("Dispute lost")
    DISPUTE_WON = "dispute_won", _("Dispute won")
    GIFT_ISSUED = "gift_issued", _("Gift card issued")
    GIFT_EXPIRED = "gift_expired", _("Gift card expired")
    GOODWILL = "goodwill", _("Goodwill of the marketplace")
    ADJUSTED = "adjusted", _("Correction by staff")


class TaxKind(models.TextChoices):
    """What a tax rate is for."""

    BOOK = "book", _("Printed books")
    EBOOK = "ebook", _("E-books")
    AUDIO = "audio", _("Audiobooks on a carrier")
    OTHER = "other", _("Everything else")
    # Where the law sets it apart from the rate of the goods themselves.
    MARGIN = "margin", _("Second-hand goods under the margin scheme")
    # Without a rate of its own, delivery is taxed as the goods in the parcel are.
    DELIVERY = "delivery", _("Delivery")
    FEE = "fee", _("The marketplace’s commission")


# Where prices are shown without tax, which is added at checkout.
TAX_ADDED_IN = frozenset({"CA", "US"})


class CaseReason(models.TextChoices):
    """Why a buyer writes after the post: the first sends a sound book back, the others complain."""

    CHANGED_MIND = "changed_mind", _("I have changed my mind")
    NOT_ARRIVED = "not_arrived", _("It has not arrived")
    DAMAGED = "damaged", _("It came damaged")
    NOT_AS_DESCRIBED = "not_as_described", _("It is not as it was described")
    WRONG_BOOK = "wrong_book", _("It is another book")
    INCOMPLETE = "incomplete", _("Something of it is missing")


class CaseWant(models.TextChoices):
    """What a buyer would like to happen."""

    REFUND = "refund", _("My money back")
    REPLACEMENT = "replacement", _("Another copy")
    PARTIAL = "partial", _("To keep it, and get part of the money back")


class CaseStatus(models.TextChoices):
    """States of a case: who has to do the next thing."""

    OPEN = "open", _("Waits for the shop")
    OFFERED = "offered", _("Waits for the reader: an offer")
    DECLINED = "declined", _("Declined by the shop")
    APPROVED = "approved", _("To be sent back")
    POSTED = "posted", _("On its way back")
    ESCALATED = "escalated", _("Waits for staff")
    RESOLVED = "resolved", _("Settled")
    DENIED = "denied", _("Closed without a refund")
    CANCELLED = "cancelled", _("Closed by the reader")


CASE_OPEN = (
    CaseStatus.OPEN,
    CaseStatus.OFFERED,
    CaseStatus.DECLINED,
    CaseStatus.APPROVED,
    CaseStatus.POSTED,
    CaseStatus.ESCALATED,
)


class CaseOutcome(models.TextChoices):
    """How a case was settled."""

    REFUNDED = "refunded", _("Money given back")
    PARTLY = "partly", _("Part of the money given back")
    REPLACED = "replaced", _("Another copy sent")
    GOODWILL = "goodwill", _("Paid by the marketplace")


class CaseStep(models.TextChoices):
    """What can be done about a case."""

    # The shop’s
    REFUND = "refund", _("Give the money back")
    APPROVE = "approve", _("Have it sent back")
    TAKE_BACK = "take-back", _("Take it back, without agreeing")
    OFFER = "offer", _("Offer part of the money")
    REPLACE = "replace", _("Send another copy")
    DECLINE = "decline", _("Decline")
    RECEIVE = "receive", _("It is back here")
    # The reader’s
    TAKE_OFFER = "take-offer", _("Take the offer")
    REFUSE_OFFER = "refuse-offer", _("Refuse the offer")
    POST = "post", _("It is posted")
    CANCEL = "cancel", _("Close it: all is well")
    # Of both
    ESCALATE = "escalate", _("Ask the marketplace to decide")
    # Of staff
    DECIDE = "decide", _("Decide")


_OPEN, _OFFERED, _DECLINED = CaseStatus.OPEN, CaseStatus.OFFERED, CaseStatus.DECLINED
_APPROVED, _POSTED, _ESCALATED = CaseStatus.APPROVED, CaseStatus.POSTED, CaseStatus.ESCALATED
# Who may take a step, and from which states. A step that is not here is refused.
CASE_STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    CaseStep.REFUND: {Actor.SELLER: (_OPEN, _OFFERED, _DECLINED, _APPROVED, _POSTED, _ESCALATED)},
    CaseStep.APPROVE: {Actor.SELLER: (_OPEN, _OFFERED, _DECLINED, _ESCALATED)},
    CaseStep.TAKE_BACK: {Actor.SELLER: (_OPEN, _OFFERED)},
    CaseStep.OFFER: {Actor.SELLER: (_OPEN, _DECLINED)},
    CaseStep.REPLACE: {Actor.SELLER: (_OPEN, _DECLINED, _APPROVED, _POSTED, _ESCALATED)},
    CaseStep.DECLINE: {Actor.SELLER: (_OPEN,)},
    CaseStep.RECEIVE: {Actor.SELLER: (_APPROVED, _POSTED)},
    CaseStep.TAKE_OFFER: {Actor.BUYER: (_OFFERED,)},
    CaseStep.REFUSE_OFFER: {Actor.BUYER: (_OFFERED,)},
    CaseStep.POST: {Actor.BUYER: (_APPROVED,)},
    # Not of a book that is on its way back: the shop would have both.
    CaseStep.CANCEL: {Actor.BUYER: (_OPEN, _OFFERED, _DECLINED, _APPROVED, _ESCALATED)},
    CaseStep.ESCALATE: {
        Actor.BUYER: (_OPEN, _OFFERED, _DECLINED, _APPROVED, _POSTED),
        Actor.SELLER: (_OPEN, _OFFERED, _APPROVED, _POSTED),
        Actor.STAFF: (_OPEN, _OFFERED, _DECLINED, _APPROVED, _POSTED),
    },
    CaseStep.DECIDE: {Actor.STAFF: (_ESCALATED,)},
}


class Ruling(models.TextChoices):
    """What staff can decide."""

    SHOP_PAYS = "shop", _("The shop gives the money back, and the reader keeps the book")
    SEND_BACK = "return", _("The shop takes the book back, and gives the money back for it")
    GOODWILL = "goodwill", _("The marketplace pays, and the shop keeps what it earned")
    DENY = "deny", _("No refund")


class PayoutMethod(models.TextChoices):
    """How a seller is paid."""

    SEPA = "manual_sepa", _("Bank transfer")
    STRIPE = "stripe", _("Stripe Connect")


class PayoutSchedule(models.TextChoices):
    """How often sellers are paid."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("On the first of the month")


class PayoutStatus(models.TextChoices):
    """States of a payout of a seller. A failed one is tried again as the same payout, or given up."""

    PENDING = "pending", _("Waiting to be sent")
    PROCESSING = "processing", _("On its way")
    COMPLETED = "completed", _("Arrived")
    FAILED = "failed", _("Failed")
    GIVEN_UP = "given_up", _("Given up")


class BatchStatus(models.TextChoices):
    """States of a file of payouts for the bank."""

    OPEN = "open", _("To be uploaded")
    SENT = "sent", _("With the bank")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class MatchKind(models.TextChoices):
    """What a line of a bank statement turned out to be."""

    PAYOUT = "payout", _("Payout paid")
    PAYOUT_BACK = "payout_back", _("Payout came back")
    BATCH = "batch", _("File of payouts paid")
    SETTLEMENT = "settlement", _("Paid in by the provider")
    ORDER = "order", _("Order paid by bank transfer")
    REFUND = "refund", _("Refund paid")
    ADJUSTMENT = "adjustment", _("Booked by hand")


class SettlementKind(models.TextChoices):
    """What a provider settles."""

    CHARGE = "charge", _("Payment")
    REFUND = "refund", _("Refund")
    DISPUTE = "dispute", _("Disputed payment")
    FEE = "fee", _("Fee")
    TRANSFER = "transfer", _("Payout to a shop")
    OTHER = "other", _("Something else")
