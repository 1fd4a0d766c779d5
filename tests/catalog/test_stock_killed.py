"""A stock file whose worker is killed at any moment and gone on with ends as an unbroken one.

Real processes and SIGKILL, without warning, at random moments. The short version runs with every
test run, the long one (100,000 rows, twenty kills) by ``make proof``.
"""

import os
import random
import signal
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.db import connection

from catalog.models import Edition, Identifier, InventoryImport, InventoryRow, Listing, MatchDoubt
from tests.catalog.stock_uploads import isbn, line, published, shelves, table
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import EditionFactory

pytestmark = pytest.mark.django_db(transaction=True)

# The command as it is, with small batches, so that there are many moments to die at. With
# PROOF_UNGUARDED the position is written apart from the batch, as by one who never thought of it.
COMMAND = """
import os, sys, time
import django
django.setup()
from collections import Counter
from django.core.management import execute_from_command_line
from django.db import transaction
from catalog.services.inventory import batches, running
running.BATCH = int(os.environ["PROOF_BATCH"])
# Time to be killed in, on a quick machine too.
running.REST = 0.5
def deal(pk, runner, rows, taken, begun):
    with transaction.atomic():
        found = running._lock(pk)
        outcomes = batches.apply(found, rows, dry_run=found.status == "checking")
    time.sleep(0.5)
    found.position, found.runner = rows[-1].number, runner
    running._add_up(found, outcomes)
    found.save()
    return found
if os.environ.get("PROOF_UNGUARDED"):
    running._deal = deal
execute_from_command_line(["manage.py", "import_stock", *sys.argv[1:]])
"""


def start(*arguments: str, batch: int, **environment: str) -> "subprocess.Popen[bytes]":
    database = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    environ = {
        **os.environ,
        **environment,
        "PROOF_BATCH": str(batch),
        "DJANGO_SETTINGS_MODULE": "books4all.settings.test",
        "DATABASE_URL": urllib.parse.urlunsplit(database._replace(path=f"/{name}")),
        "PRIVATE_ROOT": settings.STORAGES["private"]["OPTIONS"]["location"],
    }
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environ, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def wait_for_work(seconds: float, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the process has begun to work, and then ``seconds`` more."""
    before = InventoryImport.objects.values_list("runner", flat=True).first()
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        now = InventoryImport.objects.values_list("runner", flat=True).first()
        if now not in {None, before}:
            break
        time.sleep(0.01)
    time.sleep(seconds)


class Killer(NamedTuple):
    """How often a process is killed, within how many seconds of its beginning, and its rows a batch."""

    kills: int
    within: float
    batch: int
    seed: int

    def killed_often(self, shop, path: Path, **environment: str) -> int:
        """Check a file and publish it, killing the process again and again; return how often it died."""
        dice = random.Random(self.seed)
        first = [shop.slug, str(path), "--mode", "replace"]
        died = self._killed(shop, first, self.kills // 2, dice, environment)
        return died + self._killed(shop, [], self.kills - self.kills // 2, dice, environment)

    def _killed(
        self, shop, first: list[str], kills: int, dice: random.Random, environment: dict[str, str]
    ) -> int:
        """Run one pass, killing it ``kills`` times, and then letting it end."""
        more = [] if first else ["--publish", "--withdraw"]
        for n in range(kills + 1):
            asked = [*(resumed(shop) or first), *more]
            process = start(*asked, batch=self.batch, **environment)
            if n < kills:
                wait_for_work(dice.uniform(0, self.within), process)
                process.send_signal(signal.SIGKILL)
            said = process.communicate(timeout=900)[0].decode()
            if process.returncode != -signal.SIGKILL:
                assert process.returncode == 0, said
                return n
        raise AssertionError  # the last one is not killed


def resumed(shop) -> list[str]:
    found = InventoryImport.objects.filter(seller=shop).order_by("-pk").first()
    return ["--resume", str(found.pk)] if found else []


def file_of(rows: int) -> bytes:
    """A file with known books, unknown ones, damaged rows, repeated SKUs and sold copies."""
    made = []
    for n in range(1, rows + 1):
        one = line(n, quantity=str(n % 4 + 1))
        if n % 50 == 0:
            one |= {"price": "dear"}
        elif n % 50 == 1:
            one |= {"isbn": "", "author": f"Writer Number{n}"}
        elif n % 50 == 2:
            one |= {"sku": f"S{max(n - 1, 1)}"}
        elif n % 50 == 3:
            one |= {"quantity": "0"}
        made.append(one)
    return table(*made)


def on_file(rows: int) -> None:
    """Editions for two rows of three."""
    one = EditionFactory(title="Book number", work__title="Book number")
    numbers = [n for n in range(1, rows + 1) if n % 3]
    # In steps: a transaction that idles for long while rows are made is ended by the database.
    for at in range(0, len(numbers), 2000):
        step = numbers[at : at + 2000]
        editions = Edition.objects.bulk_create(
            [Edition(work=one.work, title=f"Book number {n}", language="eng") for n in step]
        )
        Identifier.objects.bulk_create(
            [
                Identifier(edition=edition, type="15", value=isbn(n), as_printed=isbn(n))
                for n, edition in zip(step, editions, strict=True)
            ]
        )


def report(shop) -> list[tuple[object, ...]]:
    columns = (
        "number",
        "line",
        "sku",
        "title",
        "author",
        "outcome",
        "changes",
        "problems",
        "corrected",
    )
    rows = InventoryRow.objects.filter(inventory_import__seller=shop).order_by("number")
    return list(rows.values_list(*columns))


def check(tmp_path: Path, rows: int, killer: Killer) -> None:
    """One shop's import is unbroken, the other's is killed again and again."""
    on_file(rows)
    data = file_of(rows)
    path = tmp_path / "stock.csv"
    path.write_bytes(data)
    before = table(*(line(n) for n in range(rows - 40, rows + 41)))
    one, other = SellerFactory(), SellerFactory()
    for shop in (one, other):
        published(shop, before)
        InventoryImport.objects.filter(seller=shop).delete()
    books = Edition.objects.count()
    whole = published(one, data, mode="replace")
    made, doubts = Edition.objects.count() - books, MatchDoubt.objects.count()
    assert killer.killed_often(other, path) == killer.kills
    assert shelves(other) == shelves(one)
    assert report(other) == report(one)
    found = InventoryImport.objects.get(seller=other)
    assert (found.counts, found.checked) == (whole.counts, whole.checked)
    # What the unbroken one had to add to the catalogue the other finds there by its ISBN; a title and a
    # name alone are no evidence, so that each shop has its own of those, once.
    alone = sum(b",,Book" in row for row in data.splitlines())
    assert alone
    assert Edition.objects.count() == books + made + alone
    assert MatchDoubt.objects.count() == doubts + alone
    assert Listing.objects.filter(seller=other, status="withdrawn").count() >= 40


@pytest.fixture(autouse=True)
def private_files(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }


def test_killed_three_times_and_gone_on_with(tmp_path) -> None:
    check(tmp_path, 2000, Killer(kills=3, within=0.3, batch=100, seed=1))


@pytest.mark.proof
def test_a_hundred_thousand_rows_killed_twenty_times(tmp_path) -> None:
    check(tmp_path, 100_000, Killer(kills=20, within=3.0, batch=1000, seed=2))


@pytest.mark.proof
def test_control_with_the_position_written_apart_rows_are_done_twice(tmp_path) -> None:
    on_file(600)
    path = tmp_path / "stock.csv"
    path.write_bytes(file_of(600))
    one, other = SellerFactory(), SellerFactory()
    published(one, path.read_bytes(), mode="replace")
    killer = Killer(kills=10, within=1.5, batch=20, seed=3)
    assert killer.killed_often(other, path, PROOF_UNGUARDED="yes")
    # Rows that were done before a kill are done again, and counted as unchanged.
    assert (
        InventoryImport.objects.get(seller=other).counts
        != InventoryImport.objects.get(seller=one).counts
    )
