"""A book with its editions and all copies that can be bought."""

import pytest

from catalog.constants import Condition, Form, ReviewStatus, Role
from catalog.models import Work
from catalog.selectors import books
from tests.catalog.helpers import data_blocks, get, queries
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    DeliveryRateFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    ReviewFactory,
    SeriesEntryFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db


def fill(work: Work, times: int) -> None:
    """Give ``work`` editions, copies, people, reviews and neighbours, ``times`` over."""
    subject = SubjectFactory(parent=SubjectFactory())
    WorkSubjectFactory(work=work, subject=subject, is_main=not work.work_subjects.exists())
    SeriesEntryFactory(work=work)
    for n in range(times):
        ContributionFactory(work=work, sequence=n)
        edition = EditionFactory(work=work)
        IdentifierFactory(edition=edition)
        ContributionFactory(work=work, edition=edition, role=Role.TRANSLATOR)
        ListingFactory.create_batch(3, edition=edition)
        ReviewFactory(work=work)
        neighbour = WorkFactory()
        WorkSubjectFactory(work=neighbour, subject=subject)
        ListingFactory(edition__work=neighbour)


def test_a_book_takes_six_queries_at_any_size() -> None:
    small, large = WorkFactory(), WorkFactory()
    fill(small, 2)
    fill(large, 10)
    # work with its people, subjects, series and stars; counts by kind of copy; copies;
    # editions; reviews; the same shelf
    assert queries(small.get_absolute_url()) == 6
    assert queries(large.get_absolute_url()) == 6


def test_more_copies_take_three_queries() -> None:
    work = WorkFactory()
    edition = EditionFactory(work=work)
    ListingFactory.create_batch(books.OFFERS_A_PAGE + 1, edition=edition, seller=SellerFactory())
    # work; counts by kind of copy; copies
    assert queries(f"{work.get_absolute_url()}?page=2") == 3


def test_copies_stand_by_price_delivered_and_those_not_sent_there_last() -> None:
    edition = EditionFactory()
    near, far, home = SellerFactory(name="Near"), SellerFactory(name="Far"), SellerFactory()
    DeliveryRateFactory(seller=near, destination="EU", first_minor=100)
    DeliveryRateFactory(seller=far, destination="*", first_minor=2000)
    DeliveryRateFactory(seller=home, destination="GB", first_minor=0)
    ListingFactory(edition=edition, seller=home, price_minor=1)
    ListingFactory(edition=edition, seller=far, price_minor=2)
    ListingFactory(edition=edition, seller=near, price_minor=900)
    page = books.book_page(slug=edition.work.slug, country="FR")
    assert [offer.seller_name for offer in page.offers.items] == ["Near", "Far", home.name]
    assert [offer.total and offer.total.minor for offer in page.offers.items] == [1000, 2002, None]
    assert (page.undeliverable, page.from_price.minor) == (1, 1000)
    response = get(edition.work.get_absolute_url(), country="FR")
    assert "can’t be sent to your country" in response.content.decode()
    # What can't be sent there can't be put in the basket either.
    assert response.content.decode().count('name="listing"') == 2 + 2


def test_every_copy_is_of_one_kind_and_a_kind_can_be_chosen() -> None:
    work = WorkFactory()
    paper = EditionFactory(work=work, form=Form.PAPERBACK)
    hard = EditionFactory(work=work, form=Form.LEATHER)
    ListingFactory(edition=paper, condition=Condition.NEW)
    ListingFactory(edition=paper, condition=Condition.GOOD)
    ListingFactory(edition=hard, condition=Condition.GOOD, price_minor=1000)
    ListingFactory(edition=hard, condition=Condition.NEW, rare=True)
    page = books.book_page(slug=work.slug, country="GB", kind="hardback")
    assert {kind.code: kind.copies for kind in page.kinds} == {
        "new": 1,
        "paperback": 1,
        "hardback": 1,
        "rare": 1,
    }
    assert [offer.item_price.minor for offer in page.offers.items] == [1000]
    assert sum(kind.copies for kind in page.kinds) == page.copies == 4
    response = get(f"{work.get_absolute_url()}?kind=hardback")
    assert 'aria-current="true"><b>Used hardback</b>' in response.content.decode()
    assert "Lowest price with delivery · Used hardback" in response.content.decode()
    # An unknown kind is no kind.
    assert get(f"{work.get_absolute_url()}?kind=<script>").status_code == 200


def test_the_copies_are_paged_and_nothing_comes_twice() -> None:
    edition = EditionFactory()
    seller = SellerFactory()
    for n in range(books.OFFERS_A_PAGE + 2):
        ListingFactory(edition=edition, seller=seller, price_minor=500 + n % 3)
    seen = [
        offer.listing_id
        for number in (1, 2)
        for offer in books.book_page(
            slug=edition.work.slug, country="GB", number=number
        ).offers.items
    ]
    assert len(seen) == len(set(seen)) == books.OFFERS_A_PAGE + 2
    path = edition.work.get_absolute_url()
    assert get(f"{path}?page=3").status_code == 404
    assert get(f"{path}?page=nonsense").status_code == 200
    assert get(f"{path}?page=-1").status_code == 200


def test_the_page_says_nothing_personal_and_may_be_kept() -> None:
    work = ListingFactory().edition.work
    response = get(work.get_absolute_url())
    html = response.content.decode()
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "csrfmiddlewaretoken" not in html
    assert " style=" not in html
    again = get(work.get_absolute_url())
    assert again["ETag"] == response["ETag"]


def test_data_for_machines_has_an_offer_a_copy() -> None:
    work = WorkFactory(title="Middlemarch", author="George Eliot")
    edition = EditionFactory(work=work, form=Form.PAPERBACK)
    IdentifierFactory(edition=edition, value="9780141439549")
    ListingFactory(edition=edition, price_minor=450, condition=Condition.NEW)
    ListingFactory(edition=edition, price_minor=250, condition=Condition.GOOD)
    thing, crumbs = data_blocks(get(work.get_absolute_url()))
    assert thing["@type"] == ["Book", "Product"]
    assert thing["author"][0]["name"] == "George Eliot"
    assert [
        (offer["price"], offer["priceCurrency"], offer["itemCondition"].rpartition("/")[2])
        for offer in thing["offers"]
    ] == [("2.50", "GBP", "UsedCondition"), ("4.50", "GBP", "NewCondition")]
    assert thing["offers"][0]["seller"]["@type"] == "BookStore"
    assert thing["workExample"][0]["isbn"] == "9780141439549"
    assert crumbs["@type"] == "BreadcrumbList"


def test_a_title_can_not_end_the_data_block() -> None:
    title = "</script><script>alert(1)</script> & co"
    work = ListingFactory(edition__work__title=title).edition.work
    response = get(work.get_absolute_url())
    assert b"<script>alert(1)" not in response.content
    assert data_blocks(response)[0]["name"] == title


def test_canonical_points_to_the_book_whatever_the_tab(settings) -> None:
    work = ListingFactory().edition.work
    html = get(f"{work.get_absolute_url()}?kind=rare").content.decode()
    assert f'rel="canonical" href="{settings.PUBLIC_URL}{work.get_absolute_url()}"' in html


def test_only_published_reviews_are_shown() -> None:
    work = ListingFactory().edition.work
    ReviewFactory(work=work, text="A joy.", rating=5)
    ReviewFactory(work=work, text="Not yet.", status=ReviewStatus.PENDING, published_at=None)
    page = books.book_page(slug=work.slug, country="GB")
    assert [review.text for review in page.reviews] == ["A joy."]
    assert page.bars == [(5, 1), (4, 0), (3, 0), (2, 0), (1, 0)]


def test_the_same_shelf_has_the_author_first_and_not_the_book_itself() -> None:
    subject = SubjectFactory()
    eliot = PersonFactory(name="George Eliot")
    work = WorkFactory(subject=subject)
    ContributionFactory(work=work, person=eliot)
    neighbour = WorkFactory(subject=subject, popularity=900)
    sister = WorkFactory(popularity=1)
    ContributionFactory(work=sister, person=eliot)
    assert [card.work for card in books.same_shelf(work, "GB")] == [sister, neighbour]


def test_a_book_without_copies_offers_to_wait() -> None:
    html = get(WorkFactory().get_absolute_url()).content.decode()
    assert "No copy on sale just now" in html
    assert "Add to wants" in html


def test_a_book_that_is_not_there_is_404() -> None:
    assert get("/books/nothing-here/").status_code == 404
