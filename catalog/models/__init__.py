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
from catalog.models.browse import AuthorEntry, BoughtTogether, SubjectTally, SubjectWork
from catalog.models.covers import Cover, CoverOriginal
from catalog.models.delivery import DeliveryRate, Load
from catalog.models.imports import (
    CatalogueImport,
    EditionSource,
    ImportChange,
    ImportRecord,
    MatchDoubt,
)
from catalog.models.inventory import InventoryImport, InventoryRow, InventorySettings
from catalog.models.lexicon import SearchWord
from catalog.models.listings import (
    BulkChange,
    BulkEdit,
    ListingPhoto,
    PhotoOriginal,
    PriceChange,
)
from catalog.models.merges import Duplicate, Merge, Redirect
from catalog.models.names import PersonName
from catalog.models.readers import ReadingList, ReadingListItem, Review
from catalog.models.search import SearchChange, SearchDocument, SearchState
from catalog.models.stock import Listing, StockMovement
from catalog.models.suggestions import Suggestion, SuggestionWord
from catalog.models.tallies import StockTally
from catalog.models.wants import Want, WantAnchor, WantMatch, WantSweep

__all__ = [
    "AuthorEntry",
    "BoughtTogether",
    "BulkChange",
    "BulkEdit",
    "CatalogueImport",
    "Contribution",
    "Cover",
    "CoverOriginal",
    "DeliveryRate",
    "Duplicate",
    "Edition",
    "EditionSource",
    "Identifier",
    "ImportChange",
    "ImportRecord",
    "InventoryImport",
    "InventoryRow",
    "InventorySettings",
    "Listing",
    "ListingPhoto",
    "Load",
    "MatchDoubt",
    "Merge",
    "Person",
    "PersonName",
    "PhotoOriginal",
    "PriceChange",
    "Publisher",
    "ReadingList",
    "ReadingListItem",
    "Redirect",
    "Review",
    "SearchChange",
    "SearchDocument",
    "SearchState",
    "SearchWord",
    "Series",
    "SeriesEntry",
    "StockMovement",
    "StockTally",
    "Subject",
    "SubjectTally",
    "SubjectWork",
    "Suggestion",
    "SuggestionWord",
    "Want",
    "WantAnchor",
    "WantMatch",
    "WantSweep",
    "Work",
    "WorkSubject",
]
