"""Look for works and people that are in the catalogue twice."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services import duplicates, identifiers, people


class Command(BaseCommand):
    help = "Look for works and people that are in the catalogue twice, for staff to decide."

    def handle(self, *_args: Any, **_options: Any) -> None:
        people.keep_all_names()
        identifiers.sweep_conflicts()
        count = duplicates.find()
        self.stdout.write(self.style.SUCCESS(f"{count} new pairs to look at."))
