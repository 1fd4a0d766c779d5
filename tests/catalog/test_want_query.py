"""Wants of whatever a search will find."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory

from accounts.signals import visitor_signed_in
from catalog.constants import WantStatus
from catalog.models import Want
from catalog.services import wants
from tests.factories.accounts import UserFactory
from tests.factories.catalog import WantFactory, WorkFactory

pytestmark = pytest.mark.django_db

ADD = "/account/wants/add/"


def signed_in() -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    client.force_login(UserFactory())
    return client


def test_a_search_is_saved_and_shown_with_its_words() -> None:
    client = signed_in()
    client.post(ADD, {"q": "  gorse & \theather ", "max_price": "40"})
    want = Want.objects.get()
    assert (want.query, want.work, want.max_price_minor) == ("gorse & heather", None, 4000)
    html = client.get("/account/wants/").content.decode()
    assert "“gorse &amp; heather”" in html
    assert 'href="/search/?q=gorse%20%26%20heather"' in html
    assert "up to £40.00 delivered" in html
    # The same words again change the terms, whatever their case.
    client.post(ADD, {"q": "Gorse & Heather", "max_price": "", "least_condition": "good"})
    want.refresh_from_db()
    assert (want.max_price_minor, want.least_condition) == (None, "good")
    client.post(f"/account/wants/{want.pk}/act/")
    want.refresh_from_db()
    assert want.status == WantStatus.CLOSED
    client.post(ADD, {"q": "gorse & heather"})
    assert Want.objects.filter(status=WantStatus.ACTIVE).count() == 1


@pytest.mark.parametrize("text", ["", "  ", "?!", "x" * 201])
def test_what_holds_no_words_is_refused(text: str) -> None:
    response = signed_in().post(ADD, {"q": text}, follow=True)
    assert b"Write " in response.content
    assert not Want.objects.exists()


def test_a_stranger_signs_in_and_finds_it_saved(rf: RequestFactory) -> None:
    user = UserFactory()
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    response = client.post(ADD, {"q": "gorse"}, follow=True)
    assert "Sign in, and “gorse” will be saved." in response.content.decode()
    request = rf.get("/")
    request.session = client.session
    visitor_signed_in.send(sender=None, request=request, user=user)
    assert Want.objects.get(user=user).query == "gorse"


def test_a_want_is_of_a_book_or_of_words() -> None:
    user = UserFactory()
    for odd in ({"work": WorkFactory(), "query": "x"}, {"work": None, "query": ""}):
        with pytest.raises(IntegrityError, match="want_of_one_thing"), transaction.atomic():
            WantFactory(user=user, **odd)
    WantFactory(user=user, work=None, query="Gorse")
    with pytest.raises(IntegrityError, match="want_query_once"), transaction.atomic():
        WantFactory(user=user, work=None, query="gorse")
    # Somebody else may wait for the same.
    assert wants.add(user=UserFactory(), text="gorse")
