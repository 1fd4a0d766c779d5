"""Telling the catalogue which books are bought together."""

from catalog.services import browsing
from orders.selectors.together import bought_together


def tell_catalogue() -> int:
    """Have the catalogue know which books are bought together; return how many pairs there are.

    All of it anew each time, so that it runs twice without harm and forgets what is old.
    """
    return browsing.write_bought_together(pairs=bought_together())
