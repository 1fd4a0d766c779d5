"""Load the demo catalogue, shops and orders."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from books4all.demo import loader, people


class Command(BaseCommand):
    """Loads the demo once; loading again changes nothing."""

    help = "Load the demo catalogue, shops and a year of orders into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--works", type=int, help="load a sample of so many books")
        parser.add_argument(
            "--print-signins",
            action="store_true",
            help="print the demo's sign-ins and nothing else",
        )
        parser.add_argument(
            "--anyway",
            action="store_true",
            help="load it where the settings are not for development",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say why not."""
        if options["print_signins"]:
            if loader.is_loaded():
                self._print_signins()
            return
        if not (loader.may_load() or options["anyway"]):
            msg = (
                "The demo's passwords are public. Use --anyway if nobody else can reach this site."
            )
            raise CommandError(msg)
        if loader.is_loaded():
            self.stdout.write("The demo is loaded already.")
            return
        # A line for every letter that is put into the queue would tear the bar.
        logging.getLogger("procrastinate.jobs").setLevel(logging.WARNING)
        started = time.monotonic()
        loader.load(self._progress, works=options["works"])
        self.stdout.write(f"\nThe demo is loaded ({time.monotonic() - started:.0f} s).")

    def _progress(self, step: str, share: float) -> None:
        bar = "█" * round(share * 30)
        self.stdout.write(f"\r  [{bar:<30}] {share:4.0%}  {step:<28}", ending="")
        self.stdout.flush()

    def _print_signins(self) -> None:
        for who, email in people.SIGN_INS:
            self.stdout.write(f"  {who:<15} {email:<28}  {people.PASSWORD}")
