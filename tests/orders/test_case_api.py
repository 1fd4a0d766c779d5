"""Returns and claims over the API, from both sides; and what staff do with them in the administration."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from redis import Redis
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from accounts.models import User
from accounts.services import tokens
from orders.models import Case, CasePhoto, SellerOrder
from orders.services import cases
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.covers import picture
from tests.orders.cases import READER, complain, given_back, posted, shop
from tests.orders.journeys import run_jobs
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db
CASES = "/api/v1/cases/"


@pytest.fixture(autouse=True)
def _alone(settings: Any, tmp_path: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}},
    }


def program_of(user: User) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user).access}")
    return api


@pytest.fixture
def buyer() -> User:
    return UserFactory()


@pytest.fixture
def part(buyer: User) -> SellerOrder:
    return posted(user=buyer)


def claim(part: SellerOrder, **said: Any) -> dict[str, Any]:
    lines = [{"line": str(line.pk), "quantity": 1} for line in part.lines.all()]
    given = {"order": part.order.number, "lines": lines, "reason": "damaged", "words": "Torn."}
    return given | said


def test_from_the_claim_to_the_money(buyer: User, part: SellerOrder) -> None:
    reader = program_of(buyer)
    keeper = program_of(member_of(part.seller, SellerRole.ORDERS))
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    first = reader.post(CASES, claim(part), format="json", **key)
    assert first.status_code == 201, first.content
    again = reader.post(CASES, claim(part), format="json", **key)
    assert again.json()["case"]["id"] == first.json()["case"]["id"]
    pk = first.json()["case"]["id"]
    assert first.json()["due"] == {"amount_minor": part.total_minor, "currency": "GBP"}
    assert first.json()["steps"] == ["cancel"]

    theirs = f"/api/v1/selling/{part.seller.slug}/cases/"
    assert [row["id"] for row in keeper.get(theirs).json()["results"]] == [pk]
    seen = keeper.get(f"{theirs}{pk}/").json()
    assert "approve" in seen["steps"]
    assert seen["shop_pays_return"] is True
    refused = keeper.post(f"{theirs}{pk}/steps/", {"step": "approve"}, format="json")
    assert refused.json()["errors"][0]["field"] == "label"
    label = base64.b64encode(b"%PDF-1.7 label").decode()
    sent = keeper.post(f"{theirs}{pk}/steps/", {"step": "approve", "label": label}, format="json")
    assert sent.json()["case"]["status"] == "approved"

    assert reader.get(f"{CASES}{pk}/label/").content == b"%PDF-1.7 label"
    step = {"step": "post", "carrier": "Evri", "tracking": "E1"}
    assert reader.post(f"{CASES}{pk}/steps/", step, format="json").json()["back"] == "Evri E1"
    line = str(part.lines.get().pk)
    back = {"step": "receive", "arrived": [{"line": line, "quantity": 1, "resellable": 0}]}
    done = keeper.post(f"{theirs}{pk}/steps/", back, format="json").json()
    assert (done["case"]["outcome"], done["given_back"]["amount_minor"]) == (
        "refunded",
        part.total_minor,
    )
    assert given_back(part) == part.total_minor


def test_photographs(buyer: User, part: SellerOrder) -> None:
    case = complain(part)
    reader = program_of(buyer)
    url = f"{CASES}{case.pk}/photographs/"
    sent = reader.post(url, {"file": SimpleUploadedFile("x.jpg", picture())}, format="multipart")
    assert sent.status_code == 201, sent.content
    run_jobs(only=["orders.make_case_photo"])
    shown = reader.get(url).json()[0]
    assert shown["status"] == "ready"
    file = f"{url}{shown['id']}/{shown['widths'][0]}/"
    assert reader.get(file)["Content-Type"] == "image/jpeg"
    stranger = program_of(UserFactory())
    assert stranger.get(file).status_code == 404
    assert stranger.get(f"{CASES}{case.pk}/").status_code == 404


def test_what_is_refused(buyer: User, part: SellerOrder) -> None:
    reader, other = program_of(buyer), posted()
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    answer = reader.post(CASES, claim(part, reason="bored"), format="json", **key)
    assert answer.json()["errors"][0]["field"] == "reason"
    assert reader.post(CASES, claim(other), format="json", **key).status_code == 404
    assert reader.post(CASES, claim(part), format="json").status_code == 400
    case = complain(part)
    step = reader.post(f"{CASES}{case.pk}/steps/", {"step": "take-offer"}, format="json")
    assert (step.status_code, step.json()["code"]) == (409, "transition")


# --- Staff ------------------------------------------------------------------------------------
@pytest.fixture
def escalated(part: SellerOrder) -> Case:
    case = complain(part)
    return cases.escalate(case_id=case.pk, words="We packed it well.", by=shop(part.seller))


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def test_the_queue_and_the_preview(office: Client, escalated: Case) -> None:
    page = " ".join(office.get(reverse("admin:index")).content.decode().split())
    assert "Cases to decide" in page
    assert escalated.seller_order.order.number in page
    url = reverse("admin:orders_case_change", args=[escalated.pk])
    page = " ".join(office.get(url).content.decode().split())
    total = escalated.seller_order.total
    assert f"The reader gets {total}." in page
    assert f"the marketplace pays {total}." in page
    assert "We packed it well." in page
    assert "You get back the price of the book and its delivery." in page


def decided(office: Client, case: Case, **given: str) -> Any:
    """Look at a decision, and agree to what was seen; the last answer."""
    url = reverse("admin:orders_case_step", args=[case.pk, "decide"])
    looked = office.post(url, given)
    seen = looked.context["preview"]
    if seen is None:
        return looked
    return office.post(url, {**given, "key": looked.context["key"], "agreed": seen.digest})


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"ruling": "shop"}, "refunded"),
        ({"ruling": "goodwill", "amount": "1.50"}, "goodwill"),
        ({"ruling": "deny"}, ""),
    ],
)
def test_staff_decide(office: Client, escalated: Case, given: dict[str, str], outcome: str) -> None:
    part = escalated.seller_order
    assert decided(office, escalated, **given, reason="So it is.").status_code == 302
    escalated.refresh_from_db()
    assert escalated.outcome == outcome
    back = {"refunded": part.total_minor, "goodwill": 150, "": 0}
    assert given_back(part) == escalated.given_minor == back[outcome]
    url = reverse("admin:orders_case_change", args=[escalated.pk])
    assert "So it is." in office.get(url).content.decode()


def test_a_decision_that_can_not_be(office: Client, escalated: Case) -> None:
    page = decided(office, escalated, ruling="shop", amount="9999", reason="More").content.decode()
    assert "at most" in page
    cases.cancel(case_id=escalated.pk, by=READER)
    page = decided(office, escalated, ruling="shop", reason="Too late").content.decode()
    assert "be done now" in page
    assert given_back(escalated.seller_order) == 0


def test_photographs_for_staff_alone(office: Client, escalated: Case) -> None:
    program_photo = SimpleUploadedFile("x.jpg", picture())
    token = escalated.seller_order.order.token
    Client().post(
        reverse("orders:case_photos", args=[token, escalated.pk]), {"photos": program_photo}
    )
    run_jobs(only=["orders.make_case_photo"])
    photo = CasePhoto.objects.get()
    url = reverse("admin:orders_case_photograph", args=[escalated.pk, photo.pk, photo.widest])
    assert office.get(url)["Content-Type"] == "image/jpeg"
    stranger = Client()
    stranger.force_login(UserFactory())
    assert stranger.get(url).status_code in (302, 403)
