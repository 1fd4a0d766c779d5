"""Covers, spines and shelves drawn for books that have no photograph.

The same book gives the same cover on every machine: all choices come from one digest of the
normalised title and author; the subject only narrows which cloths and layouts may be chosen.
Only presentation attributes are written, never ``style`` (the content security policy is strict).
"""

from books4all.lib.covers.drawing import choose, cover, shelf, spine
from books4all.lib.covers.layouts import LAYOUTS
from books4all.lib.covers.palette import CLOTHS

__all__ = ["CLOTHS", "LAYOUTS", "choose", "cover", "shelf", "spine"]
