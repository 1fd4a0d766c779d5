"""``manage.py reconcile``: what the sweeper does each minute, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from orders.services.reconciler import sweep


class Command(BaseCommand):
    """Finish payments, expire orders and settle refunds that were left half done."""

    help = "Ask the payment provider about everything that is not final, and make it so."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the grace period."""
        parser.add_argument("--grace", type=int, default=0, help="seconds to leave to others")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sweep once and say what was done."""
        swept = sweep(grace=options["grace"])
        self.stdout.write(
            f"{swept.asked} payments asked about, {swept.expired} orders ended, "
            f"{swept.refunds} refunds settled, {swept.failed} to be tried again."
        )
