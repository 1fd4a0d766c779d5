"""Tables of books: CSV and TSV, with whatever a spreadsheet did to them."""

from catalog.importers.table.reader import read

__all__ = ["read"]
