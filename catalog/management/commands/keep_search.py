"""``manage.py keep_search``: write the search index as the catalogue changes."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from catalog.search import keeping


class Command(BaseCommand):
    help = (
        "Keep the search index true: run it beside the web servers, and start it again if it ends. "
        "Nothing is lost while it is away; search only gets older."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        stopped = False

        def stop(_number: int, _frame: FrameType | None) -> None:
            nonlocal stopped
            stopped = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        self.stdout.write("Keeping the search index true.")
        keeping.keep(lambda: stopped)
