"""What shops see of wants: how many people, on which terms, never who."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.constants import SellerRole
from accounts.services import tokens
from books4all.lib.money import Money
from catalog.models import Want
from catalog.search import index, wanted
from catalog.selectors.demand import demand_for, demand_for_editions
from catalog.services import wants
from tests.factories.accounts import SellerFactory, SellerMemberFactory, UserFactory
from tests.factories.catalog import (
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    WantFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db
ISBN = "9780141439549"


@pytest.fixture
def shop() -> Any:
    return SellerMemberFactory(roles=[SellerRole.INVENTORY]).seller


@pytest.fixture
def keeper(shop: Any) -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    client.force_login(shop.sellermember_set.get().user)
    return client


def test_people_grades_and_median_are_told_from_three_people_on() -> None:
    work = WorkFactory()
    for most, grade in ((1000, "good"), (1400, "good")):
        WantFactory(work=work, max_price_minor=most, least_condition=grade)
    found = demand_for([work.pk])[work.pk]
    assert (found.people, found.ceiling) == (2, None)
    assert found.words == "2 people want this in Good or better"
    WantFactory(work=work, max_price_minor=1200, least_condition="fine", signed=True)
    WantFactory(work=work)  # any price, any grade
    found = demand_for([work.pk])[work.pk]
    assert (found.people, found.ceiling, found.signed) == (4, Money(1200, "GBP"), 1)
    assert (found.takes["fine"], found.takes["good"], found.takes["poor"]) == (4, 3, 1)
    assert found.words == "4 people want this in Good or better, median ceiling £12.00"
    assert found.grades == [("Fine", 4), ("Good", 3), ("Poor", 1)]


def test_who_waits_for_a_book_and_its_edition_is_one_and_what_is_closed_none() -> None:
    edition = EditionFactory()
    work = edition.work
    other = EditionFactory(work=work)
    hester = UserFactory()
    WantFactory(user=hester, work=work, max_price_minor=300)
    WantFactory(user=hester, work=None, edition=edition, max_price_minor=900)
    WantFactory(user=None, email="guest@example.net", work=None, edition=other)
    for status in ("closed", "paused"):
        WantFactory(work=work, status=status)
    WantFactory(user=None, email="new@example.net", work=work, status="unconfirmed")
    assert demand_for([work.pk])[work.pk].people == 2
    found = demand_for_editions([(edition.pk, work.pk), (other.pk, work.pk)])
    assert (found[edition.pk].people, found[other.pk].people) == (1, 2)
    assert demand_for([WorkFactory().pk]) == {}


def test_a_shop_s_own_team_is_no_demand(shop: Any) -> None:
    work = WorkFactory()
    WantFactory(user=shop.sellermember_set.get().user, work=work)
    assert demand_for([work.pk])[work.pk].people == 1
    assert demand_for([work.pk], seller=shop) == {}


def test_the_page_lists_what_most_people_want_and_says_who_has_it(
    keeper: Client, shop: Any
) -> None:
    two, one = WorkFactory(title="Cane"), WorkFactory(title="Emma")
    for work in (two, two, one):
        WantFactory(work=work, user=UserFactory(email=f"secret{Want.objects.count()}@example.org"))
    ListingFactory(edition=EditionFactory(work=two))
    ListingFactory(edition=EditionFactory(work=two), seller=shop)
    html = keeper.get(f"/selling/{shop.slug}/demand/").content.decode()
    assert html.index("Cane") < html.index("Emma")
    assert "2 people want this" in html
    assert "2 copies, 1 of them yours" in html
    assert "secret" not in html
    assert 'aria-current="page"' in html


def test_a_search_and_a_list_of_numbers_answer_before_stock_is_bought(
    keeper: Client, shop: Any
) -> None:
    work = WorkFactory(title="Gorse and Heather")
    IdentifierFactory(edition=EditionFactory(work=work), value=ISBN)
    WantFactory(work=work)
    unknown = "9780261103573"
    found = wanted.sought(unknown)
    assert found
    WantFactory(work=None, query=unknown, anchors=list(found.anchors))
    index.catch_up()
    url = f"/selling/{shop.slug}/demand/"
    for asked in ("gorse", ISBN):
        assert "1 person wants this" in keeper.get(url, {"q": asked}).content.decode()
    assert "Nothing in the catalogue" in keeper.get(url, {"q": "zzyzx"}).content.decode()
    pasted = f"978-0-14-143954-9, {unknown}\n9780140449136 nonsense"
    html = keeper.post(url, {"isbns": pasted}).content.decode()
    assert html.count("1 person wants this") == 2
    assert "Not in the catalogue" in html
    assert "Nobody waits for it" in html


def test_the_page_takes_the_same_queries_at_any_size(keeper: Client, shop: Any) -> None:
    counts = []
    for times in (2, 8):
        for _ in range(times):
            WantFactory()
        with CaptureQueriesContext(connection) as captured:
            keeper.get(f"/selling/{shop.slug}/demand/")
        counts.append(len(captured))
    # the session; the user; the membership; the works most wanted; those works; the demand for them;
    # what waits for the shop, which its menu counts
    assert counts[0] == counts[1] == 7


def test_strangers_and_other_tasks_are_kept_out(shop: Any) -> None:
    url = f"/selling/{shop.slug}/demand/"
    for roles, status in (([SellerRole.ACCOUNTING], 403), ([SellerRole.OWNER], 200)):
        member = SellerMemberFactory(seller=shop, roles=roles)
        client = Client()
        client.force_login(member.user)
        assert client.get(url).status_code == status
    client = Client()
    client.force_login(SellerMemberFactory(seller=SellerFactory()).user)
    assert client.get(url).status_code == 404


def test_programs_get_the_same(shop: Any) -> None:
    work = WorkFactory(title="Cane")
    WantFactory(work=work)
    user = shop.sellermember_set.get().user
    access = {"Authorization": f"Bearer {tokens.issue(user=user).access}"}
    url = f"/api/v1/selling/{shop.slug}/demand/"
    (row,) = Client().get(url, headers=access).json()["results"]
    assert (row["work"]["title"], row["people"], row["ceiling"]) == ("Cane", 1, None)
    (row,) = Client().get(url, {"isbn": ISBN}, headers=access).json()["results"]
    assert (row["isbn"], row["work"], row["people"]) == (ISBN, None, 0)
    assert Client().get(url).status_code == 401
    wants.add(user=user, work=work)
    assert Client().get(url, headers=access).json()["results"][0]["people"] == 1
