"""python -m benchmarks.million.build [--editions N] [--listings N]: fill an empty database.

The database is DATABASE_URL's; it must be migrated and have no catalogue.
"""

import argparse
import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "books4all.settings.test"
django.setup()

from benchmarks.million.load import build, timed  # noqa: E402 - after the setup
from benchmarks.million.rows import Size  # noqa: E402 - after the setup
from catalog.models import Work  # noqa: E402 - after the setup
from catalog.search import rebuild  # noqa: E402 - after the setup
from catalog.services import browsing  # noqa: E402 - after the setup


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, default=1_000_000)
    parser.add_argument("--listings", type=int)
    parser.add_argument("--no-search", dest="search", action="store_false", help="only the rows")
    arguments = parser.parse_args()
    if Work.objects.exists():
        print("This database has a catalogue already.", file=sys.stderr)
        return 1
    size = Size(arguments.editions, arguments.listings or 3 * arguments.editions)
    timed("rows and indexes", lambda: build(size))
    timed("shelves and the index of people, from nothing", browsing.rebuild)
    if arguments.search:
        timed("search, from nothing", rebuild)
    return 0


if __name__ == "__main__":
    sys.exit(main())
