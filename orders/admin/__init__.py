"""Orders, payments and baskets, for staff."""

from orders.admin import (
    baskets,
    cases,
    commission,
    disputes,
    documents,
    mails,
    messages,
    orders,
    payments,
    promotions,
    queues,
    sandbox,
    seller_orders,
    standing,
    tax,
    transfers,
    webhooks,
)

__all__ = [
    "baskets",
    "commission",
    "disputes",
    "documents",
    "mails",
from orders.admin import baskets, cases, messages, orders, payments, queues, seller_orders, standing

__all__ = [
    "baskets",
    "cases",
    "commission",
    "messages",
    "orders",
    "payments",
    "promotions",
    "queues",
    "sandbox",
    "seller_orders",
    "standing",
    "tax",
    "transfers",
    "webhooks",
]
