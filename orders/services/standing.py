"""The nightly figures of how well shops keep their word."""

from datetime import datetime

from django.db import connection, transaction

from accounts.constants import StandingDays
from accounts.models import SellerStanding
from orders.selectors.standing import standings

_COUNTS = (
    "as_of", "orders", "cancelled", "due", "in_time", "claims", "rating_sum", "rating_count",
    "questions", "answered", "answer_minutes",
)  # fmt: skip


@transaction.atomic
def compute(*, as_of: datetime) -> int:
    """Write down every shop's figures as they were at ``as_of`` (aware), and return how many rows.

    From the rows alone: twice for one moment writes the same, however late the second time is.
    """
    with connection.cursor() as cursor:
        # A year of everybody's orders: nobody waits for it, and nothing is locked while it counts.
        cursor.execute("SET LOCAL statement_timeout = '10min'; SET LOCAL jit = off")
    rows = [row for days in StandingDays for row in standings(as_of=as_of, days=days)]
    SellerStanding.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["seller", "days"],
        update_fields=_COUNTS,
        batch_size=1000,
    )
    return len(rows)
