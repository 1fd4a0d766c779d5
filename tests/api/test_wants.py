"""One's wants over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Want
from tests.factories.accounts import UserFactory
from tests.factories.catalog import EditionFactory, ListingFactory, WantFactory, WorkFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/wants/"


@pytest.fixture
def mine(api: APIClient) -> APIClient:
    api.force_authenticate(UserFactory())
    return api


def test_a_want_is_made_changed_and_closed(mine: APIClient) -> None:
    listing = ListingFactory(edition__work__title="Cane")
    sent: dict[str, Any] = {
        "work": listing.edition.work.slug, "max_price_minor": 900, "notice": "at_once",
        "least_condition": "good", "no_ex_library": True,
    }  # fmt: skip
    made = mine.post(URL, sent, format="json")
    assert made.status_code == 201
    body = made.json()
    assert (body["work"]["title"], body["matches"], body["notice"]) == ("Cane", 1, "at_once")
    assert body["copies"][0]["price"] == {"amount_minor": 880, "currency": "GBP"}
    (row,) = mine.get(URL).json()["results"]
    assert row == body
    one = f"{URL}{body['id']}/"
    changed = mine.patch(one, {"max_price_minor": 500, "status": "paused"}, format="json").json()
    assert (changed["status"], changed["matches"]) == ("paused", 0)
    assert changed["max_price"]["amount_minor"] == 500
    assert mine.delete(one).status_code == 204
    assert mine.get(one).status_code == 404
    assert mine.get(URL).json()["results"] == []


def test_one_thing_is_waited_for(mine: APIClient) -> None:
    edition = EditionFactory()
    for sent in ({}, {"work": edition.work.slug, "query": "x"}, {"query": "?!"}, {"nonsense": 1}):
        assert mine.post(URL, sent, format="json").status_code == 400, sent
    assert mine.post(URL, {"work": "nowhere"}, format="json").status_code == 404
    assert mine.post(URL, {"edition": edition.pk}, format="json").json()["edition"] == edition.pk
    assert mine.post(URL, {"query": "gorse"}, format="json").json()["query"] == "gorse"


def test_other_people_s_wants_do_not_exist(mine: APIClient) -> None:
    others = [WantFactory(work=WorkFactory()), WantFactory(user=None, email="guest@example.net")]
    for other in others:
        one = f"{URL}{other.pk}/"
        for answer in (mine.get(one), mine.patch(one, {}, format="json"), mine.delete(one)):
            assert answer.status_code == 404
    assert set(Want.objects.values_list("status", flat=True)) == {"active"}
