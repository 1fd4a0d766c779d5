"""The address book: one's own, and nobody else's."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from accounts.errors import AddressBookFullError
from accounts.models import Address, User
from accounts.services import addresses
from books4all.lib.errors import NotFoundError
from books4all.lib.postcodes import check_postcode
from tests.factories.accounts import AddressFactory, UserFactory

FORM = {
    "full_name": "Alice Reader",
    "line1": "3 Mill Lane",
    "line2": "",
    "city": "Ludlow",
    "region": "",
    "postcode": "sy81ab",
    "country": "GB",
    "phone": "",
}


def _lines(**more: Any) -> dict[str, Any]:
    return {**FORM, "postcode": "SY8 1AB", **more}


@pytest.fixture
def mine(client: Any, alice: User) -> Any:
    client.force_login(alice)
    return client


def test_empty_book_offers_the_first(mine: Any) -> None:
    html = mine.get("/account/addresses/").content.decode()
    assert "No addresses yet" in html
    assert "/account/addresses/add/" in html


def test_errors_name_what_is_missing(mine: Any) -> None:
    html = mine.post("/account/addresses/add/", {"country": "GB"}).content.decode()
    for told in ("Enter the name for the parcel", "Enter the street and number"):
        assert told in html
    assert "This field is required" not in html
    assert "novalidate" in html


def test_form_starts_with_the_visitors_country(mine: Any) -> None:
    mine.cookies["country"] = "FR"
    assert '<option value="FR" selected>' in mine.get("/account/addresses/add/").content.decode()


def test_adds_changes_and_removes(mine: Any, alice: User) -> None:
    assert mine.post("/account/addresses/add/", FORM).url == "/account/addresses/"
    address = alice.addresses.get()
    assert address.postcode == "SY8 1AB"
    assert address.is_default  # the first one is used first

    path = f"/account/addresses/{address.pk}/"
    assert "3 Mill Lane" in mine.get(path).content.decode()
    mine.post(path, {**FORM, "line1": "4 Mill Lane"})
    address.refresh_from_db()
    assert (address.line1, address.is_default) == ("4 Mill Lane", True)

    assert mine.get(f"{path}remove/").status_code == 200
    assert alice.addresses.exists()  # asking removes nothing
    mine.post(f"{path}remove/")
    assert not alice.addresses.exists()


def test_errors_name_the_field_and_the_remedy(mine: Any, alice: User) -> None:
    response = mine.post("/account/addresses/add/", {**FORM, "city": "", "postcode": "123"})
    assert response.status_code == 200
    errors = response.context["form"].errors
    assert errors["postcode"] == ["Check the postcode: it should look like EH1 2NG"]
    assert "city" in errors
    html = response.content.decode()
    assert "<title>Error:" in html
    assert 'href="#id_city"' in html
    assert not alice.addresses.exists()


def test_list_shows_the_first_used_first(
    mine: Any, alice: User, django_assert_num_queries: Any
) -> None:
    for n in range(5):
        AddressFactory(user=alice, line1=f"{n} High Street", is_default=n == 2)
    with django_assert_num_queries(3):  # session, user, addresses
        html = mine.get("/account/addresses/").content.decode()
    places = [html.index(f"{n} High Street") for n in (2, 4, 3, 1, 0)]
    assert places == sorted(places)


@pytest.mark.parametrize("page", ["", "remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_addresses_of_others_are_not_there(mine: Any, page: str, method: str) -> None:
    address = AddressFactory(user=UserFactory())
    response = getattr(mine, method)(f"/account/addresses/{address.pk}/{page}", FORM)
    assert response.status_code == 404
    assert Address.objects.get().line1 == address.line1


def test_services_start_from_who_asks(alice: User) -> None:
    address = AddressFactory(user=UserFactory())
    with pytest.raises(NotFoundError):
        addresses.update_address(user=alice, address_id=address.pk, city="Elsewhere")
    with pytest.raises(NotFoundError):
        addresses.remove_address(user=alice, address_id=address.pk)
    with pytest.raises(NotFoundError):
        addresses.remove_address(user=alice, address_id=uuid.uuid4())


def test_another_one_can_be_used_first(mine: Any, alice: User) -> None:
    first = addresses.add_address(user=alice, **_lines())
    second = addresses.add_address(user=alice, **_lines(line1="Second"))
    assert not second.is_default
    mine.post(f"/account/addresses/{second.pk}/", {**FORM, "is_default": "on"})
    assert set(alice.addresses.values_list("pk", "is_default")) == {
        (first.pk, False),
        (second.pk, True),
    }
    mine.post(f"/account/addresses/{second.pk}/remove/")
    assert alice.addresses.get().is_default


def test_book_is_bounded(mine: Any, alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(addresses, "MOST_ADDRESSES", 1)
    addresses.add_address(user=alice, **_lines())
    with pytest.raises(AddressBookFullError):
        addresses.add_address(user=alice, **_lines())
    assert "full" in mine.post("/account/addresses/add/", FORM).content.decode()


@pytest.mark.django_db(transaction=True)
def test_adding_many_at_once_leaves_one_in_front(alice: User) -> None:
    barrier = threading.Barrier(8)

    def add(n: int) -> None:
        barrier.wait()
        try:
            addresses.add_address(user=alice, is_default=True, **_lines(line1=str(n)))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert alice.addresses.count() == 8
    assert alice.addresses.filter(is_default=True).count() == 1


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [("GB", "eh12ng", "EH1 2NG"), ("GB", " sw1a  1aa", "SW1A 1AA"), ("IE", "d02 x285", "D02 X285"),
     ("FR", "75005", "75005"), ("US", "10003-1234", "10003-1234"), ("HK", "", ""), ("XX", " 1 a", "1 A")],
)  # fmt: skip
def test_postcodes(country: str, typed: str, kept: str) -> None:
    assert check_postcode(country, typed) == kept


@pytest.mark.parametrize(
    ("country", "typed"), [("GB", ""), ("GB", "12345"), ("FR", "7500"), ("DE", "1O115")]
)
def test_wrong_postcodes(country: str, typed: str) -> None:
    with pytest.raises(ValueError, match="like"):
        check_postcode(country, typed)
