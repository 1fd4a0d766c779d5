"""Asking for jobs of catalog, by name: what they run stands above."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE = "imports"
# Shops' stock files have a queue of their own: a publisher's feed of hours keeps no shop waiting.
STOCK_QUEUE = "stock"


def run_import(pk: int) -> None:
    """Ask for an import to be run, in the transaction that makes it waiting; once is enough."""
    job = app.configure_task(
        "catalog.run_import",
        queue=QUEUE,
        queueing_lock=f"catalog.import.{pk}",
        allow_unknown=False,
    )
    try:
        with transaction.atomic():
            job.defer(pk=pk)
    except AlreadyEnqueued:
        return


def run_stock_file(pk: str, seller_id: int) -> None:
    """Ask for a shop's stock file to be worked on, in the transaction that makes it so; once is enough.

    Files of one shop follow each other.
    """
    job = app.configure_task(
        "catalog.run_stock_file",
        queue=STOCK_QUEUE,
        lock=f"catalog.stock.{seller_id}",
        queueing_lock=f"catalog.stock_file.{pk}",
        allow_unknown=False,
    )
    try:
        with transaction.atomic():
            job.defer(pk=pk)
    except AlreadyEnqueued:
        return
