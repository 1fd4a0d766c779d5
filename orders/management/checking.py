"""What the commands that check the books share."""

import json
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.selectors.checking import Finding


class CheckCommand(BaseCommand):
    """Prints what ``differences`` finds, for people or as JSON; ends with 1 if there is anything."""

    what: ClassVar[str]
    differences: Callable[[], Iterable[Finding]]

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the form of the answer."""
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each difference."""
        found = list(self.differences())
        if options["json"]:
            answer = {"ok": not found, "findings": [finding.data for finding in found]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for finding in found:
                self.stderr.write(str(finding))
        if found:
            msg = f"{self.what}: {len(found)} differences."
            raise CommandError(msg)
        if not options["json"]:
            self.stdout.write(f"{self.what}: everything adds up.")
