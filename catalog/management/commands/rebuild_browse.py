"""``manage.py rebuild_browse``: work out shelves, their sizes and the index of people anew."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from catalog.services import browsing


class Command(BaseCommand):
    help = (
        "Work out the shelves, how many books stand on them, and the index of people anew. Triggers "
        "keep them true; this is for catalogues that were loaded with their triggers off. Safe at any "
        "time; the shop serves meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        browsing.rebuild(progress=self._say)
        self.stdout.write(f"Done in {monotonic() - begun:.1f} s")

    def _say(self, what: str, done: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{what}: {done:,}", ending="")
