"""ONIX for Books 3.1, 3.0 and 2.1, with reference names and short tags."""

from catalog.importers.onix.reader import read

__all__ = ["read"]
