"""Search behind a small face: ``search(Query)``, ``suggest(text)``, ``index.refresh(work_ids)``.

PostgreSQL full text over one document a work, built for thousands of works and to be replaced for
a million: nothing outside this package knows how it works.
"""

from catalog.search import index
from catalog.search.engine import search
from catalog.search.query import Query
from catalog.search.results import Hit, Results
from catalog.search.suggestions import Suggestions, suggest

__all__ = ["Hit", "Query", "Results", "Suggestions", "index", "search", "suggest"]
