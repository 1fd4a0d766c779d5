"""How long searches take, as ratios to a primary-key lookup of the same run.

    python benchmarks/search.py [rounds]

Needs a database with the demo (DATABASE_URL). Ratios hold on any machine; milliseconds don't.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "books4all.settings.test")
django.setup()

from django.db import connection  # noqa: E402 - after the setup
from django.http import QueryDict  # noqa: E402 - after the setup

from catalog.models import Listing, Work  # noqa: E402 - after the setup
from catalog.search import Query, search, suggest  # noqa: E402 - after the setup

SEARCHES = {
    "everything": "",
    "common word": "q=the+man",
    "author": "q=george+eliot",
    "title, one word": "q=middlemarch",
    "misspelt": "q=midlemarch+elliot",
    "ISBN": "q=9780141439549",
    "three filters": "q=man&condition=very_good&form=hardback&price=10-25",
    "subject": "subject=fiction&sort=price",
    "rare": "kind=rare&sort=newest",
}
SUGGESTIONS = ("g", "george e", "middl", "shak")


def p50(run: Callable[[], object], rounds: int) -> float:
    """Return the median of ``rounds`` runs in milliseconds, after three to warm up."""
    times = []
    for turn in range(rounds + 3):
        begun = time.perf_counter()
        run()
        if turn >= 3:
            times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def lookup(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM catalog_work WHERE id = %s", [pk])
        cursor.fetchone()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    first = Work.objects.order_by("pk").values_list("pk", flat=True)[0]
    unit = p50(partial(lookup, first), rounds * 20)
    print(f"{Work.objects.count():,} works, {Listing.objects.count():,} listings")
    print(f"{'primary key':<24} {unit:8.2f} ms       1 ×")
    runs: dict[str, Callable[[], object]] = {}
    for name, address in SEARCHES.items():
        runs[name] = partial(search, Query.from_params(QueryDict(address), to="GB"))
    for text in SUGGESTIONS:
        runs[f"suggest “{text}”"] = partial(suggest, text, to="GB")
    for name, run in runs.items():
        took = p50(run, rounds)
        print(f"{name:<24} {took:8.2f} ms {took / unit:7.0f} ×")


if __name__ == "__main__":
    main()
