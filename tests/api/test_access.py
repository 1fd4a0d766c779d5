"""Who may do what: every operation of the schema, as a visitor. A new one without a rule fails."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

# What a visitor without token, basket or body gets. "open" answers; 400 wants a body first.
RULES: dict[str, int] = {
    "sign_in": 400,
    "refresh": 400,
    "verify": 400,
    "sign_out": 400,
    "me": 401,
    "change_me": 401,
    "addresses": 401,
    "add_address": 401,
    "address": 401,
    "change_address": 401,
    "remove_address": 401,
    "orders": 401,
    "order": 401,
    "order_documents": 401,
    "order_document": 401,
    "track": 404,
    **dict.fromkeys(["cancel_part", "part_arrived", "answer_postage"], 401),
    **dict.fromkeys(["track_cancel_part", "track_part_arrived", "track_answer_postage"], 404),
    "basket": 200,
    "add_to_basket": 400,
    "change_line": 400,
    "remove_line": 404,
    "choose_delivery": 400,
    "use_code": 400,
    "remove_code": 404,
    "reopen_basket": 404,
    "checkout": 400,
    **dict.fromkeys(
        ["works", "editions", "editions_onix", "listings", "people", "subjects", "shops"], 200
    ),
    **dict.fromkeys(["work", "edition", "listing", "person", "subject", "shop"], 404),
    "search": 200,
    "suggest": 200,
    **dict.fromkeys(["wants", "add_want", "want", "change_want", "close_want"], 401),
    **dict.fromkeys(
        [
            "messages",
            "message",
            "message_texts",
            "change_message",
            "write_to_shop",
            "reply_to_shop",
            "report_message",
            "cases",
            "open_case",
            "case",
            "case_step",
            "case_photographs",
            "add_case_photograph",
            "case_photograph",
            "case_label",
        ],
        401,
    ),
}


def operations() -> list[tuple[str, str, str]]:
    schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return [
        (operation["operationId"], method, path)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def is_of_a_team(path: str) -> bool:
    """Whether the operation is a shop's team's own: visitors are asked to sign in, by the address."""
    return "/selling/{shop}/" in path


def test_every_operation_has_a_rule() -> None:
    everyday = {name for name, _method, path in operations() if not is_of_a_team(path)}
    assert everyday == set(RULES)


def test_what_a_visitor_gets(api: APIClient) -> None:
    for name, method, path in operations():
        address = path.replace(
            "{id}",
            "1"
            if any(name in path for name in ("listings", "editions", "wants"))
            else "0" * 8 + "-0000-7000-8000-" + "0" * 12,
        )
        address = address.replace("{photo}", "1").replace("{width}", "400")
        row = "01890000-0000-7000-8000-000000000000"
        numbered = any(name in path for name in ("listings", "editions", "wants"))
        address = path.replace("{width}", "160")
        for placeholder in ("{id}", "{photo}"):
            address = address.replace(placeholder, "1" if numbered else row)
        for placeholder in ("{part}", "{parcel}"):
            address = address.replace(placeholder, row)
        for placeholder in ("{slug}", "{number}", "{token}", "{shop}"):
            address = address.replace(placeholder, "none")
        expected = 401 if is_of_a_team(path) else RULES[name]
        assert api.generic(method.upper(), address).status_code == expected, name


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_reads_take_no_writes(api: APIClient, method: str) -> None:
    for name in ("works", "listings", "people", "subjects", "shops", "search"):
        assert getattr(api, method)(f"/api/v1/{name}/", {}).status_code == 405
