"""Old addresses of what was merged lead on, in one step, and back again when it is undone."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import ReadingListItem, Redirect, Want
from catalog.services import merging
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    EditionFactory,
    PersonFactory,
    SeriesFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db

PAGES = {
    "work": (WorkFactory, "catalog:book"),
    "person": (PersonFactory, "catalog:author"),
    "series": (SeriesFactory, "catalog:series"),
}


def merged(kind: str, kept, gone):
    (done,) = merging.merge(kind=kind, kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    return done


@pytest.mark.parametrize("kind", PAGES)
def test_an_old_address_leads_to_the_new_one_for_good(client: Client, kind: str) -> None:
    factory, route = PAGES[kind]
    kept, gone = factory(slug="new"), factory(slug="old")
    old, new = reverse(route, args=["old"]), reverse(route, args=["new"])
    done = merged(kind, kept, gone)
    answer = client.get(f"{old}?page=2&kind=rare")
    assert (answer.status_code, answer["Location"]) == (301, f"{new}?page=2&kind=rare")
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=30"
    assert client.head(old).status_code == 301
    assert client.get(new).status_code == 200
    merging.undo(merge_id=done.pk, actor=None)
    assert client.get(old).status_code == 200


def test_chains_are_one_step(client: Client) -> None:
    a, b, c = (WorkFactory(slug=slug) for slug in "abc")
    merged("work", b, a)
    onward = merged("work", c, b)
    assert set(Redirect.objects.values_list("old_slug", "target_id")) == {("a", c.pk), ("b", c.pk)}
    assert client.get("/books/a/")["Location"] == "/books/c/"
    merging.undo(merge_id=onward.pk, actor=None)
    assert client.get("/books/a/")["Location"] == "/books/b/"


def test_there_and_back_again_is_no_loop(client: Client) -> None:
    a, b = WorkFactory(slug="a"), WorkFactory(slug="b")
    done = merged("work", a, b)
    merging.undo(merge_id=done.pk, actor=None)
    merged("work", b, a)
    assert client.get("/books/a/")["Location"] == "/books/b/"
    assert client.get("/books/b/").status_code == 200


def test_what_never_was_is_still_not_there(client: Client) -> None:
    merged("work", WorkFactory(), WorkFactory(slug="old"))
    assert client.get("/books/nothing/").status_code == 404
    assert client.get("/authors/old/").status_code == 404
    Redirect.objects.update(target_id=0)
    assert client.get("/books/old/").status_code == 404


def test_an_old_address_costs_two_queries(client: Client, django_assert_num_queries) -> None:
    merged("work", WorkFactory(), WorkFactory(slug="old"))
    # The work that isn't there, and where it went.
    with django_assert_num_queries(2):
        client.get("/books/old/")


def test_the_api_says_where_it_went(client: Client) -> None:
    kept, gone = WorkFactory(slug="new"), WorkFactory(slug="old")
    merged("work", kept, gone)
    answer = client.get("/api/v1/works/old/?country=IE")
    assert answer.status_code == 308
    assert answer["Location"] == "/api/v1/works/new/?country=IE"
    assert answer.json()["moved_to"] == answer["Location"]
    assert answer.json()["code"] == "moved"
    one, two = EditionFactory(), EditionFactory()
    merged("edition", one, two)
    assert client.get(f"/api/v1/editions/{two.pk}/")["Location"] == f"/api/v1/editions/{one.pk}/"
    he, she = PersonFactory(slug="he"), PersonFactory(slug="she")
    merged("person", she, he)
    assert client.get("/api/v1/people/he/")["Location"] == "/api/v1/people/she/"
    assert client.get("/api/v1/people/nobody/").status_code == 404
    assert client.get("/api/v1/editions/999999/").status_code == 404


def test_a_form_on_a_page_older_than_the_merge_saves_the_book(client: Client) -> None:
    kept, gone = WorkFactory(), WorkFactory(slug="old")
    merged("work", kept, gone)
    client.force_login(UserFactory())
    here = {"HTTP_SEC_FETCH_SITE": "same-origin"}
    client.post(reverse("catalog:want_add"), {"work": gone.pk}, **here)
    client.post(reverse("catalog:reading_list_add"), {"work": gone.pk}, **here)
    assert Want.objects.get().work == kept == ReadingListItem.objects.get().work
    for nonsense in ("x", "0", "9" * 30, "٣"):
        answer = client.post(reverse("catalog:want_add"), {"work": nonsense}, **here)
        assert answer.status_code == 404
    assert client.get("/books/old/review/").status_code == 301
