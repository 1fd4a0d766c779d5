"""What load balancers ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from books4all import health


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    health._Migrated.seen = False
    yield
    health._Migrated.seen = False


def test_alive_without_any_engine(client: Client) -> None:
    # No database mark: a query would fail the test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405
    assert not response.cookies


def test_ready(client: Client, db: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "checks": {"database": "ok", "cache": "ok"}}
    assert response["Cache-Control"] == "private, no-store"


def test_looks_at_migrations_once(client: Client, db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # is there a table of migrations, what does it hold
        client.get("/readyz")
    with django_assert_num_queries(1):  # SELECT 1
        client.get("/readyz")


def test_not_ready_before_migrations(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'accounts'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "migrations missing"


def test_ready_without_redis(client: Client, db: None, settings: Any, tmp_path: Any) -> None:
    cache = {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody.sock"}
    settings.CACHES = {"default": cache}
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"]["cache"] == "away"
