"""Domain errors of catalog."""

from books4all.lib.errors import ConflictError, DomainError


class StockError(DomainError):
    """Stock can't be changed like that."""

    code = "stock"


class OutOfStockError(ConflictError):
    """Fewer copies are free than asked for. ``extra["available"]`` counts them by listing."""

    code = "out_of_stock"


class SearchTooBroadError(DomainError):
    """A search took longer than anybody waits; with more words or filters it won't."""

    code = "search_too_broad"


class TooManyBooksError(ConflictError):
    """Words that so many books have say too little to wait for."""

    code = "too_many_books"


class ImportStateError(ConflictError):
    """An import is not in a state for that."""

    code = "import_state"


class ImportBusyError(ConflictError):
    """Another import is running: one at a time."""

    code = "import_busy"


class BusyError(ConflictError):
    """Somebody else is changing the same rows: try again in a moment."""

    code = "busy"


class MergeError(ConflictError):
    """These rows can't be merged, or a merge can't be taken back. ``reasons`` says why."""

    code = "merge_refused"

    def __init__(self, message: str, *, reasons: list[str] | None = None) -> None:
        """Keep the ``reasons`` beside the message."""
        super().__init__(message)
        self.reasons = reasons or [message]


class SkuTakenError(ConflictError):
    """A SKU stands for another book of the shop, or did: it is never given to a second one."""

    code = "sku_taken"


class IdenticalListingError(ConflictError):
    """The shop lists as many copies of just this description as it may: raise the quantity."""

    code = "identical_listing"


class BulkEditStateError(ConflictError):
    """A change to many listings is not in a state for that."""

    code = "bulk_edit_state"
