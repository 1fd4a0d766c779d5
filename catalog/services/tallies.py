"""Counts over the stock of large shops, made each night."""

from dataclasses import asdict

from django.db import connection, transaction
from django.db.models import Count

from catalog.models import Listing, StockTally
from catalog.selectors.shelf_care import COUNTED_AT_ONCE, count_care


def count_large_shops() -> int:
    """Count the stock of every shop that is too large to be counted when it is looked at.

    A statement a shop, so that none is held up for long; returns how many shops there are.
    """
    large = (
        Listing.objects.order_by()
        .values("seller")
        .annotate(n=Count("pk"))
        .filter(n__gt=COUNTED_AT_ONCE)
        .values_list("seller", flat=True)
    )
    found = list(large)
    for seller_id in found:
        count_shop(seller_id=seller_id)
    StockTally.objects.exclude(seller__in=found).delete()
    return len(found)


@transaction.atomic
def count_shop(*, seller_id: int) -> StockTally:
    """Count one shop's stock and keep what was found."""
    with connection.cursor() as cursor:
        # Nobody waits for it, and it locks nothing.
        cursor.execute("SET LOCAL statement_timeout = '5min'; SET LOCAL jit = off")
    tally, _made = StockTally.objects.update_or_create(
        seller_id=seller_id, defaults=asdict(count_care(seller_id))
    )
    return tally
