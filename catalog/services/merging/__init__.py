"""Merging of works, editions, people, publishers and series, and taking it back.

``merge`` and ``preview`` (a dry run), ``undo`` and ``preview_undo``, ``split``. Nothing is lost: what
refers to a row moves with it, whatever app it is of, and ``Merge.manifest`` keeps the way back.
"""

from catalog.services.merging.kinds import name_of
from catalog.services.merging.merges import MOST_AT_ONCE, Preview, merge, preview
from catalog.services.merging.splits import split
from catalog.services.merging.undoing import obstacles, preview_undo, undo

__all__ = [
    "MOST_AT_ONCE",
    "Preview",
    "merge",
    "name_of",
    "obstacles",
    "preview",
    "preview_undo",
    "split",
    "undo",
]
