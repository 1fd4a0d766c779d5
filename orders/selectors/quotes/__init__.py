"""What a basket costs: a pure function from lines, rates and choices to parcels.

Nothing here reads the database; the selectors bring what is needed, and checkout computes the same
quote again under its locks.
"""

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

__all__ = [
    "BLOCKING",
    "Applied",
    "Discount",
    "Item",
    "Problem",
    "Quote",
    "QuoteLine",
    "QuoteParcel",
    "ServiceOption",
    "quote",
    "working_day_after",
]
