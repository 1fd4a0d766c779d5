"""``manage.py import_catalogue FILE``: bring books into the catalogue from ONIX, MARC 21 or a table."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from books4all.lib.errors import DomainError
from catalog.constants import ImportFormat, ImportStatus, Outcome
from catalog.importers.record import RefusedFileError
from catalog.models import CatalogueImport
from catalog.search import index
from catalog.services import imports


class Command(BaseCommand):
    help = (
        "Import books from a file, here and now. Ctrl-C or a crash loses nothing: --resume goes on, "
        "and --undo takes everything back that nobody has changed since."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="the file to import")
        parser.add_argument("--format", choices=ImportFormat.values, help="instead of guessing")
        parser.add_argument("--source", default="", help="who sends it, such as a publisher's name")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--resume", type=int, metavar="ID", help="go on with an import")
        parser.add_argument("--undo", type=int, metavar="ID", help="take an import back")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = self._act(options)
        except RefusedFileError as error:
            raise CommandError(f"{error.problem.message} {error.problem.remedy}") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self._sum_up(done)
        if done.status in {ImportStatus.DONE, ImportStatus.UNDONE} and not done.dry_run:
            # The keeper of the search documents does it too; here it may not be running.
            self.stdout.write(f"{index.catch_up():,} changes taken up by search.")

    def _act(self, options: dict[str, Any]) -> CatalogueImport:
        if options["undo"] is not None:
            found = self._find(options["undo"])
            if found.status != ImportStatus.UNDOING:
                found = imports.undo(catalogue_import=found, enqueue=False)
            return imports.run_undo(catalogue_import=found)
        if options["resume"] is not None:
            found = self._find(options["resume"])
            if found.status in {ImportStatus.PAUSED, ImportStatus.FAILED}:
                found = imports.resume(catalogue_import=found, enqueue=False)
        else:
            found = self._start(options)
        return imports.run(catalogue_import=found, told=self._tell)

    def _start(self, options: dict[str, Any]) -> CatalogueImport:
        if not options["file"]:
            raise CommandError("Name a file, or --resume or --undo with an import's number.")
        path = Path(options["file"])
        try:
            with path.open("rb") as file:
                found = imports.start(
                    file=file,
                    name=path.name,
                    format=options["format"] or "",
                    source=options["source"],
                    dry_run=options["dry_run"],
                    enqueue=False,
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"Import {found.pk}: {found.get_format_display()}, {path.name}")
        self.stdout.flush()
        return found

    @staticmethod
    def _find(pk: int) -> CatalogueImport:
        found = CatalogueImport.objects.filter(pk=pk).first()
        if found is None:
            raise CommandError(f"There is no import {pk}.")
        return found

    def _tell(self, found: CatalogueImport) -> None:
        if not sys.stdout.isatty():
            return
        speed = found.position / found.worked if found.worked else 0
        line = f"\r{found.percent:3} %  {found.position:,} records, {speed:,.0f} a second"
        self.stdout.write(line.ljust(60), ending="")
        self.stdout.flush()

    def _sum_up(self, found: CatalogueImport) -> None:
        counts = ", ".join(
            f"{found.count(value):,} {str(label).lower()}"
            for value, label in Outcome.choices
            if found.count(value)
        )
        state = str(found.get_status_display())
        self.stdout.write(
            f"\r{state}: {found.position:,} records in {found.worked:.1f} s. {counts}".rstrip()
        )
        if found.failure:
            problem = found.failure
            self.stdout.write(f"{problem['message']} {problem['remedy']}".strip())
