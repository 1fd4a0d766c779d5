"""``manage.py check_ledger``: hold the journal against the rows that it comes from."""

from orders.management.checking import CheckCommand
from orders.selectors.ledger_check import ledger_differences


class Command(CheckCommand):
    """Name every difference; ends with 1 if there is one."""

    help = "Work every journal entry out anew from payments, parcels and refunds, and name differences."
    what = "The ledger"
    differences = staticmethod(ledger_differences)
