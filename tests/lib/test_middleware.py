"""What every answer carries, and what happens without a database."""

import copy
import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path

from books4all.lib.ratelimit import LimitExceededError


def fails_in_view(request: HttpRequest) -> HttpResponse:
    raise OperationalError("no connection")


def fails_with_closed_connection(request: HttpRequest) -> HttpResponse:
    raise InterfaceError("connection already closed")


def fails_in_template(request: HttpRequest) -> HttpResponse:
    def boom() -> str:
        raise OperationalError("no connection")

    return TemplateResponse(request, "404.html", {"request": request, "marketplace_name": boom})


def fails_in_session(request: HttpRequest) -> HttpResponse:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("no connection")

    request.session["x"] = 1
    request.session.save = broken  # type: ignore[method-assign]
    return HttpResponse("fine until the session is saved")


def fails_otherwise(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def reads(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(get_user_model().objects.count()))


def limited(request: HttpRequest) -> HttpResponse:
    raise LimitExceededError(90)


def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("", headers={"Cache-Control": "public, max-age=60"})


handler500 = "books4all.errors.server_error"

urlpatterns = [
    path("view/", fails_in_view),
    path("closed/", fails_with_closed_connection),
    path("template/", fails_in_template),
    path("session/", fails_in_session),
    path("otherwise/", fails_otherwise),
    path("reads/", reads),
    path("api/v1/reads/", reads),
    path("limited/", limited),
    path("public/", public),
    *import_module(settings.ROOT_URLCONF).urlpatterns,
]


@pytest.fixture
def site_client(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("where", ["view", "closed", "session"])
def test_database_errors_are_503(site_client: Client, where: str) -> None:
    response = site_client.get(f"/{where}/")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response["Cache-Control"] == "no-store"
    assert "Closed for a moment" in response.content.decode()


def test_other_errors_are_500_and_tell_nothing(site_client: Client) -> None:
    response = site_client.get("/otherwise/")
    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()
    assert "RuntimeError" not in response.content.decode()


@pytest.fixture
def unreachable_database(settings: Any, django_db_blocker: Any) -> Iterator[Any]:
    """Connections as in production, to a server that isn't there."""
    wrapper = connections["default"]
    values = copy.deepcopy(wrapper.settings_dict)
    new = wrapper.__class__({**values, "HOST": "/nonexistent", "TEST": values["TEST"]}, "default")
    new.settings_dict["OPTIONS"].pop("host", None)
    connections["default"] = new
    with django_db_blocker.unblock():
        yield new
    new.close()
    connections["default"] = wrapper


@pytest.mark.parametrize("pool", [False, {"min_size": 1, "max_size": 2, "timeout": 0.5}])
def test_server_that_is_away_is_503(
    site_client: Client, unreachable_database: Any, pool: Any
) -> None:
    """With a pool the error is psycopg_pool.PoolTimeout, without one a refused connection."""
    unreachable_database.settings_dict["OPTIONS"]["pool"] = pool
    if pool:
        unreachable_database.settings_dict["CONN_MAX_AGE"] = 0
    try:
        page = site_client.get("/reads/")
        assert page.status_code == 503
        assert "Closed for a moment" in page.content.decode()
        problem = site_client.get("/api/v1/reads/")
        assert problem.status_code == 503
        assert problem["Content-Type"] == "application/problem+json"
        assert json.loads(problem.content)["code"] == "unavailable"
        assert site_client.get("/healthz").status_code == 200
        ready = site_client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["database"] == "away"
    finally:
        if pool:
            unreachable_database.close_pool()


def test_limits_are_429(site_client: Client) -> None:
    response = site_client.get("/limited/")
    assert response.status_code == 429
    assert response["Retry-After"] == "90"
    assert "90 seconds" in response.content.decode()


def test_answers_are_private_unless_they_say_otherwise(site_client: Client, db: None) -> None:
    assert site_client.get("/reads/")["Cache-Control"] == "private, no-store"
    response = site_client.get("/public/")
    assert response["Cache-Control"] == "public, max-age=60"
    # Nothing personal was looked at on the way, so that shared caches may keep it.
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_request_id(site_client: Client) -> None:
    given = "0123456789abcdef"
    assert site_client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given
    for wrong in ("short", "has spaces in it", "x" * 65, "line\nbreak-line"):
        made = site_client.get("/healthz", headers={"X-Request-ID": wrong})["X-Request-ID"]
        assert made != wrong
        assert len(made) == 32


def test_strict_policy(site_client: Client, db: None) -> None:
    policy = site_client.get("/auth/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert site_client.get("/auth/login/")["X-Content-Type-Options"] == "nosniff"
