"""``manage.py check_stock``: name every listing whose stock does not add up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.selectors.stock_check import stock_differences


class Command(BaseCommand):
    """Compare stock with its movements and holds; ends with 1 if anything differs."""

    help = "Check that movements sum to what is on hand, and active holds to what is held."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print each difference."""
        differences = stock_differences()
        for difference in differences:
            self.stderr.write(str(difference))
        if differences:
            msg = f"{len(differences)} listings do not add up."
            raise CommandError(msg)
        self.stdout.write("Stock adds up.")
