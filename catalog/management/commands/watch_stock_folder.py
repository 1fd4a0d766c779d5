"""``manage.py watch_stock_folder``: publish stock files that shops drop into their folders."""

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from catalog.services.inventory import folder

PAUSE = 2.0


class Command(BaseCommand):
    help = (
        "Publish what shops drop into STOCK_DROP_DIR/<shop>/incoming (by SFTP or a mount), and write what "
        "became of it beside. Run it beside the web servers, and start it again if it ends."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")
        parser.add_argument(
            "--quiet", type=float, default=folder.QUIET, metavar="SECONDS",
            help="a file unchanged for so long is complete",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        root = Path(settings.STOCK_DROP_DIR)
        if not settings.STOCK_DROP_DIR or not root.is_dir():
            raise CommandError("Set STOCK_DROP_DIR to a folder that is there.")
        watch = folder.Watch(root, options["quiet"])
        if options["once"]:
            watch.look()
            time.sleep(options["quiet"])
            self.stdout.write(f"{watch.look() if options['quiet'] else 0} files taken.")
            return
        self._keep(watch)

    def _keep(self, watch: folder.Watch) -> None:
        stopped = False

        def stop(_number: int, _frame: FrameType | None) -> None:
            nonlocal stopped
            stopped = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        self.stdout.write(f"Watching {watch.root}.")
        while not stopped:
            try:
                watch.look()
            except (Error, OSError) as error:
                # The database or the disk is away: the files wait.
                self.stderr.write(str(error).splitlines()[0])
                close_old_connections()
            time.sleep(PAUSE)
