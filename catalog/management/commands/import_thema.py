"""``manage.py import_thema FILE``: give Thema subjects their headings."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.importers.detect import unpack_only
from catalog.importers.record import RefusedFileError
from catalog.importers.thema import read_codes
from catalog.services import thema


class Command(BaseCommand):
    help = (
        "Load headings and tree of Thema from the JSON or CSV that EDItEUR gives out (packed or "
        "not). The project ships none: ask EDItEUR for the terms."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open("rb") as stream:
                imported = thema.import_thema(codes=read_codes(unpack_only(stream)))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except RefusedFileError as error:
            raise CommandError(f"{error.problem.message} {error.problem.remedy}") from error
        self.stdout.write(f"{imported.made} subjects made, {imported.changed} changed")
