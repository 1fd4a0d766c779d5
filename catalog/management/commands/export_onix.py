"""``manage.py export_onix``: write the catalogue as ONIX for Books 3.0."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.exporters import onix
from catalog.selectors.export import editions_after


class Command(BaseCommand):
    help = "Write all editions as one ONIX 3.0 message, to a file or to the terminal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="where to write; the terminal without it")
        parser.add_argument("--after", type=int, default=0, help="begin behind this edition's key")
        parser.add_argument("--limit", type=int, help="write at most so many editions")

    def handle(self, *args: Any, **options: Any) -> None:
        pieces = onix.our_message(editions_after(options["after"], limit=options["limit"]))
        if not options["file"]:
            sys.stdout.writelines(pieces)
            return
        with Path(options["file"]).open("w", encoding="utf-8") as out:
            out.writelines(pieces)
        self.stdout.write(f"Written to {options['file']}")
