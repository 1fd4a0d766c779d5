"""MARC 21, as libraries exchange it: binary (ISO 2709) in UTF-8 or MARC-8, and MARCXML."""

from catalog.importers.marc.reader import read, read_xml

__all__ = ["read", "read_xml"]
