"""The facts about a shop, its team and one's shops, for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from accounts.models import Seller, SellerEvent, User
from tests.factories.accounts import CompleteSellerFactory, SellerMemberFactory, UserFactory

V1 = "/api/v1/"
pytestmark = pytest.mark.django_db
SignIn = Callable[[User], APIClient]


@pytest.fixture
def shop(reader: User) -> Seller:
    """A complete shop that ``reader`` owns and somebody else packs for."""
    seller: Seller = CompleteSellerFactory(slug="harbour", name="Harbour & Quill")
    SellerMemberFactory(seller=seller, user=reader)
    packer = UserFactory(email="packer@example.org", name="Tom")
    SellerMemberFactory(seller=seller, user=packer, roles=[SellerRole.ORDERS])
    return seller


@pytest.fixture
def packer(shop: Seller, signed_in: SignIn) -> APIClient:
    return signed_in(User.objects.get(email="packer@example.org"))


def test_me_lists_my_shops(shop: Seller, packer: APIClient) -> None:
    [mine] = packer.get(f"{V1}me/").json()["shops"]
    assert mine == {
        "shop": "harbour",
        "name": "Harbour & Quill",
        "status": "approved",
        "roles": ["orders"],
    }


def test_facts_are_shown_and_the_account_masked(
    shop: Seller, reader: User, signed_in: SignIn, packer: APIClient
) -> None:
    answer = signed_in(reader).get(f"{V1}selling/harbour/")
    body = answer.json()
    assert body["legal_name"] == "Vane Books Ltd"
    assert body["account"] == "GB•••• 5432"
    assert [item["code"] for item in body["checklist"] if not item["done"]] == [
        "tax",
        "delivery",
        "stock",
    ]
    for secret in ("WEST", "passport", "identity/"):
        assert secret not in answer.content.decode()
    assert packer.get(f"{V1}selling/harbour/").json()["account"] == ""


def test_an_owner_changes_what_is_sent(shop: Seller, reader: User, signed_in: SignIn) -> None:
    answer = signed_in(reader).patch(f"{V1}selling/harbour/", {"phone": "+44 1 23"})
    assert answer.status_code == 200
    assert answer.json()["phone"] == "+44 1 23"
    event = SellerEvent.objects.get()
    assert (event.action, event.details, event.actor) == (
        "facts.changed",
        {"fields": ["phone"]},
        reader,
    )


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"vat_number": "GB1"}, "vat_number"),
        ({"phone": ""}, "phone"),
        ({"status": "approved"}, "status"),
        ({"country": "XX"}, "country"),
    ],
)
def test_a_wrong_fact_is_named(
    shop: Seller, reader: User, signed_in: SignIn, sent: dict[str, Any], field: str
) -> None:
    answer = signed_in(reader).patch(f"{V1}selling/harbour/", sent)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not SellerEvent.objects.exists()


def test_others_of_the_team_change_nothing(packer: APIClient) -> None:
    answer = packer.patch(f"{V1}selling/harbour/", {"phone": "1"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_task")


def test_the_team_is_listed(
    shop: Seller, reader: User, signed_in: SignIn, packer: APIClient
) -> None:
    rows = signed_in(reader).get(f"{V1}selling/harbour/team/").json()
    assert [(row["email"], row["roles"]) for row in rows] == [
        ("hester@example.org", ["owner"]),
        ("packer@example.org", ["orders"]),
    ]
    assert {row["email"] for row in packer.get(f"{V1}selling/harbour/team/").json()} == {""}
