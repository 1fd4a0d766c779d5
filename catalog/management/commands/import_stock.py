"""``manage.py import_stock SHOP FILE``: put a shop's stock file on its shelves, here and now."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Seller
from books4all.lib.errors import DomainError
from catalog.constants import InventoryMode, InventoryStatus, RowOutcome
from catalog.importers.record import RefusedFileError
from catalog.models import InventoryImport
from catalog.services import inventory


class Command(BaseCommand):
    help = (
        "Check a shop's stock file and, with --publish, put it on sale. Ctrl-C or a crash loses "
        "nothing: --resume goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", nargs="?", help="the shop, as its address has it")
        parser.add_argument("file", nargs="?", help="the file")
        parser.add_argument("--mode", choices=InventoryMode.values, default="")
        parser.add_argument("--publish", action="store_true", help="publish what is right")
        parser.add_argument(
            "--withdraw", action="store_true", help="withdraw whatever a whole stock has not"
        )
        parser.add_argument("--resume", metavar="ID", help="go on with a file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._found(options["resume"]) if options["resume"] else self._upload(options)
            if found.is_moving:
                found = inventory.run(inventory_import=found, told=self._tell)
            if found.status == InventoryStatus.CHECKED and options["publish"]:
                found = inventory.publish(
                    inventory_import=found, actor=None, confirmed=options["withdraw"], enqueue=False
                )
                found = inventory.run(inventory_import=found, told=self._tell)
        except RefusedFileError as error:
            raise CommandError(f"{error.problem.message} {error.problem.remedy}") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self._sum_up(found)

    def _upload(self, options: dict[str, Any]) -> InventoryImport:
        if not options["shop"] or not options["file"]:
            raise CommandError("Name a shop and a file, or --resume with a file's id.")
        seller = Seller.objects.filter(slug=options["shop"]).first()
        if seller is None:
            raise CommandError(f"There is no shop {options['shop']}.")
        path = Path(options["file"])
        try:
            with path.open("rb") as file:
                found = inventory.upload(
                    seller=seller, file=file, name=path.name, mode=options["mode"], enqueue=False
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"{found.pk}: {found.format}, {found.encoding}, {path.name}")
        self.stdout.flush()
        if found.status == InventoryStatus.MATCHING:
            raise CommandError("The shop must match the columns of this file first.")
        return found

    @staticmethod
    def _found(text: str) -> InventoryImport:
        found = InventoryImport.objects.filter(pk=text).first()
        if found is None:
            raise CommandError(f"There is no file {text}.")
        if found.paused:
            found = inventory.resume(inventory_import=found, enqueue=False)
        return found

    def _tell(self, found: InventoryImport) -> None:
        if not sys.stdout.isatty():
            return
        speed = found.position / found.worked if found.worked else 0
        line = f"\r{found.percent:3} %  {found.position:,} rows, {speed:,.0f} a second"
        self.stdout.write(line.ljust(60), ending="")
        self.stdout.flush()

    def _sum_up(self, found: InventoryImport) -> None:
        counts = ", ".join(
            f"{found.count(value):,} {str(label).lower()}"
            for value, label in RowOutcome.choices
            if found.count(value)
        )
        self.stdout.write(f"\r{found.get_status_display()}: {found.position:,} rows. {counts}")
        if found.failure:
            problem = found.failure
            self.stdout.write(f"{problem['message']} {problem['remedy']}".strip())
