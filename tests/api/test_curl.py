"""What the README buys and docs/api.md sells with curl, run as it stands there."""

import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from books4all.demo.people import PASSWORD, SHOPKEEPER
from catalog.models import InventoryImport, Listing
from catalog.models.inventory import MOVING
from catalog.search import index
from catalog.services import inventory
from orders.models import Order
from tests.api.conftest import verified
from tests.factories.accounts import SellerMemberFactory
from tests.factories.catalog import EditionFactory, ListingFactory, WorkFactory

ROOT = Path(__file__).resolve().parents[2]


def lines(name: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.search(r"```bash\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_the_lines_of_the_readme_buy_a_book(live_server: Any, settings: Any) -> None:
    settings.PUBLIC_URL = live_server.url
    work = WorkFactory(title="Middlemarch", author="George Eliot")
    copy = ListingFactory(edition=EditionFactory(work=work))
    index.refresh([work.pk])
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", lines("README.md")],
            env={"BASE": live_server.url, "PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "placed"
    order = Order.objects.get()
    assert order.email == "hester@example.org"
    copy.refresh_from_db()
    assert (copy.on_hand, copy.held) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_the_lines_of_the_api_sell_books(live_server: Any, tmp_path: Path) -> None:
    keeper = verified(email=SHOPKEEPER)
    keeper.set_password(PASSWORD)
    keeper.save()
    SellerMemberFactory(user=keeper, seller__slug="saltmarsh-books")
    program = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", lines("docs/api.md")],
        env={"BASE": live_server.url, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ends = time.monotonic() + 60
        while program.poll() is None and time.monotonic() < ends:
            # The worker, while the program waits for it.
            for found in InventoryImport.objects.filter(status__in=MOVING):
                inventory.run(inventory_import=found)
            time.sleep(0.1)
        out, wrong = program.communicate(timeout=5)
    finally:
        program.kill()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
    assert program.returncode == 0, wrong
    outcome, message, header, row = out.strip().splitlines()
    assert (outcome, header[-len("correct") :]) == ("updated", "correct")
    assert "price" in message
    assert row.startswith("W-2,")
    assert Listing.objects.filter(status="active", price_minor__in=(1100, 650)).count() == 2
