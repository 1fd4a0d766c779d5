"""Sellers' stock files: the formats of the trade's programs and marketplaces, and any table.

``open_stock(file, name, mapping=None, *, choices=Choices())`` returns a ``StockFile`` whose ``rows``
are ``StockRow``. It streams; what it raises is RefusedFileError alone.
"""

from catalog.importers.stock.opening import open_stock
from catalog.importers.stock.row import (
    Choices,
    Column,
    StockAction,
    StockFile,
    StockFormat,
    StockRow,
)

__all__ = ["Choices", "Column", "StockAction", "StockFile", "StockFormat", "StockRow", "open_stock"]
