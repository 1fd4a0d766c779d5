"""How fast a shop's stock file comes to its shelves, against COPY of the same rows in the same run.

    python -m benchmarks.stock_import [--rows 50000]

Needs a catalogue of ISBNs (benchmarks.million). What it writes it takes away again. Rows per second of
processor time, of the worker's and the database's together, say how quick a machine would be that has
nothing else to do; the rest at the end of a batch is no part of them.
"""

import argparse
import csv
import io
import os
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "books4all.settings.test")
django.setup()

from django.db import connection, transaction  # noqa: E402 - after the setup

from accounts.models import Seller  # noqa: E402 - after the setup
from catalog.models import Edition, InventoryImport  # noqa: E402 - after the setup
from catalog.services import inventory  # noqa: E402 - after the setup


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        measure(rows, Path(folder))
    return 0


def measure(rows: int, folder: Path) -> None:
    """Copy the rows, then import them as new copies, unchanged, and with other prices."""
    path = folder / "stock.txt"
    editions = Edition.objects.count()
    write(path, rows, 0)
    seller, _new = Seller.objects.get_or_create(
        slug="stock-benchmark",
        defaults={"name": "Benchmark", "place": "Hay", "country": "GB", "status": "approved"},
    )
    print(f"{rows:,} rows, {editions:,} editions")
    try:
        reference = copied(path)
        print(f"  COPY into an unlogged table   {reference:>9,.0f} rows/s")
        before = peak_megabytes()
        # The first file warms up what a worker has warm.
        write(folder / "warm.txt", 2000, 0, prefix="W")
        passes(seller, folder / "warm.txt")
        for label, pence in (("new copies", 0), ("the same file again", 0), ("other prices", 7)):
            write(path, rows, pence)
            for step, rate, busy in zip(("check", "publish"), *passes(seller, path), strict=True):
                print(
                    f"  {label:22}{step:8}{rate:>8,.0f} rows/s ({rate / reference:.1%})"
                    f"{busy:>10,.0f} rows/s of processor time"
                )
        print(f"  peak memory {peak_megabytes():,.0f} MB, +{peak_megabytes() - before:,.0f} MB")
    finally:
        clean(seller.pk)


def write(path: Path, rows: int, pence: int, *, prefix: str = "B") -> None:
    """Write an AbeBooks file of books that the catalogue has."""
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(
            "SELECT i.value, e.title FROM catalog_identifier i JOIN catalog_edition e ON e.id = i.edition_id"
            " WHERE i.type = '15' AND i.id %% 7 <> 3 ORDER BY i.id LIMIT %s",
            [rows],
        )
        out = csv.writer(file, delimiter="\t")
        out.writerow(
            ["listingid", "title", "author", "price", "quantity", "description", "bindingtext",
             "bookcondition", "publishername", "yearpublished", "isbn"]
        )  # fmt: skip
        for n, (isbn, title) in enumerate(cursor.fetchall()):
            out.writerow(
                [f"{prefix}{n}", title, "", f"{3 + n % 40}.{(n + pence) % 90 + 10}", 1 + n % 3,
                 f"A tidy copy, no. {n}: some wear to the edges, text clean.", "Paperback",
                 "Very Good", "Press", "1999", isbn]
            )  # fmt: skip


def copied(path: Path) -> float:
    """Return rows a second of COPY of the file's rows into an unlogged table of as many columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    columns = ", ".join(f"c{n} text" for n in range(len(rows[0])))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE benchmark_reference ({columns})")
        begun = time.monotonic()
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        with cursor.copy("COPY benchmark_reference FROM STDIN WITH (FORMAT csv)") as sink:
            sink.write(text.getvalue())
        seconds = time.monotonic() - begun
        cursor.execute("DROP TABLE benchmark_reference")
    return len(rows) / seconds


def passes(seller: Seller, path: Path) -> tuple[list[float], list[float]]:
    """Return the rows a second of the check and of the publishing, and a second of processor time."""
    with path.open("rb") as file:
        found = inventory.upload(
            seller=seller,
            file=file,
            name=path.name,
            mode="update",
            enqueue=False,
        )
    marks = [mark()]
    found = inventory.run(inventory_import=found)
    marks.append(mark())
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    found = inventory.run(inventory_import=found)
    marks.append(mark())
    assert found.status == "published", (found.status, found.failure)
    assert not found.count("refused"), found.counts
    steps = list(pairwise(marks))
    rates = [(found.total or 0) / (end[0] - begin[0]) for begin, end in steps]
    return rates, [(found.total or 0) / (end[1] - begin[1]) for begin, end in steps]


def mark() -> tuple[float, float]:
    """Return the time, and the processor time that this process and its database process have used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text(encoding="ascii")
    # proc(5): the 14th and 15th fields; the second, in brackets, may hold spaces.
    ticks = sum(int(one) for one in stat.rpartition(")")[2].split()[11:13])
    return time.monotonic(), time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def clean(seller_id: int) -> None:
    """Take everything away again: past the guard of the movements, which nobody else may."""
    for found in InventoryImport.objects.filter(seller_id=seller_id):
        found.file.delete(save=False)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL session_replication_role = replica")
        of_seller = "SELECT id FROM catalog_listing WHERE seller_id = %s"
        imports = "SELECT id FROM catalog_inventoryimport WHERE seller_id = %s"
        for sql in (
            f"DELETE FROM catalog_stockmovement WHERE listing_id IN ({of_seller})",
            "DELETE FROM catalog_listing WHERE seller_id = %s",
            f"DELETE FROM catalog_inventoryrow WHERE inventory_import_id IN ({imports})",
            "DELETE FROM catalog_inventoryimport WHERE seller_id = %s",
            "DELETE FROM accounts_sellerevent WHERE seller_id = %s",
            "DELETE FROM accounts_seller WHERE id = %s",
        ):
            cursor.execute(sql, [seller_id])


if __name__ == "__main__":
    sys.exit(main())
