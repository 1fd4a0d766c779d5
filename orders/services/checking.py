"""Running all checks of the books, and keeping what they found."""

from collections.abc import Iterator
from itertools import chain, islice

import structlog
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from books4all.lib.jobs import enqueue
from orders.models import CheckRun
from orders.selectors.checking import MOST, Finding
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.order_check import order_differences
from orders.selectors.stock_check import stock_differences

log = structlog.get_logger(__name__)


@transaction.atomic
def start(*, actor: User | None = None) -> CheckRun:
    """Write down that all checks are to be run, and have a job run them."""
    run = CheckRun.objects.create(asked_by=actor)
    enqueue("orders.check_books", run_id=run.pk)
    return run


def carry_out(*, run_id: int) -> CheckRun:
    """Run all checks and keep what they found. Twice for one run finds anew what there is then."""
    run = CheckRun.objects.get(pk=run_id)
    with transaction.atomic(), connection.cursor() as cursor:
        # All of the books: nobody waits for it, and nothing is locked while it counts.
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = '30min'; SET LOCAL jit = off")
        found = _everything()
        kept = list(islice(found, MOST))
        more = sum(1 for _finding in found)
    run.found = len(kept) + more
    run.findings = [finding.data for finding in kept]
    run.ok, run.finished_at = not run.found, timezone.now()
    run.save(update_fields=["found", "findings", "ok", "finished_at"])
    if not run.ok:
        log.error("books_differ", found=run.found, first=str(kept[0]))
    return run


def _everything() -> Iterator[Finding]:
    return chain(ledger_differences(), order_differences(), _stock())


def _stock() -> Iterator[Finding]:
    """Yield what is wrong with the stock as other findings are told."""
    for one in stock_differences():
        of = f"listing {one.listing_id} ({one.sku}, {one.seller})"
        if one.on_hand != one.moved:
            yield Finding("stock_moved", of, "on hand", one.moved, one.on_hand)
        if one.held != one.promised:
            yield Finding("stock_held", of, "held", one.promised, one.held)
