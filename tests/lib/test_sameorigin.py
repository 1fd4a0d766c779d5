"""The same-origin check in place of a CSRF token."""

from importlib import import_module

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from books4all.lib.sameorigin import is_same_origin, same_origin_required


@same_origin_required
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"done by {request.method}")


urlpatterns = [path("form/", form), *import_module(settings.ROOT_URLCONF).urlpatterns]

ACCEPTED = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Referer": "http://testserver/books/middlemarch/?page=2"},
    # The browser's own word counts more than the rest.
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
]
REFUSED = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "null"},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver:8080"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://evil.example", "Referer": "http://testserver/"},
    {"Referer": "http://evil.example/http://testserver/"},
    {"Referer": "http://testserver@evil.example/"},
    {"Origin": "http://[bad"},
]


@pytest.mark.parametrize("headers", ACCEPTED)
def test_accepts_our_own_pages(headers: dict[str, str]) -> None:
    assert is_same_origin(RequestFactory(headers=headers).post("/"))


@pytest.mark.parametrize("headers", REFUSED)
def test_refuses_others(headers: dict[str, str]) -> None:
    assert not is_same_origin(RequestFactory(headers=headers).post("/"))


@override_settings(CSRF_TRUSTED_ORIGINS=["https://shop.example"])
def test_trusted_origins_are_accepted() -> None:
    assert is_same_origin(RequestFactory(headers={"Origin": "https://shop.example"}).post("/"))


@pytest.fixture
def strict(settings: object) -> Client:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_view_needs_no_token_but_the_header(strict: Client, method: str) -> None:
    send = getattr(strict, method)
    assert send("/form/", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    refused = send("/form/", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403


def test_looking_is_free(strict: Client) -> None:
    assert strict.get("/form/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
