"""Keeping the count of changes short."""

from django.db import connection, transaction

# So many rows are counted in a fraction of a millisecond.
FEW = 500


@transaction.atomic
def add_up() -> None:
    """Add the changes that were counted one by one to their total, if they have become many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_pagechange")
        (number,) = cursor.fetchone()
        if number > FEW:
            cursor.execute("SELECT catalog_add_up_page_changes()")
