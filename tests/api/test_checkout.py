"""Buying over the API: baskets, checkout with an idempotency key, and the order after it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Listing
from orders.constants import BasketStatus
from orders.errors import KeyInUseError, KeyReusedError, ProviderUnavailableError
from orders.models import Basket, IdempotencyKey, Order, SandboxPayment
from orders.services import idempotency
from orders.services.idempotency import Answer
from tests.factories.accounts import PASSWORD
from tests.factories.catalog import DeliveryRateFactory, ListingFactory
from tests.factories.orders import BasketFactory
from tests.orders.journeys import pay_at_the_bank

V1 = "/api/v1/"
ADDRESS = {
    "full_name": "Hester",
    "line1": "1 Mill Lane",
    "city": "Ludlow",
    "postcode": "SY8 1AB",
    "country": "GB",
}


@pytest.fixture(autouse=True)
def no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no jobs behind: their tables are not emptied after tests with transactions of their own."""
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker and marker.kwargs else "db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def add(api: APIClient, listing: Listing, token: str = "", **body: object) -> Any:
    headers = {"HTTP_X_BASKET_TOKEN": token} if token else {}
    return api.post(f"{V1}basket/lines/", {"listing": listing.pk, **body}, **headers)  # type: ignore[arg-type]


def check_out(api: APIClient, token: str, total: int, key: str = "", **changes: object) -> Any:
    body = {"email": "h@example.org", "address": ADDRESS, "expected_total_minor": total, **changes}
    headers = {"HTTP_X_BASKET_TOKEN": token} if token else {}
    return api.post(f"{V1}checkout/", body, HTTP_IDEMPOTENCY_KEY=key or str(uuid4()), **headers)  # type: ignore[arg-type]


@pytest.fixture
def copy() -> Listing:
    listing: Listing = ListingFactory(price_minor=600, on_hand=3)
    return listing


# --- Baskets ---------------------------------------------------------------------------------
def test_a_visitors_basket_is_found_by_its_token(api: APIClient, copy: Listing) -> None:
    DeliveryRateFactory(seller=copy.seller, service="express", first_minor=900)
    first = add(api, copy, quantity=2)
    assert first.status_code == 201
    token = first.json()["token"]
    line = first.json()["quote"]["parcels"][0]["lines"][0]
    assert first.json()["quote"]["total"] == {"amount_minor": 1580, "currency": "GBP"}
    held = {"HTTP_X_BASKET_TOKEN": token}
    url = f"{V1}basket/lines/{line['id']}/"
    assert api.patch(url, {"quantity": 9}, **held).json()["quote"]["copies"] == 3
    quick: Any = api.put(
        f"{V1}basket/delivery/",
        {"seller": copy.seller.slug, "service": "express"},
        **held,
    )
    assert quick.json()["quote"]["delivery"]["amount_minor"] == 1100
    abroad: Any = api.get(f"{V1}basket/?country=FR", **held)
    assert abroad.json()["quote"]["can_be_ordered"] is False
    assert api.delete(url, **held).json()["quote"]["parcels"] == []
    assert api.delete(url, **held).status_code == 404


def test_without_the_token_there_is_nothing_to_see_or_change(api: APIClient, copy: Listing) -> None:
    mine = add(api, copy).json()
    line = mine["quote"]["parcels"][0]["lines"][0]["id"]
    assert api.get(f"{V1}basket/").json()["quote"]["parcels"] == []
    for token in ("", "guess", mine["token"][:-1]):
        answer = api.patch(f"{V1}basket/lines/{line}/", {"quantity": 2}, HTTP_X_BASKET_TOKEN=token)
        assert answer.status_code == 404
    theirs = add(api, copy).json()["token"]
    answer = api.patch(f"{V1}basket/lines/{line}/", {"quantity": 2}, HTTP_X_BASKET_TOKEN=theirs)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"listing": 1, "quantity": 0}, "quantity"),
        ({"listing": 1, "price_minor": 1}, "price_minor"),
        ({"listing": 2**70}, "listing"),
        ({}, "listing"),
    ],
)
def test_wrong_lines_are_named(api: APIClient, body: dict[str, int], field: str) -> None:
    answer: Any = api.post(f"{V1}basket/lines/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_copy_that_is_gone_is_a_conflict(api: APIClient) -> None:
    answer = add(api, ListingFactory(on_hand=0))
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_on_sale"


def test_the_visitors_basket_becomes_the_users_at_sign_in(
    api: APIClient, copy: Listing, reader: User, signed_in: Callable[[User], APIClient]
) -> None:
    token = add(api, copy, quantity=2).json()["token"]
    other = ListingFactory()
    client = signed_in(reader)
    add(client, other)
    answer = api.post(
        f"{V1}auth/token/",
        {"email": reader.email, "password": PASSWORD},
        HTTP_X_BASKET_TOKEN=token,
    )
    assert answer.status_code == 200
    basket: Any = client.get(f"{V1}basket/").json()
    lines = [line for parcel in basket["quote"]["parcels"] for line in parcel["lines"]]
    assert {line["listing"]: line["quantity"] for line in lines} == {copy.pk: 2, other.pk: 1}
    assert basket["token"] is None
    # The token opens nothing any more.
    assert api.get(f"{V1}basket/", HTTP_X_BASKET_TOKEN=token).json()["quote"]["parcels"] == []


def test_a_basket_costs_the_same_queries_at_any_size(api: APIClient) -> None:
    token = ""
    for size in (2, 4):
        for listing in ListingFactory.create_batch(size):
            token = add(api, listing, token).json()["token"]
        # The basket; its waiting order; lines with their books; tax of shops; remitting; rates; choices;
        # codes; automatic offers.
        with CaptureQueriesContext(connection) as queries:
            api.get(f"{V1}basket/", HTTP_X_BASKET_TOKEN=token)
        assert len(queries) == 9


# --- Checkout --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_from_basket_to_order(api: APIClient, copy: Listing) -> None:
    token = add(api, copy).json()["token"]
    answer = check_out(api, token, 880)
    assert answer.status_code == 201, answer.content
    order: Any = answer.json()
    assert order["status"] == "pending"
    assert "/sandbox-pay/" in order["payment"]["page_url"]
    assert order["total"] == {"amount_minor": 880, "currency": "GBP"}
    assert order["parcels"][0]["lines"][0]["listing"] == copy.pk
    pay_at_the_bank(Order.objects.get())
    followed: Any = api.get(f"{V1}orders/track/{order['token']}/").json()
    assert followed["number"] == order["number"]
    assert api.get(f"{V1}orders/track/guess/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_repeat_is_answered_the_same(api: APIClient, copy: Listing) -> None:
    token = add(api, copy).json()["token"]
    first = check_out(api, token, 880, "key-1")
    again = check_out(api, token, 880, "key-1")
    assert again.status_code == first.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Order.objects.count() == SandboxPayment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_is_for_one_request(api: APIClient, copy: Listing) -> None:
    token = add(api, copy).json()["token"]
    check_out(api, token, 880, "key-1")
    other = check_out(api, token, 880, "key-1", email="other@example.org")
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


@pytest.mark.django_db(transaction=True)
def test_keys_of_others_are_not_mine(api: APIClient) -> None:
    numbers = set()
    for _ in range(2):
        token = add(api, ListingFactory()).json()["token"]
        answer = check_out(api, token, 880, "1")
        assert answer.status_code == 201
        numbers.add(answer.json()["number"])
    assert len(numbers) == 2


@pytest.mark.parametrize("key", ["", " ", "x" * 101, "schlüssel"])
def test_a_checkout_needs_a_key(api: APIClient, key: str) -> None:
    answer: Any = api.post(f"{V1}checkout/", {}, HTTP_IDEMPOTENCY_KEY=key)
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"


def test_a_checkout_names_what_is_wrong(api: APIClient, copy: Listing) -> None:
    token = add(api, copy).json()["token"]
    wrong = {**ADDRESS, "postcode": "nowhere", "planet": "Mars"}
    answer = check_out(api, token, 880, address=wrong, user=1)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} >= {"address.planet", "user"}
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_total_that_moved_is_shown_and_not_kept(api: APIClient, copy: Listing) -> None:
    token = add(api, copy).json()["token"]
    Listing.objects.filter(pk=copy.pk).update(price_minor=700)
    moved = check_out(api, token, 880, "key-1")
    assert moved.status_code == 409
    problem: Any = moved.json()
    assert problem["code"] == "basket_changed"
    assert problem["quote"]["total"] == {"amount_minor": 980, "currency": "GBP"}
    assert problem["quote"]["parcels"][0]["lines"][0]["problems"] == ["price_changed"]
    assert not Order.objects.exists()
    # The key is free again, for the total that was shown.
    assert check_out(api, token, 980, "key-1").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_provider_that_does_not_answer_is_503_and_not_kept(
    api: APIClient, copy: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orders.services import checkout

    token = add(api, copy).json()["token"]
    with monkeypatch.context() as down:

        def silent(_payment: object) -> None:
            raise ProviderUnavailableError("It does not answer.")

        down.setattr(checkout, "_create", silent)
        assert check_out(api, token, 880, "key-1").status_code == 503
    assert check_out(api, token, 880, "key-1").status_code == 201
    assert Order.objects.count() == 1


def test_nothing_to_order(api: APIClient) -> None:
    for token in (
        "",
        "guess",
        BasketFactory().token,
        BasketFactory(status=BasketStatus.ORDERED).token,
    ):
        answer = check_out(api, token, 880)
        assert answer.status_code == 409
        assert answer.json()["code"] == "basket_empty"


@pytest.mark.django_db(transaction=True)
def test_a_basket_that_waits_can_be_opened_again(api: APIClient, copy: Listing) -> None:
    token = add(api, copy).json()["token"]
    check_out(api, token, 880)
    refused = add(api, ListingFactory(), token)
    assert refused.status_code == 409
    assert refused.json()["code"] == "checkout_in_progress"
    assert refused.json()["order"]["total"]["amount_minor"] == 880
    reopened: Any = api.post(f"{V1}basket/reopen/", HTTP_X_BASKET_TOKEN=token)
    assert reopened.json()["waiting"] is None
    assert add(api, ListingFactory(), token).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_users_order_is_theirs(
    copy: Listing, reader: User, signed_in: Callable[[User], APIClient]
) -> None:
    client = signed_in(reader)
    add(client, copy)
    assert check_out(client, "", 880).status_code == 201
    assert Order.objects.get().user == reader
    assert Basket.objects.get(user=reader).token not in str(client.get(f"{V1}basket/").json())


@pytest.mark.django_db(transaction=True)
def test_parallel_submits_make_one_order(copy: Listing) -> None:
    token = add(APIClient(), copy).json()["token"]
    barrier = Barrier(12)

    def submit(_number: int) -> tuple[int, str]:
        try:
            barrier.wait()
            answer = check_out(APIClient(), token, 880, "key-1")
            return answer.status_code, answer.json().get("number", answer.json().get("code"))
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(submit, range(12)))
    assert Order.objects.count() == SandboxPayment.objects.count() == 1
    created = {number for status, number in answers if status == 201}
    assert len(created) == 1
    # Whoever came while it was being answered is told to wait, and nothing else.
    assert {a for a in answers if a[0] != 201} <= {(409, "idempotency_key_in_use")}


# --- Keys ------------------------------------------------------------------------------------
REQUEST = {"owner": "user:1", "key": "k", "fingerprint": "f"}


@pytest.mark.django_db(transaction=True)
def test_while_it_is_answered_others_wait() -> None:
    begun, go_on = Event(), Event()

    def slow() -> Answer:
        begun.set()
        assert go_on.wait(10)
        return Answer(201, {"n": 1})

    def first() -> Answer:
        try:
            return idempotency.once(**REQUEST, work=slow)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(first)
        assert begun.wait(10)
        with pytest.raises(KeyInUseError) as error:
            idempotency.once(**REQUEST, work=lambda: Answer(201, {"n": 2}))
        assert error.value.extra["retry_after"] == 1
        with pytest.raises(KeyReusedError):
            idempotency.once(**{**REQUEST, "fingerprint": "g"}, work=slow)
        go_on.set()
        assert answer.result() == Answer(201, {"n": 1})
    again = idempotency.once(**REQUEST, work=lambda: Answer(201, {"n": 2}))
    assert again == Answer(201, {"n": 1}, replayed=True)


def test_a_lease_that_is_over_is_taken_up_again() -> None:
    """The process that was answering has died: its row says until when it would have."""
    row = IdempotencyKey.objects.create(**REQUEST)
    IdempotencyKey.objects.update(locked_until=Now() + timedelta(seconds=30))
    with pytest.raises(KeyInUseError):
        idempotency.once(**REQUEST, work=lambda: Answer(201, {}))
    IdempotencyKey.objects.filter(pk=row.pk).update(locked_until=Now() - timedelta(seconds=1))
    assert idempotency.once(**REQUEST, work=lambda: Answer(201, {"n": 2})).body == {"n": 2}


def test_who_lost_the_lease_does_not_overwrite_the_answer() -> None:
    def overtaken() -> Answer:
        IdempotencyKey.objects.update(locked_until=Now() - timedelta(seconds=1))
        idempotency.once(**REQUEST, work=lambda: Answer(201, {"n": "second"}))
        return Answer(201, {"n": "first"})

    idempotency.once(**REQUEST, work=overtaken)
    assert IdempotencyKey.objects.get().body == {"n": "second"}


def test_old_keys_are_forgotten() -> None:
    idempotency.once(**REQUEST, work=lambda: Answer(201, {}))
    assert idempotency.forget_old() == 0
    IdempotencyKey.objects.update(created_at=Now() - idempotency.KEPT - timedelta(minutes=1))
    assert idempotency.forget_old() == 1
