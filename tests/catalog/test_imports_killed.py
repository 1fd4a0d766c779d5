"""An import whose process is killed at any moment and gone on with ends as an unbroken one.

Real processes and SIGKILL, without warning, at random moments. The short version runs with every
test run, the long one (twenty kills) by ``make proof``.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from catalog.constants import ImportStatus
from catalog.models import CatalogueImport, ImportChange, ImportRecord
from catalog.services import imports
from tests.catalog.import_files import feed
from tests.catalog.import_state import catalogue

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
from catalog.models import CatalogueImport, ImportRecord
from catalog.services.imports import batches, running
running.BATCH = 20
def one(pk, runner, batch, read, begun):
    found = CatalogueImport.objects.get(pk=pk)
    with transaction.atomic():
        ImportRecord.objects.filter(catalogue_import=found, number__gte=batch[0].number).delete()
        outcomes = batches.apply(found, batch)
    time.sleep(0.3)
    found.position, found.runner = batch[-1].number, runner
    found.counts = dict(Counter(found.counts) + outcomes)
    found.save()
    return found
if os.environ.get("PROOF_UNGUARDED"):
    running._one = one
execute_from_command_line(["manage.py", "import_catalogue", *sys.argv[1:]])
"""


def run(*arguments: str, kill_after: float | None = None, **environment: str) -> tuple[bool, str]:
    """Run the command; return whether it was killed, and what it said."""
    database = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    environ = {
        **os.environ,
        **environment,
        "DJANGO_SETTINGS_MODULE": "books4all.settings.test",
        "DATABASE_URL": urllib.parse.urlunsplit(database._replace(path=f"/{name}")),
        "PRIVATE_ROOT": settings.STORAGES["private"]["OPTIONS"]["location"],
    }
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environ, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if kill_after is not None:
        wait_for_work(kill_after, process)
        process.send_signal(signal.SIGKILL)
    said = process.communicate(timeout=300)[0].decode()
    return process.returncode == -signal.SIGKILL, said


def wait_for_work(seconds: float, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the process has begun to import, and then ``seconds`` more."""
    runners = {CatalogueImport.objects.values_list("runner", flat=True).first()}
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        now = CatalogueImport.objects.values_list("runner", flat=True).first()
        if now not in {None, *runners}:
            break
        time.sleep(0.01)
    time.sleep(seconds)


def unbroken(path: Path) -> tuple[object, object]:
    """Import a file in one go; return how the catalogue stands then, and the report; undo it."""
    killed, said = run(str(path), "--format", "onix")
    assert not killed
    assert "Done" in said, said
    state, told = catalogue(), report()
    done = CatalogueImport.objects.get()
    imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    assert not any(catalogue().values())
    CatalogueImport.objects.all().delete()
    return state, told


def report() -> list[tuple[object, ...]]:
    columns = ("number", "line", "reference", "title", "outcome", "problems", "said")
    return list(ImportRecord.objects.order_by("number").values_list(*columns))


def killed_often(path: Path, kills: int, dice: random.Random, **environment: str) -> int:
    """Import a file, killing the process again and again; return how often it really died."""
    died, started = 0, [str(path), "--format", "onix"]
    for _try in range(kills * 3):
        if died == kills:
            break
        was_killed, said = run(*started, kill_after=dice.uniform(0, 0.4), **environment)
        died += was_killed
        if not was_killed:
            assert "Traceback" not in said, said
            break
        started = ["--resume", str(CatalogueImport.objects.get().pk)]
    found = CatalogueImport.objects.get()
    if found.status != ImportStatus.DONE:
        killed, said = run("--resume", str(found.pk), **environment)
        assert not killed
        assert re.search("Done", said), said
    return died


def check(tmp_path: Path, records: int, kills: int, seed: int) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(records))
    state, told = unbroken(path)
    died = killed_often(path, kills, random.Random(seed))
    assert died == kills
    assert catalogue() == state
    assert report() == told
    # And it can be undone as a whole.
    done = CatalogueImport.objects.get()
    assert done.position == len(told)
    assert sum(done.counts.values()) == len(told)
    imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    assert not any(catalogue().values())
    assert not ImportChange.objects.filter(kind="kept").exists()


@pytest.fixture(autouse=True)
def private_files(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }


def test_killed_twice_and_gone_on_with(tmp_path) -> None:
    check(tmp_path, records=400, kills=2, seed=1)


@pytest.mark.proof
def test_killed_twenty_times_and_gone_on_with(tmp_path) -> None:
    check(tmp_path, records=6000, kills=20, seed=2)


@pytest.mark.proof
def test_control_with_the_position_written_apart_records_are_done_twice(tmp_path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(600))
    _state, told = unbroken(path)
    assert killed_often(path, 6, random.Random(3), PROOF_UNGUARDED="yes")
    # Records that were done before a kill are done again, and come as "unchanged".
    assert [row[4] for row in report()] != [row[4] for row in told]
