"""Work out anew how complete every edition is."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services import completeness


class Command(BaseCommand):
    help = "Work out anew how complete every edition and work is."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = completeness.refresh_all()
        self.stdout.write(self.style.SUCCESS(f"{count} editions weighed."))
