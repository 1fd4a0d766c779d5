"""Pages over tables of any size."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# Nobody turns that many pages; who looks for something searches or filters.
MOST_ROWS = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic when it runs
    """Counts, and offers, at most ``MOST_ROWS`` rows: a count of millions would be read every time."""

    most = MOST_ROWS

    @cached_property
    def count(self) -> int:
        """Rows there are, or ``MOST_ROWS`` if there are more."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_ROWS].count()) if hasattr(rows, "query") else len(rows)
