"""How often a search finds the book that was meant: hit@1, hit@10 and MRR for each kind of query.

    python benchmarks/search_quality.py load CATALOGUE.csv[.gz]
    python benchmarks/search_quality.py judge [QUERIES.tsv] [--catalogue CATALOGUE.csv[.gz]]
        [--each 60] [--seed 7] [--misses]

``load`` fills an empty database (DATABASE_URL) with the catalogue: one row an edition, editions of one
``work_key`` are one work. ``judge`` asks the queries of a file (columns query, kind, expected_isbn13
with "|" between alternatives), or, with ``--catalogue``, queries made of its titles and names at random
(benchmarks.perturb). A kind that says "nothing" counts for nothing; a wrong check digit is answered by
the digit that would be right.
"""

import argparse
import csv
import gzip
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "books4all.settings.test")
django.setup()

from django.db import connection  # noqa: E402 - after the setup

from benchmarks.perturb import Case, cases  # noqa: E402
from books4all.lib.text import slug_for, sort_title  # noqa: E402
from catalog.models import (  # noqa: E402
    Contribution,
    Edition,
    Identifier,
    Person,
    Publisher,
    Series,
    SeriesEntry,
    Work,
)
from catalog.search import Query, rebuild, search  # noqa: E402
from catalog.search.text import clean  # noqa: E402

Row = dict[str, str]
TOP = 10
BATCH = 5000


def rows_of(path: Path) -> list[Row]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return list(csv.DictReader(file))


class Loader:
    """Writes a catalogue past the services: for a database that is thrown away."""

    def __init__(self) -> None:
        self.numbers: dict[type, int] = defaultdict(int)
        self.rows: dict[type, list[object]] = defaultdict(list)
        self.named: dict[tuple[type, str], int] = {}

    def add(self, model: type, **values: object) -> int:
        self.numbers[model] += 1
        self.rows[model].append(model(pk=self.numbers[model], **values))
        return self.numbers[model]

    def called(self, model: type, name: str, **values: object) -> int:
        key = (model, "".join(c for c in name.casefold() if c.isalnum()) or name)
        if key not in self.named:
            number = self.numbers[model] + 1
            slug = f"{slug_for(name, fallback='x')[:60]}-{number}"
            self.named[key] = self.add(model, name=name[:200], slug=slug, **values)
        return self.named[key]

    def work(self, editions: Sequence[Row]) -> None:
        first = editions[0]
        authors = list(dict.fromkeys(
            " ".join(a.split()) for e in editions for a in e["authors"].split("|") if a.strip()
        ))  # fmt: skip
        number = self.numbers[Work] + 1
        work = self.add(
            Work,
            slug=f"{slug_for(first['title'], fallback='work')[:70]}-{number}",
            title=first["title"][:500],
            subtitle=next((e["subtitle"] for e in editions if e["subtitle"]), "")[:500],
            sort_title=sort_title(first["title"])[:500],
            original_title=next((e["original_title"] for e in editions if e["original_title"]), "")[
                :500
            ],
            author_line=", ".join(authors)[:300],
            popularity=max(int(e["ratings_count"] or 0) for e in editions) if self.popular else 0,
        )
        for place, name in enumerate(authors[:20], start=1):
            person = self.called(Person, name, sort_name=name[:200])
            self.add(Contribution, work_id=work, person_id=person, sequence=place)
        entries = {
            self.called(Series, e["series"]): e["series_number"] for e in editions if e["series"]
        }
        for series, place_in in entries.items():
            self.add(SeriesEntry, series_id=series, work_id=work, number=place_in[:20])
        for row in editions:
            self.edition(work, row)

    popular = True

    def edition(self, work: int, row: Row) -> None:
        year = row["publication_year"]
        edition = self.add(
            Edition,
            work_id=work,
            title=row["title"][:500],
            subtitle=row["subtitle"][:500],
            publisher_id=self.called(Publisher, row["publisher"]) if row["publisher"] else None,
            published_year=int(year) if year.lstrip("-").isdecimal() else None,
        )
        self.add(Identifier, edition_id=edition, value=row["isbn13"])

    def write(self) -> None:
        order = (Publisher, Person, Series, Work, Edition, Identifier, Contribution, SeriesEntry)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        for model in order:
            kept = self.unique(model)
            manager: Any = model._default_manager
            manager.bulk_create(kept, batch_size=BATCH)
            print(f"{len(kept):>9,} {model.__name__}", flush=True)

    def unique(self, model: type) -> list[object]:
        if model is not Contribution:
            return self.rows[model]
        pairs = {(r.work_id, r.person_id): r for r in reversed(self.rows[model])}  # type: ignore[attr-defined]
        return list(pairs.values())


def load(path: Path, *, popular: bool) -> None:
    """Fill the database and build the index."""
    loader = Loader()
    loader.popular = popular
    rows = sorted(rows_of(path), key=lambda row: row["work_key"])
    for _, editions in groupby(rows, key=lambda row: row["work_key"]):
        loader.work(list(editions))
    loader.write()
    begun = time.perf_counter()
    print(f"{rebuild():>9,} documents in {time.perf_counter() - begun:.0f} s")


def queries(path: Path) -> Iterator[Case]:
    with path.open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield Case(row["query"], row["kind"], frozenset(row["expected_isbn13"].split("|")))


def place(case: Case) -> tuple[int, list[str]]:
    """Return at which place the book meant was found, 0 if not among the first ten, and the titles."""
    results = search(Query(text=clean(case.query)))
    titles = [hit.card.work.title for hit in results.hits[:TOP]]
    if results.isbn and results.isbn.expected:
        meant = results.isbn.digits[:-1] + results.isbn.expected
        return int(meant in case.isbns), titles
    works = [hit.card.work.pk for hit in results.hits[:TOP]]
    found = Identifier.objects.filter(edition__work__in=works, value__in=case.isbns)
    right = set(found.values_list("edition__work_id", flat=True))
    return next((at for at, work in enumerate(works, start=1) if work in right), 0), titles


def judge(every: Iterable[Case], *, misses: bool) -> None:
    """Print the figures of every kind, and of all."""
    places: dict[str, list[int]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    missed: list[str] = []
    for case in every:
        begun = time.perf_counter()
        at, titles = place(case)
        times[case.kind].append(time.perf_counter() - begun)
        if "nothing" in case.kind:
            # That it fails not is all that can be asked.
            continue
        places[case.kind].append(at)
        if at != 1:
            missed.append(f"{case.kind}: {case.query!r} at {at}: {titles[:3]}")
    print(f"{'kind':38} {'n':>5} {'hit@1':>6} {'hit@10':>6} {'MRR':>6} {'ms p50':>7}")
    for kind in sorted(places):
        print(line(kind, places[kind], times[kind]))
    print(
        line(
            "all",
            [p for of in places.values() for p in of],
            [t for of in times.values() for t in of],
        )
    )
    if misses:
        print("\n".join(missed))


def line(kind: str, places: Sequence[int], times: Sequence[float]) -> str:
    first = sum(at == 1 for at in places) / len(places)
    ten = sum(at > 0 for at in places) / len(places)
    rank = sum(1 / at for at in places if at) / len(places)
    p50 = statistics.median(times) * 1000
    return f"{kind:38} {len(places):5} {first:6.3f} {ten:6.3f} {rank:6.3f} {p50:7.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("load", "judge"))
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument(
        "--unpopular", action="store_true", help="load without ratings as popularity"
    )
    options = parser.parse_args()
    if options.what == "load":
        load(options.file, popular=not options.unpopular)
        return
    if options.file:
        judge(queries(options.file), misses=options.misses)
    if options.catalogue:
        made = cases(rows_of(options.catalogue), each=options.each, seed=options.seed)
        judge(made, misses=options.misses)


if __name__ == "__main__":
    main()
