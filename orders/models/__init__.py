"""What has been promised: baskets, orders, payments and parcels."""

from orders.models.amounts import Parts
from orders.models.approvals import StaffRequest
from orders.models.banking import (
    BankLine,
    BankMatch,
    BankStatement,
    ProviderSettlement,
    SettlementLine,
)
from orders.models.baskets import Basket, BasketLine, BasketParcel
from orders.models.cases import Case, CaseLine, CasePhoto
from orders.models.checks import CheckRun
from orders.models.commission import CommissionRule
from orders.models.disputes import Dispute, DisputeFile, DisputePart
from orders.models.documents import Document, DocumentSeries, DocumentTax
from orders.models.gift_cards import GiftCard, GiftCardUse
from orders.models.idempotency import IdempotencyKey
from orders.models.ledger import JournalEntry, LedgerAccount, Posting
from orders.models.lines import Hold, OrderLine
from orders.models.mails import UnsentMail
from orders.models.messages import Message, MessageBlock, MessageReport, Thread
from orders.models.orders import Order, OrderEvent, SellerOrder
from orders.models.parcels import Refusal, RefusalLine, Shipment, ShipmentLine
from orders.models.payments import Payment, PaymentEvent, Refund, RefundLine
from orders.models.payouts import (
    Payout,
    PayoutAccount,
    PayoutBatch,
    PayoutItem,
    PayoutRun,
    PayoutTerms,
    ReserveHold,
)
from orders.models.postage import ExtraPostage
from orders.models.promises import CancelRequest, Reminder
from orders.models.promotions import BasketCode, Promotion, PromotionShop, PromotionUse
from orders.models.sandbox import SandboxDispute, SandboxPayment, SandboxRefund
from orders.models.sandbox_bank import SandboxMovement
from orders.models.tax import RemitRule, ShopTax, TaxRate
from orders.models.transfers import BankTransfer, TransferReceipt
from orders.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookMessage,
)

__all__ = [
    "BankLine",
    "BankMatch",
    "BankStatement",
    "BankTransfer",
    "Basket",
    "BasketCode",
    "BasketLine",
    "BasketParcel",
    "CancelRequest",
    "Case",
    "CaseLine",
    "CasePhoto",
    "CheckRun",
    "CommissionRule",
    "Dispute",
    "DisputeFile",
    "DisputePart",
    "Document",
    "DocumentSeries",
    "DocumentTax",
    "ExtraPostage",
    "GiftCard",
    "GiftCardUse",
    "Hold",
    "IdempotencyKey",
    "JournalEntry",
    "LedgerAccount",
    "Message",
    "MessageBlock",
    "MessageReport",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Parts",
    "Payment",
    "PaymentEvent",
    "Payout",
    "PayoutAccount",
    "PayoutBatch",
    "PayoutItem",
    "PayoutRun",
    "PayoutTerms",
    "Posting",
    "Promotion",
    "PromotionShop",
    "PromotionUse",
    "ProviderSettlement",
    "Refund",
    "RefundLine",
    "Refusal",
    "RefusalLine",
    "Reminder",
    "RemitRule",
    "ReserveHold",
    "SandboxDispute",
    "SandboxMovement",
    "SandboxPayment",
    "SandboxRefund",
    "SellerOrder",
    "SettlementLine",
    "Shipment",
    "ShipmentLine",
    "ShopTax",
    "StaffRequest",
    "TaxRate",
    "Thread",
    "TransferReceipt",
    "UnsentMail",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookMessage",
]
