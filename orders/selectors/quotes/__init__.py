"""What a basket costs: a pure function from lines, rates and choices to parcels.

Nothing here reads the database; the selectors bring what is needed, and checkout computes the same
quote again under its locks.
"""

from orders.selectors.quotes.codes import Code
from orders.selectors.quotes.discounts import Applied, Discount
from orders.selectors.quotes.parts import (
    BLOCKING,
    Item,
    Problem,
    Quote,
    QuoteLine,
    QuoteParcel,
    ServiceOption,
)
from orders.selectors.quotes.pricing import quote, working_day_after
from orders.selectors.quotes.settling import FREE, FeeTerms, Terms, settle

__all__ = [
    "BLOCKING",
    "FREE",
    "Applied",
    "Code",
    "Discount",
    "FeeTerms",
    "Item",
    "Problem",
    "Quote",
    "QuoteLine",
    "QuoteParcel",
    "ServiceOption",
    "Terms",
    "quote",
    "settle",
    "working_day_after",
]
