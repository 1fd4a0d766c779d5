"""A copy that is bought is gone from the pages that nginx keeps within seconds (make proof).

The whole stack: nginx, replicas, engines and a worker; the last copy is bought over HTTP by the lines
of the README, while others look at its page.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time

import pytest

from catalog.views.shared import FRESH, STALE
from tests.api.test_curl import lines
from tests.deployment.stand_in import PROJECT, Running
from tests.deployment.test_whole_stack import ask, stack  # noqa: F401 the fixture

pytestmark = pytest.mark.proof

BOOKS = """
from catalog.search import index
from tests.factories.catalog import EditionFactory, ListingFactory, WorkFactory
for slug, title in (("busy", "Middlemarch"), ("quiet", "Silas Marner"), ("same", "Romola")):
    work = WorkFactory(slug=slug, title=title, author="George Eliot")
    ListingFactory(edition=EditionFactory(work=work))
    index.refresh([work.pk])
"""
SELL = """
from django.db import transaction
from catalog.models import Listing
from catalog.services import stock
with transaction.atomic():
    copy = Listing.objects.get(edition__work__slug="{slug}")
    stock.sell_free(quantities={{copy.pk: 1}}, reference="1")
"""
# nginx counts whole seconds, and this machine may be busy.
SLACK = 3


def in_shell(running: Running, code: str) -> None:
    given = json.loads((running.local / "stack.json").read_text())["environment"]
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=PROJECT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", autouse=True)
def books(stack: Running) -> None:  # noqa: F811
    in_shell(stack, BOOKS)


def look(running: Running, path: str, **headers: str) -> tuple[bool, str, str]:
    """Return whether the copy can be bought by the page, how nginx came by it, and its ETag."""
    answer = ask(running, path, **headers)
    html = answer.read().decode()
    return "Add to basket" in html, answer.headers["X-Cache"], answer.headers["ETag"]


def test_the_last_copy_is_bought_and_gone_from_a_busy_page(stack: Running) -> None:  # noqa: F811
    path = "/books/busy/"
    seen: list[tuple[float, bool, str]] = []
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            there, kept, _etag = look(stack, path)
            seen.append((time.monotonic(), there, kept))
            time.sleep(0.1)

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    time.sleep(2)
    bought = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines("README.md")],
        env={"BASE": stack.address, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    paid = time.monotonic()
    assert bought.stdout.strip() == "placed", bought.stderr
    time.sleep(FRESH + STALE + SLACK)
    over.set()
    for visitor in visitors:
        visitor.join()
    # It was on sale, and most looks cost nobody a page.
    assert seen[0][1]
    assert sum(kept == "HIT" for _at, _there, kept in seen) > len(seen) / 2
    last = max(at for at, there, _kept in seen if there)
    print(f"last seen {last - paid:+.1f} s after it was paid for")  # noqa: T201 the figure wanted
    assert last - paid <= FRESH + 2 + SLACK
    assert not seen[-1][1]


def test_the_next_visitor_of_a_quiet_page_never_sees_a_copy_sold_before(stack: Running) -> None:  # noqa: F811
    path = "/books/quiet/"
    there, _kept, etag = look(stack, path)
    assert there
    assert look(stack, path)[1] == "HIT"
    in_shell(stack, SELL.format(slug="quiet"))
    time.sleep(FRESH + STALE + SLACK)
    there, kept, new = look(stack, path, **{"If-None-Match": etag})
    assert (there, kept) == (False, "EXPIRED")
    assert new != etag


def test_a_page_that_stays_the_same_is_not_sent_again(stack: Running) -> None:  # noqa: F811
    path = "/books/same/"
    etag = look(stack, path)[2]
    ways = set()
    for _ in range(3):
        answer = ask(stack, path, **{"If-None-Match": etag})
        assert answer.status == 304
        assert answer.read() == b""
        assert re.match(r"public, .*s-maxage=\d+", answer.headers["Cache-Control"])
        ways.add(answer.headers["X-Cache"])
        time.sleep(FRESH + STALE + 2)
    # Kept, or asked for again and found to be the same; never made anew for nothing.
    assert ways <= {"HIT", "REVALIDATED"}
    assert "REVALIDATED" in ways
