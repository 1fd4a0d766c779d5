"""The purchase in the README, run as it stands there."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from catalog.search import index
from orders.models import Order
from tests.factories.catalog import EditionFactory, ListingFactory, WorkFactory

README = Path(__file__).resolve().parents[2] / "README.md"


def lines() -> str:
    found = re.search(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
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
            ["bash", "-euo", "pipefail", "-c", lines()],
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
