"""``manage.py rebuild_search``: write the search index anew while the shop serves."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from catalog.search import index


class Command(BaseCommand):
    help = (
        "Write the search document of every work anew. Safe at any time; searches go on meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        count = index.rebuild()
        self.stdout.write(f"{count} works indexed in {monotonic() - begun:.1f} s")
