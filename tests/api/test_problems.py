"""The edges of the API: problems, the schema, its page, cross-origin requests."""

import re
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.accounts import PASSWORD

V1 = "/api/v1/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["nothing/", "works", "works/no-such/", "me/x", "", "works/%00/"]
)
def test_an_address_that_leads_nowhere_is_a_problem(address: str) -> None:
    api = APIClient(enforce_csrf_checks=True)
    for method in ("get", "post", "delete"):
        answer: Any = api.generic(method.upper(), V1 + address)
        known = address == "works/no-such/" and method != "get"
        assert answer.status_code == (405 if known else 404)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == ("method_not_allowed" if known else "not_found")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        ("{", "application/json", 400, "parse_error"),
        ("[]", "application/json", 400, "invalid"),
        ("null", "application/json", 400, "invalid"),
        ('"text"', "application/json", 400, "invalid"),
        ("a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ('{"email": "a\\u0000@example.org", "password": "x"}', "application/json", 400, "invalid"),
        (
            '{"email": "a@example.org", "password": "\\ud800"}',
            "application/json",
            400,
            "parse_error",
        ),
        ("\xff", "application/json", 400, "parse_error"),
    ],
)
def test_bad_bodies(api: APIClient, body: str, media: str, status: int, code: str) -> None:
    answer = Client().post(f"{V1}auth/token/", body.encode("latin-1"), content_type=media)
    assert answer.status_code == status
    problem: Any = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert set(problem) >= {"type", "title", "status", "code", "detail"}
    assert answer["Content-Type"] == "application/problem+json"


def test_unknown_fields_are_named_together_with_what_else_is_wrong(
    api: APIClient, reader: User
) -> None:
    answer: Any = api.post(
        f"{V1}auth/token/", {"email": "nobody", "password": PASSWORD, "is_staff": True, "otp": "1"}
    )
    assert answer.status_code == 400
    errors = {error["field"]: error["code"] for error in answer.json()["errors"]}
    assert errors == {"email": "invalid", "is_staff": "unknown_field", "otp": "unknown_field"}


@pytest.mark.django_db
def test_the_schema_is_31_and_names_every_address(api: APIClient) -> None:
    schema: Any = api.get(f"{V1}schema/").json()
    assert schema["openapi"] == "3.1.0"
    assert f"{V1}checkout/" in schema["paths"]
    problem = schema["paths"][f"{V1}checkout/"]["post"]["responses"]["409"]["content"]
    assert list(problem) == ["application/problem+json"]


def test_the_schema_has_no_warning(tmp_path: Any) -> None:
    from django.core.management import call_command

    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_holds_no_inline_code(client: Client) -> None:
    answer = client.get(f"{V1}docs/")
    text = answer.content.decode()
    assert answer.status_code == 200
    schema: Any = client.get(f"{V1}schema/").json()
    for path in schema["paths"]:
        assert path in text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors


@pytest.mark.django_db
def test_cross_origin_requests_of_the_storefront_alone(api: APIClient, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]

    def preflight(origin: str) -> Any:
        return api.options(
            f"{V1}checkout/",
            HTTP_ORIGIN=origin,
            HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
            HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,idempotency-key,x-basket-token",
        )

    allowed = preflight("https://shop.example")
    assert allowed["Access-Control-Allow-Origin"] == "https://shop.example"
    for header in ("authorization", "idempotency-key", "x-basket-token"):
        assert header in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    assert "Access-Control-Allow-Origin" not in preflight("https://evil.example")
    read = api.get(f"{V1}subjects/", HTTP_ORIGIN="https://shop.example")
    assert "retry-after" in read["Access-Control-Expose-Headers"]
    assert "origin" in read["Vary"].lower()


@pytest.mark.django_db
def test_a_fault_of_ours_is_a_problem_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from catalog.selectors import collections

    def broken() -> None:
        message = "secret of the house"
        raise RuntimeError(message)

    monkeypatch.setattr(collections, "subjects", broken)
    answer = Client(raise_request_exception=False).get(f"{V1}subjects/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "server_error"
    assert b"secret" not in answer.content
