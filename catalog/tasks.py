"""Asking for jobs of catalog, by name: what they run stands above."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE = "imports"


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
