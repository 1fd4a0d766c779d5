"""What there is, and on which terms."""

from catalog.models.bibliography import (
    Contribution,
    Edition,
    Identifier,
    Person,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
    Work,
    WorkSubject,
)
from catalog.models.readers import ReadingList, ReadingListItem, Review, Want
from catalog.models.search import SearchDocument
from catalog.models.stock import DeliveryRate, Listing, StockMovement

__all__ = [
    "Contribution",
    "DeliveryRate",
    "Edition",
    "Identifier",
    "Listing",
    "Person",
    "Publisher",
    "ReadingList",
    "ReadingListItem",
    "Review",
    "SearchDocument",
    "Series",
    "SeriesEntry",
    "StockMovement",
    "Subject",
    "Want",
    "Work",
    "WorkSubject",
]
