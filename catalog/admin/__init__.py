"""The catalogue, the stock and what readers say, for staff."""

from catalog.admin import books, readers, stock

__all__ = ["books", "readers", "stock"]
