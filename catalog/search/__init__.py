"""Search behind a small face: ``search(Query)``, ``suggest(text)``, ``index.catch_up()``.

PostgreSQL full text over one document a work, built for a million of them: docs/decisions/0007.
Nothing outside this package knows how it works.
"""

from catalog.search import index
from catalog.search.engine import search
from catalog.search.query import Query
from catalog.search.rebuilding import rebuild
from catalog.search.related import near, related
from catalog.search.results import Hit, Results
from catalog.search.suggestions import Suggestions, suggest

__all__ = [
    "Hit",
    "Query",
    "Results",
    "Suggestions",
    "index",
    "near",
    "rebuild",
    "related",
    "search",
    "suggest",
]
