"""``manage.py check_orders``: hold the rows of orders against each other."""

from orders.management.checking import CheckCommand
from orders.selectors.order_check import order_differences


class Command(CheckCommand):
    """Name every difference; ends with 1 if there is one."""

    help = "Compare orders with their lines, payments, parcels, refusals and states, and name differences."
    what = "Orders"
    differences = staticmethod(order_differences)
