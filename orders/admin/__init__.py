"""Orders, payments and baskets, for staff."""

from orders.admin import baskets, orders, payments, queues, seller_orders

__all__ = ["baskets", "orders", "payments", "queues", "seller_orders"]
