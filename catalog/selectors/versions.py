"""How far the catalogue has come: whether anything changed since a page was made."""

from django.db import connection


def page_version() -> int:
    """Return a number that grows with each committed change of what pages show.

    Read it before the page is made: what is made of a later state then counts as of an earlier one,
    and is made again. In one query, on the database that the page is read from: a replica that lags
    behind has a number that lags with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_page_version()")
        (number,) = cursor.fetchone()
    return int(number)
