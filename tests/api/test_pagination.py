"""Pages by key: every row once, both ways, while others come and go; cursors can't be made up."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from books4all.lib.api.pagination import CursorError, Ordering, keyset
from catalog.models import Work
from tests.factories.catalog import WorkFactory

BY_POPULARITY = Ordering("works-popularity", ("-popularity", "pk"))
BY_TITLE = Ordering("works-title", ("sort_title", "pk"))


def walk(ordering: Ordering, limit: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return the pages forward to the end, and back again from there."""
    forward, cursor = [], ""
    while True:
        page = keyset(Work.objects.all(), ordering=ordering, limit=limit, cursor=cursor)
        forward.append([work.pk for work in page.rows])
        if not page.next:
            break
        cursor = page.next
    back = []
    while page.previous:
        page = keyset(Work.objects.all(), ordering=ordering, limit=limit, cursor=page.previous)
        back.append([work.pk for work in page.rows])
    return forward, back


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "é", "Ω"])), max_size=12),
    limit=st.integers(1, 5),
    ordering=st.sampled_from([BY_POPULARITY, BY_TITLE]),
)
def test_every_row_once_and_back_again(
    rows: list[tuple[int, str]], limit: int, ordering: Ordering
) -> None:
    Work.objects.all().delete()
    for popularity, title in rows:
        WorkFactory(popularity=popularity, sort_title=title)
    expected = list(Work.objects.order_by(*ordering.columns).values_list("pk", flat=True))
    forward, back = walk(ordering, limit)
    assert [pk for page in forward for pk in page] == expected
    assert all(len(page) == limit for page in forward[:-1])
    assert back == forward[-2::-1]


@pytest.mark.django_db
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    forged=st.one_of(
        st.text(max_size=80), st.binary(max_size=60).map(lambda b: b.decode("latin-1"))
    )
)
def test_a_made_up_cursor_is_refused(forged: str) -> None:
    if not forged:
        return
    with pytest.raises(CursorError):
        keyset(Work.objects.all(), ordering=BY_TITLE, limit=2, cursor=forged)


@pytest.mark.django_db
def test_a_changed_cursor_is_refused_and_so_is_one_of_another_list(api: APIClient) -> None:
    WorkFactory.create_batch(3)
    page = keyset(Work.objects.all(), ordering=BY_TITLE, limit=2)
    for at in range(len(page.next)):
        changed = page.next[:at] + ("A" if page.next[at] != "A" else "B") + page.next[at + 1 :]
        # The last character of base64 has spare bits: what decodes to the same is the same.
        if at == len(page.next) - 1:
            continue
        with pytest.raises(CursorError):
            keyset(Work.objects.all(), ordering=BY_TITLE, limit=2, cursor=changed)
    with pytest.raises(CursorError):
        keyset(Work.objects.all(), ordering=BY_POPULARITY, limit=2, cursor=page.next)


@pytest.mark.django_db
def test_rows_that_come_and_go_move_nothing(api: APIClient) -> None:
    works = [WorkFactory(sort_title=title) for title in "bdfhj"]
    first = keyset(Work.objects.all(), ordering=BY_TITLE, limit=2)
    WorkFactory(sort_title="a")
    works[1].delete()
    second = keyset(Work.objects.all(), ordering=BY_TITLE, limit=2, cursor=first.next)
    assert [work.sort_title for work in second.rows] == ["f", "h"]


@pytest.mark.django_db
def test_links_lead_on_and_keep_the_filters(api: APIClient) -> None:
    for title in "abcde":
        WorkFactory(sort_title=title, original_language="fre")
    url, seen = "/api/v1/works/?order=title&language=fre&limit=2", []
    while url:
        page: Any = api.get(url).json()
        assert set(page) == {"results", "next", "previous"}
        seen += [row["slug"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("cursor=nowhere", "cursor"),
        ("colour=red", "colour"),
        ("country=XX", "country"),
        ("order=random", "order"),
    ],
)
def test_a_wrong_parameter_is_named(api: APIClient, query: str, field: str) -> None:
    answer = api.get(f"/api/v1/works/?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
