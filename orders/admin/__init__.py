"""Orders, payments and baskets, for staff."""

from orders.admin import baskets, messages, orders, payments, queues, seller_orders, standing

__all__ = [
    "baskets",
    "messages",
    "orders",
    "payments",
    "queues",
    "seller_orders",
    "standing",
]
