"""Loading the rows by COPY, with the tables' indexes and triggers out of the way meanwhile."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED

from accounts.models import Seller
from benchmarks.million.rows import Maker, Row, Size
from catalog.models import (
    Contribution,
    DeliveryRate,
    Edition,
    Identifier,
    Listing,
    Person,
    Publisher,
    Series,
    SeriesEntry,
    StockMovement,
    Subject,
    Work,
    WorkSubject,
)  # fmt: skip

BLOCK = 5_000
MODELS: tuple[type[models.Model], ...] = (
    Person, Publisher, Series, Subject, Work, Contribution, WorkSubject, SeriesEntry, Edition,
    Identifier, Seller, DeliveryRate, Listing, StockMovement,
)  # fmt: skip


class Bar:
    """A line of progress on the terminal."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.begun = label, max(1, total), time.monotonic()

    def show(self, done: int) -> None:
        share = min(1.0, done / self.total)
        seconds = time.monotonic() - self.begun
        line = f"\r  {self.label:22} [{'#' * int(share * 30):30}] {done:>9,}  {seconds:5.0f} s"
        print(line, end="" if sys.stdout.isatty() and share < 1 else "\n", flush=True)


def copy(model: type[models.Model], rows: Iterator[Row], total: int) -> None:
    """Write ``rows``; columns that they don't name get the model's defaults."""
    bar, first = Bar(model._meta.verbose_name_plural.__str__(), total), next(rows)
    rest = {
        field.column: _text(_default(field))
        for field in model._meta.concrete_fields
        if field.column not in first
    }
    columns = [*first, *rest]
    quoted = ", ".join(f'"{column}"' for column in columns)
    tail = "".join("\t" + value for value in rest.values()) + "\n"
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN') as sink,
    ):
        block = [_line(first) + tail]
        for done, row in enumerate(rows, start=2):
            block.append(_line(row) + tail)
            if len(block) == BLOCK:
                sink.write("".join(block))
                block.clear()
                if done % (BLOCK * 20) == 0 and sys.stdout.isatty():
                    bar.show(done)
        sink.write("".join(block))
    bar.show(total)


def _line(row: Row) -> str:
    return "\t".join("\\N" if value is None else str(value) for value in row.values())


def _default(field: "models.Field[Any, Any]") -> Any:
    if field.default is NOT_PROVIDED:
        if field.null:
            return None
        return "" if isinstance(field, (models.CharField, models.TextField)) else _now(field)
    return field.get_default()


def _now(field: "models.Field[Any, Any]") -> str:
    assert isinstance(field, models.DateTimeField), f"{field} needs a value"
    return "2026-11-01 00:00:00+00"


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return "{}" if value == [] else str(value)


@contextmanager
def out_of_the_way(tables: list[str]) -> Iterator[None]:
    """Load without triggers, foreign keys and secondary indexes; the indexes are built afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            """
            SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
            FROM pg_index i WHERE i.indrelid::regclass::text = ANY(%s)
                AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
            ORDER BY 1
            """,
            [tables],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        bar = Bar("indexes", len(indexes))
        with connection.cursor() as cursor:
            for done, (_, definition) in enumerate(indexes, start=1):
                cursor.execute(definition)
                if sys.stdout.isatty() or done == len(indexes):
                    bar.show(done)
            cursor.execute("SET session_replication_role = DEFAULT")


def build(size: Size) -> None:
    """Write the made-up catalogue into an empty database."""
    maker = Maker(size)
    with out_of_the_way([model._meta.db_table for model in MODELS]):
        copy(Person, maker.people_rows(), size.people)
        copy(Publisher, maker.publisher_rows(), maker.publishers)
        copy(Series, maker.series_rows(), size.works // 100)
        copy(Subject, maker.subject_rows(), maker.subjects)
        titles: list[str] = []
        copy(Work, _noting(maker.work_rows(), titles), size.works)
        authors = maker.authors()
        copy(Contribution, maker.contribution_rows(authors), size.works)
        copy(WorkSubject, maker.worksubject_rows(), size.works)
        copy(SeriesEntry, maker.seriesentry_rows(), size.works // 20)
        copy(Edition, maker.edition_rows(titles), size.editions)
        copy(Identifier, maker.identifier_rows(), size.editions)
        copy(Seller, maker.seller_rows(), 400)
        copy(DeliveryRate, maker.rate_rows(), 1200)
        copy(Listing, maker.listing_rows(), size.listings)
        _derive()
    _settle()


def _noting(rows: Iterator[Row], titles: list[str]) -> Iterator[Row]:
    for row in rows:
        titles.append(row["title"])
        yield row


def _derive() -> None:
    """Write what the rows imply: the stock's movements and the authors' line of each work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_stockmovement (listing_id, kind, quantity, reference, created_at)"
            " SELECT id, 'received', on_hand, '', listed_at FROM catalog_listing ORDER BY id"
        )
        cursor.execute(
            "UPDATE catalog_work w SET author_line = p.name FROM catalog_contribution c"
            " JOIN catalog_person p ON p.id = c.person_id WHERE c.work_id = w.id AND c.sequence = 1"
        )


def _settle() -> None:
    """Bring keys' sequences and the planner's statistics up to date."""
    with connection.cursor() as cursor:
        for model in MODELS:
            table = model._meta.db_table
            if isinstance(model._meta.pk, models.BigAutoField):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))",
                    [table],
                )
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def timed(label: str, work: Callable[[], object]) -> float:
    """Run ``work``, say how long it took, and return the seconds."""
    begun = time.monotonic()
    work()
    taken = time.monotonic() - begun
    print(f"  {label}: {taken:.0f} s", flush=True)
    return taken
