"""``manage.py rebuild_search``: write the search index anew while the shop serves."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from catalog.search import keeping, rebuild


class Command(BaseCommand):
    help = (
        "Write the search document of every work anew. Safe at any time; searches go on meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        begun = monotonic()
        told = ""

        def progress(doing: str, share: float) -> None:
            nonlocal told
            line = f"{doing} {share:4.0%}"
            if line != told:
                self.stdout.write(f"{monotonic() - begun:7.1f} s  {line}")
            told = line

        keeping.prepare()
        count = rebuild(progress)
        self.stdout.write(f"{count} works indexed in {monotonic() - begun:.1f} s")
