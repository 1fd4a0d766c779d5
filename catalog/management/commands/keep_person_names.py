"""Write the names of people who have none: after a load in bulk, or a change by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services import people


class Command(BaseCommand):
    help = "Write the keys that people are found by, for everybody who has none."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = people.keep_all_names()
        self.stdout.write(self.style.SUCCESS(f"{count} people have their names now."))
