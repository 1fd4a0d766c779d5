"""Domain errors of catalog."""

from books4all.lib.errors import ConflictError, DomainError


class StockError(DomainError):
    """Stock can't be changed like that."""

    code = "stock"


class OutOfStockError(ConflictError):
    """Fewer copies are free than asked for. ``extra["available"]`` counts them by listing."""

    code = "out_of_stock"
