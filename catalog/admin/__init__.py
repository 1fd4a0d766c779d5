"""The catalogue, the stock and what readers say, for staff."""

from catalog.admin import (
    books,
    covers,
    doubts,
    imports,
    inventory,
    listings,
    merges,
    readers,
    stock,
)

__all__ = [
    "books",
    "covers",
    "doubts",
    "imports",
    "inventory",
    "listings",
    "merges",
    "readers",
    "stock",
]
